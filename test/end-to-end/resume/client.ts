import { fileURLToPath } from "node:url";
import { startSession } from "../support/session.ts";

const main = fileURLToPath(new URL("../../../cli/main.ts", import.meta.url));

/** A command line that has asked for a run and watches it. */
export interface Client {
  readonly pid: number;
  /** Id of its run; undefined when it ended before it was told. */
  run(): Promise<string | undefined>;
}

/** Starts `alloyrun` with the variables of a local cloud. */
export function startClient(args: readonly string[], env: Readonly<Record<string, string>>): Client {
  const command = [process.execPath, "--disable-warning=ExperimentalWarning", main, ...args] as const;
  const session = startSession({ command: [...command], cwd: "/", env: { PATH: process.env.PATH ?? "", ...env } });
  return {
    pid: session.pid,
    async run() {
      await session.says("run run-").catch(() => undefined);
      return /run (run-[0-9a-f]+)/.exec(session.printed())?.[1];
    },
  };
}
