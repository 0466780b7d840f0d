import type { Command } from "commander";
import { createTerminal } from "./terminal.ts";

const exitCodeHelp = `
Exit codes: 0 the execution succeeded · 1 it failed · 2 nothing ran, or not to its end: the definition, the argument or
            the stubs are wrong, or a stub is missing · 130 cancelled by Ctrl-C`;

/** Adds `alloyrun local workflow …`, which needs no local Google Cloud that runs. */
export function addWorkflowCommands(local: Command): void {
  const workflow = local
    .command("workflow")
    .description("run a definition of Google Cloud Workflows alone, with simulated time")
    .argument("<file>", "the definition, YAML or JSON")
    .option("--args <json>", "the execution's argument")
    .option("--stub <file>", "what answers its HTTP calls and callbacks, YAML or JSON")
    .option("--json", "one JSON document on standard output")
    .addHelpText("after", exitCodeHelp)
    .action(async (file: string, options: { args?: string; stub?: string; json?: boolean }) => {
      const { runWorkflow } = await import("./local/workflow.ts");
      process.exitCode = await runWorkflow({ ...options, file }, createTerminal({ json: options.json ?? false }));
    });
  workflow
    .command("check")
    .description("tell what Google Cloud would refuse at deployment, with line and column")
    .argument("<file>", "the definition, YAML or JSON")
    .action(async (file: string) => {
      const { json } = workflow.opts<{ json?: boolean }>();
      const { checkWorkflow } = await import("./local/workflow-check.ts");
      process.exitCode = await checkWorkflow(file, createTerminal({ json: json ?? false }));
    });
}
