import type { RunView } from "../../functions/api.ts";
import { secondsBetween } from "./duration.ts";
import { renderTable } from "./table.ts";

/** One line a run, in the given order. */
export function renderRuns(runs: readonly RunView[]): string[] {
  return renderTable(
    ["run", "kind", "state", "started (UTC)", "min", "asked by"],
    runs.map((run) => [
      run.run,
      kindOf(run),
      run.state,
      run.startedAt?.slice(0, 16).replace("T", " ") ?? "",
      minutesOf(run),
      run.onBehalfOf ?? run.requestedBy,
    ]),
  );
}

/** What a run does, in a word or two: `rebuild data`. */
export function kindOf({ action, level }: Pick<RunView, "level"> & { readonly action: string }): string {
  return action === "rebuild" ? `rebuild ${level}` : action;
}

function minutesOf({ startedAt, endedAt, readAt }: RunView): string {
  return startedAt === undefined ? "" : (secondsBetween(startedAt, endedAt ?? readAt) / 60).toFixed(1);
}
