/** How fast the clock runs towards what work in progress awaits: a factor, or `max` to jump there. */
export type Pace = number | "max";

/** Options of a sleep on the clock. */
export interface SleepOptions {
  /**
   * Whether the clock is accelerated towards the end of this sleep. True for what work in progress awaits (an
   * unfinished operation, a propagation, a workflow's `sys.sleep`); false for what fires when time passes it (cron,
   * expiry, callback timeouts, residue holds, redelivery).
   */
  readonly draws: boolean;
  /** Ends the sleep early; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

interface Timer {
  readonly due: number;
  readonly draws: boolean;
  readonly fire: () => void;
}

/**
 * The one clock of a local cloud.
 *
 * Time passes 1:1 while real work is in flight (somebody holds the clock) and when nothing in progress awaits it.
 * Otherwise it runs `pace` times faster, or jumps from one due timer to the next. Timers fire in order of their time,
 * one by one, each only after what the one before set off has taken its hold.
 */
export class Clock {
  readonly #pace: Pace;
  #virtual: number;
  #real = performance.now();
  #rate = 1;
  #holds = 0;
  #paused = false;
  #closed = false;
  #timers: Timer[] = [];
  /** How many of them draw the clock. */
  #drawing = 0;
  #alarm: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #idleWaiters: (() => void)[] = [];
  #simulated = 0;
  #onAdvance = () => {};
  #onPause = (_isPaused: boolean) => {};

  constructor({ pace, start = Date.now() }: { pace: Pace; start?: number }) {
    if (pace !== "max" && !(pace >= 1)) throw new RangeError(`pace must be at least 1 or "max", not ${pace}`);
    this.#pace = pace;
    this.#virtual = start;
  }

  /** Milliseconds since the epoch on this clock. */
  now(): number {
    return this.#virtual + (performance.now() - this.#real) * this.#rate;
  }

  /** The present as RFC 3339 text with microseconds, as API bodies carry it. */
  timestamp(): string {
    return toTimestamp(this.now());
  }

  /** Milliseconds that passed on this clock without passing in the world. */
  get simulatedMs(): number {
    return this.#simulated;
  }

  /** Marks real work in flight: until it is released, time passes 1:1. */
  hold(): Hold {
    return new Hold(this, (change) => {
      this.#holds += change;
      this.#rebase();
    });
  }

  /** Runs real work under a hold. */
  async working<T>(work: (hold: Hold) => Promise<T> | T): Promise<T> {
    using hold = this.hold();
    return await work(hold);
  }

