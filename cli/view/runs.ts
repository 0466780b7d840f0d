import type { RunView } from "../../functions/api.ts";
import { secondsBetween } from "./duration.ts";
import { renderTable } from "./table.ts";

/** A run in two lines, which fit on a phone: when, what and how it ended; then its id and who asked. In the given order. */
export function renderRuns(runs: readonly RunView[]): string[] {
  const table = renderTable(
    ["started (UTC)", "kind", "state", "min", "usual"],
    runs.map((run) => [
      run.startedAt?.slice(0, 16).replace("T", " ") ?? "",
      kindOf(run),
      stateOf(run),
      minutesOf(run),
      run.usualMinutes?.toFixed(1) ?? "",
    ]),
  );
  return table.flatMap((line, index) => {
    const run = runs[index - 1];
    return run ? [line, `  ${run.run}  ${shortEmail(run.onBehalfOf ?? run.requestedBy)}`] : [line];
  });
}

/** Accounts have addresses that are wider than a phone; what tells them apart is their beginning. */
export function shortEmail(email: string): string {
  return email.replace(/@[^@]+\.iam\.gserviceaccount\.com$/, "@…");
}

/** What a run does, in a word or two: `rebuild data`. */
export function kindOf({ action, level }: Pick<RunView, "level"> & { readonly action: string }): string {
  return action === "rebuild" ? `rebuild ${level}` : action;
}

/** How a run ended, of a rebuild that failed what that left, and whether somebody has rejected it or nobody has decided. */
function stateOf({ state, outcome, approval }: Pick<RunView, "state" | "outcome" | "approval">): string {
  if (state === "rejected" && approval?.state !== "rejected") return `${state}, expired`;
  return state === "failed" && outcome !== undefined ? `${state}, ${outcome.replace("-", " ")}` : state;
}

function minutesOf({ startedAt, endedAt, readAt }: RunView): string {
  return startedAt === undefined ? "" : (secondsBetween(startedAt, endedAt ?? readAt) / 60).toFixed(1);
}
