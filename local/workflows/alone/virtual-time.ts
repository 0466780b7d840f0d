import type { ThreadHold } from "../execute/host.ts";

/** Where an execution takes its time from: the local cloud's clock, or time of its own. */
export interface TimeSource {
  /** Milliseconds since the epoch. */
  now(): number;
  hold(): ThreadHold;
}

interface Timer {
  readonly due: number;
  readonly fire: () => void;
}

/**
 * Time that stands still while anything works and jumps to what is awaited next, so that the same execution takes
 * exactly the same time whenever it is run.
 */
export class VirtualTime implements TimeSource {
  #now: number;
  #holds = 0;
  #timers: readonly Timer[] = [];

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  hold(): ThreadHold {
    let isHeld = false;
    const take = () => {
      isHeld = true;
      this.#holds += 1;
    };
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      this.#jumpWhenIdle();
    };
    const during = async <T>(wait: () => Promise<T>): Promise<T> => {
      const promise = wait();
      release();
      return await promise.finally(take);
    };
    take();
    return { release, during, sleep: (ms, { signal }) => during(() => this.#sleep(ms, signal)) };
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted) {
      reject(signal.reason);
      return promise;
    }
    const timer = { due: this.#now + Math.max(0, ms), fire: resolve };
    const later = this.#timers.filter(({ due }) => due > timer.due);
    this.#timers = [...this.#timers.filter(({ due }) => due <= timer.due), timer, ...later];
    const onAbort = () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    return promise.finally(() => signal?.removeEventListener("abort", onAbort));
  }

  /** Whoever was resumed just now gets a turn of the event loop to take its hold. */
  #jumpWhenIdle(): void {
    setImmediate(() => {
      const [next, ...others] = this.#timers;
      if (this.#holds > 0 || !next) return;
      this.#timers = others;
      this.#now = next.due;
      next.fire();
      this.#jumpWhenIdle();
    });
  }
}
