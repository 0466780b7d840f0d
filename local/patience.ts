import type { Clock } from "./clock.ts";

/** A caller inside the local cloud has waited for an answer as long as it wanted to, on the clock. */
export class PatienceOver extends Error {
  constructor(ms: number) {
    super(`nobody has answered within ${ms / 1000} seconds`);
    this.name = "PatienceOver";
  }
}

/**
 * Does some work for a caller who waits for so long. Whatever is real about the work holds the clock, so this counts real
 * time then; what never comes, or comes late on the clock, is not waited for in the world.
 *
 * @param work is told by the signal when the caller is gone
 * @throws PatienceOver
 */
export async function withPatience<T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T> | T,
): Promise<T> {
  const done = new AbortController();
  const gone = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const giveUp = () => {
    reject(new PatienceOver(ms));
    gone.abort();
  };
  clock.sleep(ms, { draws: true, signal: done.signal }).then(giveUp, () => undefined);
  try {
    return await Promise.race([work(gone.signal), over]);
  } finally {
    done.abort();
  }
}
