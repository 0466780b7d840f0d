import type { Instance } from "../model/generated/alloydb.ts";
import type { NodeSettings } from "./database-node.ts";

/** How the nodes of an instance run, as its resource says; more parameters come on top. */
export function toNodeSettings(
  { clientConnectionConfig, databaseFlags = {} }: Instance,
  more: Readonly<Record<string, string>> = {},
): NodeSettings {
  const mode = clientConnectionConfig?.sslConfig?.sslMode;
  return {
    admission: {
      unencrypted: mode === "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
      connectorsOnly: clientConnectionConfig?.requireConnectors === true,
    },
    parameters: { ...databaseFlags, ...more },
  };
}

/** Whether two states of an instance run differently. */
export function needsRestart(before: Instance, after: Instance): boolean {
  return JSON.stringify(toNodeSettings(before)) !== JSON.stringify(toNodeSettings(after));
}
