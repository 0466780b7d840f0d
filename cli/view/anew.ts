import type { RunView } from "../../functions/api.ts";
import { commandLine, type Place } from "../../spec/command-line.ts";
import { renderWay } from "./way.ts";

/** The command that asks once more for what a run was asked for, and says why that is done. */
export function renderAnew(
  { action, environment, level }: Pick<RunView, "action" | "environment" | "level">,
  label: string,
  place: Place,
): string[] {
  if (action === "up") return [`${label}: \`alloyrun up\` with the file.`];
  // Without its level a rebuild would lose rows that nobody asked to lose.
  const built = action === "rebuild" ? ["--level", level] : [];
  return renderWay(label, commandLine(place, action, environment, ...built));
}

/** Whether another run has come between, so that this one is not gone on with. */
export function isOvertaken({ failures }: Pick<RunView, "failures">): boolean {
  return failures.some(({ step, reason }) => step === "workflow" && reason === "OVERTAKEN");
}

/** What is to be done about a run that another one has overtaken: what that has made stands. */
export function renderOvertaken(run: RunView, place: Place): string[] {
  return [
    `What the other run has made of ${run.environment} stands; this one is not gone on with.`,
    ...renderAnew(run, "Ask anew for what is wanted now", place),
    ...renderWay("What stands, and what of it is billed", commandLine(place, "status", run.environment)),
  ];
}
