import type { Change } from "../../plan/change.ts";
import type { StepName } from "../../plan/step.ts";
import type { RunRecord, StepFailure, StepReport } from "../entry/stored.ts";
import type { StepLine } from "./run-log.ts";

/** What a record tells of the steps of a run that could not tell of them itself. */
export interface CutShort {
  readonly reports: RunRecord["reports"];
  readonly failures: Readonly<Record<string, StepFailure>>;
}

/**
 * The steps of a run whose execution was ended in the middle, as far as the workflow's log has told of them: those that
 * were done, and those that were under way, with the operations that were waited for. What Google had accepted goes on.
 *
 * @param endedAt when the execution ended, in seconds since the epoch
 */
export function cutShort(lines: readonly StepLine[], endedAt: number): CutShort {
  const told = new Map<StepName, StepLine[]>();
  for (const line of lines) told.set(line.step, [...(told.get(line.step) ?? []), line]);
  const failed = lines.filter(({ state }) => state === "failed");
  return {
    reports: Object.fromEntries([...told].map(([step, ofStep]) => [step, reportOf(ofStep, endedAt)])),
    failures: Object.fromEntries(
      failed.map(({ step, detail: { code, message, details } }) => [step, { code, message, details }]),
    ),
  };
}

type Operations = NonNullable<StepReport["operations"]>;

function reportOf(lines: readonly StepLine[], cutAt: number): StepReport {
  let operations: Operations = [];
  let settled: readonly Change[] = [];
  let open: readonly Change[] = [];
  for (const { state, at, detail } of lines) {
    operations = followed(operations, state === "waiting" ? detail.operations : [], at);
    const changes = detail.changes ?? [];
    if (state === "waiting") open = [...open, ...changes];
    else if (state !== "started") {
      // A step that is done tells at its end what all of its answers have changed; any other tells of its last answer.
      settled = [...settled, ...(state === "done" ? [] : open), ...changes];
      open = [];
    }
  }
  const { state, at, detail } = lines.at(-1) ?? { state: "started", at: cutAt, detail: {} };
  const isUnderWay = state === "started" || state === "waiting";
  return {
    state: isUnderWay ? "cancelled" : state,
    ...{ reason: detail.reason ?? detail.message, operations, changes: [...settled, ...open] },
    ...{ startedAt: lines[0]?.at ?? at, endedAt: isUnderWay ? cutAt : at },
  };
}

/** Those that were waited for had ended when the step was heard of again, unless it still waits for them. */
function followed(
  known: Operations,
  awaited: readonly { readonly name: string }[] | undefined = [],
  at: number,
): Operations {
  const names = new Set(awaited.map(({ name }) => name));
  const before = known.map((each) =>
    each.endedAt !== undefined || names.has(each.name) ? each : { ...each, endedAt: at },
  );
  const fresh = [...names].filter((name) => !known.some((each) => each.name === name));
  return [...before, ...fresh.map((name) => ({ name, startedAt: at }))];
}
