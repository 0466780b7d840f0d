import { StartError } from "./container.ts";
import type { Instance } from "./instance.ts";

/** How the instances of a revision are scaled. */
export interface PoolOptions {
  /** Starts one instance; it is ready when the promise resolves. */
  readonly start: () => Promise<Instance>;
  /** Requests that one instance serves at a time. */
  readonly concurrency: number;
  readonly maxInstances: number;
  /** How many are kept even when idle, at present. */
  readonly minInstances: () => number;
  /** Real milliseconds without a request after which an instance is ended. */
  readonly idleMs: number;
}

/** One request's place on an instance. */
export interface Lease {
  readonly instance: Instance;
  release(): void;
}

interface Member {
  readonly instance: Instance;
  active: number;
  timer: NodeJS.Timeout | undefined;
}

interface Waiter {
  readonly resolve: (lease: Lease) => void;
  readonly reject: (reason: unknown) => void;
}

/** The instances of one revision: started for requests, shared up to the concurrency, ended when idle. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #members = new Set<Member>();
  readonly #starting = new Set<Promise<void>>();
  #waiters: Waiter[] = [];
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Number of instances that are up. */
  get size(): number {
    return this.#members.size;
  }

  /**
   * Starts an instance if none is up, and waits until it is ready.
   *
   * @throws StartError
   */
  async warm(): Promise<void> {
    if (this.#members.size > 0) return;
    (await this.lease()).release();
  }

  /**
   * A place for one request, on an instance started for it if need be.
   *
   * @throws StartError when the instance started for it did not come up
   */
  lease(): Promise<Lease> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new Error("the revision is being removed"));
      this.#waiters.push({ resolve, reject });
      this.#serve();
    });
  }

  /** Ends every instance and refuses who still waits. */
  async stop(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(new Error("the revision is being removed"));
    await Promise.all([...this.#members].map((member) => this.#remove(member)));
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#members].map((member) => this.#remove(member)));
  }

  /** Gives waiting requests to instances with room, then starts instances for those left. */
  #serve(): void {
    for (let waiter = this.#waiters.shift(); waiter; waiter = this.#waiters.shift()) {
      const member = [...this.#members].find(({ active }) => active < this.#options.concurrency);
      if (!member) {
        this.#waiters.unshift(waiter);
        break;
      }
      waiter.resolve(this.#occupy(member));
    }
    const { concurrency, maxInstances } = this.#options;
    const hasRoom = this.#members.size + this.#starting.size < maxInstances;
    if (hasRoom && this.#waiters.length > this.#starting.size * concurrency) this.#grow();
  }

  #grow(): void {
    const starting = this.#options.start().then(
      (instance) => this.#add(instance),
      (caught) => this.#fail(caught),
    );
    this.#starting.add(starting);
    void starting.finally(() => {
      this.#starting.delete(starting);
      this.#serve();
    });
    this.#serve();
  }

  #add(instance: Instance): void {
    const member: Member = { instance, active: 0, timer: undefined };
    this.#members.add(member);
    void instance.ended.then(() => {
      clearTimeout(member.timer);
      this.#members.delete(member);
      this.#serve();
    });
    this.#idle(member);
  }

  /** Those who wait for a first instance learn why there is none; with others up, they wait for those. */
  #fail(caught: unknown): void {
    if (this.#members.size > 0 && caught instanceof StartError) return;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(caught);
  }

  #occupy(member: Member): Lease {
    member.active += 1;
    clearTimeout(member.timer);
    let isHeld = true;
    return {
      instance: member.instance,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        member.active -= 1;
        this.#idle(member);
        this.#serve();
      },
    };
  }

  #idle(member: Member): void {
    clearTimeout(member.timer);
    if (member.active > 0) return;
    member.timer = setTimeout(() => {
      if (member.active === 0 && this.#members.size > this.#options.minInstances()) void this.#remove(member);
    }, this.#options.idleMs);
    member.timer.unref();
  }

  async #remove(member: Member): Promise<void> {
    clearTimeout(member.timer);
    this.#members.delete(member);
    await member.instance.stop();
  }
}
