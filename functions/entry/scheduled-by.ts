import { parseSpec } from "../../spec/load.ts";
import { canonicalJson, sha256 } from "../../spec/names.ts";
import { SpecError } from "../../spec/problem.ts";
import type { StoredEnvironment, StoredRequest } from "./stored.ts";

/**
 * By which runs the schedule of rebuilds stands as it does from now on: those that set it, and those that have changed
 * anything of it since. A run that leaves it as it is, or brings no spec, is none of them; without a schedule there are none.
 */
export function scheduledByNow(
  known: StoredEnvironment["scheduledBy"],
  { run, spec }: Pick<StoredRequest, "run" | "spec">,
): StoredEnvironment["scheduledBy"] {
  const schedule = spec === undefined ? known?.schedule : scheduleIn(spec, known);
  if (schedule === undefined) return undefined;
  if (schedule === known?.schedule) return known;
  return { schedule, runs: [...(known?.runs ?? []).filter((each) => each !== run), run] };
}

/** SHA-256 of the schedule of a spec; undefined where it has none. What this version cannot read changes nothing. */
function scheduleIn(text: string, known: StoredEnvironment["scheduledBy"]): string | undefined {
  try {
    const { rebuild } = parseSpec(text).policy;
    return rebuild && sha256(canonicalJson(rebuild));
  } catch (caught) {
    if (caught instanceof SpecError) return known?.schedule;
    throw caught;
  }
}