  /** Waits `ms` of this clock's time. A caller who holds the clock sleeps through its `Hold` instead. */
  sleep(ms: number, { draws, signal }: SleepOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        this.#remove(timer);
        this.#rebase();
        reject(signal?.reason);
      };
      const fire = () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const timer: Timer = { due: this.now() + Math.max(0, ms), draws, fire };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#add(timer);
      this.#rebase();
    });
  }

  /** Stops the clock; only `advance` moves it until `resume`. */
  pause(): void {
    this.#setPaused(true);
  }

  /** Lets time pass again after `pause`. */
  resume(): void {
    this.#setPaused(false);
  }

  /** Moves the clock forward, firing every timer on the way in order and letting the work it sets off finish. */
  async advance(ms: number): Promise<void> {
    const target = this.now() + ms;
    await this.idle();
    for (;;) {
      const next = this.#timers[0];
      if (!next || next.due > target) break;
      this.#jumpTo(next);
      await this.idle();
    }
    if (this.now() < target) this.#moveTo(target);
    this.#rebase();
    this.#onAdvance();
  }

  /** Has somebody told, before `advance` ends, that the clock was moved. */
  onAdvance(listener: () => void): void {
    this.#onAdvance = listener;
  }

  /** Has somebody told when it is stopped, and when it goes on. */
  onPause(listener: (isPaused: boolean) => void): void {
    this.#onPause = listener;
  }

  /** Resolves when no real work is in flight and what was set off has had its turn. */
  async idle(): Promise<void> {
    await settle();
    while (this.#holds > 0) {
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
      await settle();
    }
  }

  /** Ends the clock: nothing fires any more. */
  close(): void {
    this.#closed = true;
    this.#timers = [];
    this.#drawing = 0;
    this.#disarm();
  }

  #setPaused(isPaused: boolean): void {
    this.#paused = isPaused;
    this.#rebase();
    this.#onPause(isPaused);
  }

  #moveTo(time: number): void {
    const now = this.now();
    this.#simulated += Math.max(0, time - now);
    this.#virtual = time;
    this.#real = performance.now();
  }

  /** Keeps the timers in order; one that is due when others are comes after them. */
  #add(timer: Timer): void {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle]?.due ?? 0) <= timer.due) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    if (timer.draws) this.#drawing += 1;
  }

  #remove(timer: Timer): void {
    const index = this.#timers.indexOf(timer);
    if (index < 0) return;
    this.#timers.splice(index, 1);
    if (timer.draws) this.#drawing -= 1;
  }

  #jumpTo(timer: Timer): void {
    this.#remove(timer);
    if (timer.due > this.now()) this.#moveTo(timer.due);
    timer.fire();
  }

  /** Recomputes the rate after any change and arms the next alarm. */
  #rebase(): void {
    if (this.#closed) return;
    const real = performance.now();
    const passed = (real - this.#real) * this.#rate;
    this.#simulated += Math.max(0, passed - (real - this.#real));
    this.#virtual += passed;
    this.#real = real;
    this.#rate = this.#currentRate();
    this.#arm();
    if (this.#holds === 0) for (const waiter of this.#idleWaiters.splice(0)) waiter();
  }

  #currentRate(): number {
    if (this.#paused) return 0;
    if (this.#holds > 0 || this.#pace === "max" || this.#drawing === 0) return 1;
    return this.#pace;
  }

  #arm(): void {
    this.#disarm();
    const next = this.#timers[0];
    if (!next || this.#paused) return;
    const jumps = this.#pace === "max" && this.#holds === 0 && this.#drawing > 0;
    if (jumps) {
      this.#alarm = setImmediate(() => this.#afterSettling());
      return;
    }
    const delay = (next.due - this.now()) / this.#rate;
    this.#alarm = setTimeout(() => this.#fireDue(), Math.min(Math.max(0, Math.ceil(delay)), 0x7fffffff));
    this.#alarm.unref();
  }

  /** A jump waits one more turn of the event loop, so that whoever was just resumed can take a hold. */
  #afterSettling(): void {
    this.#alarm = setImmediate(() => {
      const next = this.#timers[0];
      if (!next || this.#holds > 0 || this.#paused) return this.#rebase();
      this.#jumpTo(next);
      this.#rebase();
    });
  }

  #fireDue(): void {
    const next = this.#timers[0];
    // Half a millisecond of slack: real timers round, and firing early by that much is not observable.
    if (next && next.due - this.now() < 0.5) {
      this.#remove(next);
      next.fire();
    }
    this.#rebase();
  }

  #disarm(): void {
    if (this.#alarm === undefined) return;
    clearTimeout(this.#alarm as NodeJS.Timeout);
    clearImmediate(this.#alarm as NodeJS.Immediate);
    this.#alarm = undefined;
  }
}

/** Real work in flight; see `Clock.hold`. */
export class Hold implements Disposable {
  readonly #clock: Clock;
  readonly #count: (change: 1 | -1) => void;
  #held = true;

  constructor(clock: Clock, count: (change: 1 | -1) => void) {
    this.#clock = clock;
    this.#count = count;
    count(1);
  }

  /** Sleeps on the clock without holding it meanwhile. */
  async sleep(ms: number, options: SleepOptions): Promise<void> {
    await this.during(() => this.#clock.sleep(ms, options));
  }

  /** Awaits something that is waiting rather than work (a long poll, a callback), without holding the clock meanwhile. */
  async during<T>(wait: () => Promise<T>): Promise<T> {
    const promise = wait();
    this.release();
    try {
      return await promise;
    } finally {
      this.#held = true;
      this.#count(1);
    }
  }

  /** Ends the hold; releasing twice is harmless. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#count(-1);
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/** RFC 3339 text with microseconds for milliseconds since the epoch. */
export function toTimestamp(ms: number): string {
  const micros = Math.floor((ms - Math.floor(ms)) * 1000);
  return new Date(Math.floor(ms)).toISOString().replace("Z", `${String(micros).padStart(3, "0")}Z`);
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
