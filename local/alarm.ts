import type { Clock } from "./clock.ts";

/** Things to do when the clock passes a time. They never draw the clock. */
export interface Alarms {
  /** Has something done at a clock time, at once when that is past; earlier ones first, equal ones in the order given. */
  at(time: number, act: () => void): void;
  /** Forgets them all. */
  close(): void;
}

interface Entry {
  readonly time: number;
  readonly order: number;
  readonly act: () => void;
}

/**
 * Makes a set of alarms that needs one timer of the clock however many there are: what waits for thousands of messages
 * and jobs would otherwise sort the clock's timers over and over.
 */
export function createAlarms(clock: Clock): Alarms {
  const heap: Entry[] = [];
  let order = 0;
  let armed: { readonly time: number; readonly disarm: AbortController } | undefined;

  function arm(): void {
    const [next] = heap;
    if (armed?.time === next?.time) return;
    armed?.disarm.abort();
    armed = undefined;
    if (!next) return;
    const disarm = new AbortController();
    armed = { time: next.time, disarm };
    clock.sleep(next.time - clock.now(), { draws: false, signal: disarm.signal }).then(fire, ignore);
  }

  function fire(): void {
    armed = undefined;
    // The clock may fire half a millisecond early.
    const now = clock.now() + 1;
    for (let next = heap[0]; next && next.time <= now; next = heap[0]) {
      pop(heap);
      next.act();
    }
    arm();
  }

  return {
    at(time, act) {
      push(heap, { time, order: order++, act });
      arm();
    },
    close() {
      heap.length = 0;
      arm();
    },
  };
}

/** A timer that was put off has nothing to tell. */
function ignore(): void {}

function isBefore(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  heap.push(entry);
  for (;;) {
    const above = (index - 1) >> 1;
    const parent = heap[above];
    if (index === 0 || !parent || !isBefore(entry, parent)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = entry;
}

/** Removes the first entry. */
function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const child = smallerChild(heap, index);
    const entry = heap[child];
    if (!entry || !isBefore(entry, last)) break;
    heap[index] = entry;
    index = child;
  }
  heap[index] = last;
}

function smallerChild(heap: readonly Entry[], index: number): number {
  const left = 2 * index + 1;
  const [a, b] = [heap[left], heap[left + 1]];
  return a && b && isBefore(b, a) ? left + 1 : left;
}
