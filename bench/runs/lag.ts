import { median } from "../table.ts";
import type { Imposed, StepTimeline } from "./timeline.ts";
import { graceKind } from "./timeline.ts";

/** How soon the end of one kind of waiting was noticed; seconds of the clock. */
export interface Lag {
  readonly kind: string;
  readonly count: number;
  readonly medianSeconds: number;
  readonly maxSeconds: number;
  /** What the step expected; nothing for what is no operation. */
  readonly expectedSeconds?: number;
  /** Of how long it took, the median. */
  readonly tookSeconds: number;
}

/** The time from the end of each wait to the next call of its step, by kind. */
export function lagsOf(timelines: readonly StepTimeline[]): readonly Lag[] {
  const waits = timelines.flatMap(({ imposed }) => imposed).filter(({ kind }) => kind !== graceKind);
  return [...Map.groupBy(waits, ({ kind }) => kind)].map(([kind, some]) => ({
    kind,
    count: some.length,
    medianSeconds: median(some.map(lagOf)),
    maxSeconds: Math.max(...some.map(lagOf)),
    expectedSeconds: some[0]?.expectedSeconds,
    tookSeconds: median(some.map(({ from, until }) => until - from)),
  }));
}

function lagOf({ until, noticedAt }: Imposed): number {
  return Math.max(0, noticedAt - until);
}
