import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import type { Store } from "../store.ts";
import { createTally } from "../tally.ts";
import { drawKey, type FaultEvent, isAbout } from "./event.ts";
import { openPlan, type PlannedFault } from "./faults.ts";
import type { Fault } from "./plan.ts";

/** What faults are decided by. */
export interface TakeContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Makes what decides whether an event meets a fault: the first planned one that it is the turn of. Every fault that the
 * event is about counts it.
 *
 * A share is drawn from the seed, the fault, what the event is about and which one of its kind it is, so that it does
 * not matter in which order concurrent clients come.
 */
export function createTaker({ store, clock, random }: TakeContext): (event: FaultEvent) => Fault | undefined {
  const kept = openPlan(store);
  const tally = createTally(store, "faults.draws");

  function draw(fault: Fault, event: FaultEvent): number {
    const key = `${fault.id} ${drawKey(event)}`;
    return random.lasting(`fault ${key} ${tally.next(key)}`).next();
  }

  function isTurn(fault: PlannedFault, event: FaultEvent, { matched, applied }: { matched: number; applied: number }) {
    const { nth, times, share } = fault.when ?? {};
    if (nth !== undefined && matched !== nth) return false;
    if (times !== undefined && applied >= times) return false;
    return share === undefined || draw(fault, event) < share;
  }

  return (event) => {
    let taken: Fault | undefined;
    for (const fault of kept.plan().faults) {
      if (!isAbout(fault, event) || !isInTime(fault, clock.now())) continue;
      const { id, matched, applied } = kept.use(fault.id);
      const happens = isTurn(fault, event, { matched: matched + 1, applied }) && taken === undefined;
      kept.note({ id, matched: matched + 1, applied: applied + (happens ? 1 : 0) });
      if (happens) taken = fault;
    }
    return taken;
  };
}

function isInTime({ when, plannedAt }: PlannedFault, now: number): boolean {
  const seconds = (now - plannedAt) / 1000;
  return seconds >= (when?.fromSeconds ?? 0) && seconds < (when?.untilSeconds ?? Number.POSITIVE_INFINITY);
}
