import type { Command } from "commander";
import { localPort } from "./local-port.ts";

/** Adds the commands on what a local Google Cloud keeps: `alloyrun local snapshot` and `reset`. */
export function addStateCommands(local: Command): void {
  local
    .command("snapshot")
    .description("copy the state of the running one into a new directory, for `local start --from`")
    .argument("<directory>", "made by the command")
    .addOption(localPort())
    .action(async (directory: string, { port }: { port?: number }) => {
      const { takeSnapshot } = await import("./local/snapshot.ts");
      process.exitCode = await takeSnapshot(directory, port);
    });
  local
    .command("reset")
    .description("empty the running one, or a state directory that nobody runs")
    .addOption(localPort())
    .option("--state <directory>", "empty this instead of the running one")
    .option("--yes", "do not ask")
    .action(async (options: { port?: number; state?: string; yes?: boolean }) => {
      const { resetLocal } = await import("./local/reset.ts");
      process.exitCode = await resetLocal(options);
    });
}
