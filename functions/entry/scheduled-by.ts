import { parseSpec } from "../../spec/load.ts";
import { canonicalJson, sha256 } from "../../spec/names.ts";
import { SpecError } from "../../spec/problem.ts";
import type { StoredEnvironment, StoredRequest } from "./stored.ts";

/**
 * By which runs the schedule of rebuilds stands as it does from now on: those that set it, and those that have changed
 * anything of it since. A run that leaves it as it is, or brings no spec, is none of them; without a schedule there are none,
 * nor of one that was set before it was noted who did.
 *
 * @param stored text of the environment's spec until now; undefined when there is none
 */
export function scheduledByNow(
  known: StoredEnvironment["scheduledBy"],
  { run, spec }: Pick<StoredRequest, "run" | "spec">,
  stored: string | undefined,
): StoredEnvironment["scheduledBy"] {
  const schedule = spec === undefined ? known?.schedule : scheduleIn(spec, known);
  if (schedule === undefined) return undefined;
  const before = known?.schedule ?? (stored === undefined ? undefined : scheduleIn(stored, known));
  if (schedule === before) return known;
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
