import type { Instance } from "../model/generated/alloydb.ts";
import type { NodeSettings } from "./database-node.ts";

/** The flag that lets principals log in. */
export const iamFlag = "alloydb.iam_authentication";

/** How the nodes of an instance run, as its resource says; more parameters come on top. */
export function toNodeSettings(
  { clientConnectionConfig, databaseFlags = {} }: Instance,
  more: Readonly<Record<string, string>> = {},
): NodeSettings {
  const mode = clientConnectionConfig?.sslConfig?.sslMode;
  const connectorsOnly = clientConnectionConfig?.requireConnectors === true;
  return {
    admission: {
      unencrypted: mode === "ALLOW_UNENCRYPTED_AND_ENCRYPTED",
      connectorsOnly,
      tokens: databaseFlags[iamFlag] === "on" && !connectorsOnly,
    },
    parameters: { ...databaseFlags, ...more },
  };
}

/** Whether two states of an instance run differently. */
export function needsRestart(before: Instance, after: Instance): boolean {
  return JSON.stringify(toNodeSettings(before)) !== JSON.stringify(toNodeSettings(after));
}
