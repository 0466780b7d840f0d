import { createHash } from "node:crypto";
import type { Random } from "./random.ts";
import type { Store } from "./store.ts";
import { createTally } from "./tally.ts";

/**
 * Ids that depend on the seed, on what they are for and on which one of its kind each is, but never on the time or on what
 * else goes on: what has the same id in every run with the same seed meets the same latencies and faults.
 */
export interface DrawnIds {
  /** 64 hexadecimal digits for one more of something, such as the executions of a job by the job's name. */
  draw(of: string): string;
  /** What `draw` gives next, without drawing it: for what may be refused yet, since a refusal changes nothing. */
  coming(of: string): string;
}

/** Opens the ids of one kind; which were drawn is kept in the store. */
export function openIds({ store, random }: { readonly store: Store; readonly random: Random }, kind: string): DrawnIds {
  const tally = createTally(store, `ids.${kind}`);
  // A seed has 32 bits; the digest keeps ids apart however many there are.
  const salt = random.lasting(`ids ${kind}`).hex(16);
  const digest = (of: string, number: number) => createHash("sha256").update(`${salt} ${of} ${number}`).digest("hex");
  return {
    draw: (of) => digest(of, tally.next(of)),
    coming: (of) => digest(of, tally.count(of)),
  };
}

/** The first 32 of some hexadecimal digits as a UUID of version 4. */
export function toUuid(hex: string): string {
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join("-");
}
