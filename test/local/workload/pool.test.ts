import { afterEach, describe, expect, it } from "@jest/globals";
import { StartError } from "../../../local/workload/container.ts";
import type { Instance } from "../../../local/workload/instance.ts";
import { type Lease, Pool, type PoolOptions } from "../../../local/workload/pool.ts";

/** An instance without processes. */
interface Fake {
  readonly instance: Instance;
  readonly stopped: () => boolean;
  end(): void;
}

function fake(): Fake {
  let end: (reason: string) => void = () => undefined;
  let isStopped = false;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  const stop = async () => {
    isStopped = true;
    end("stopped");
  };
  return { instance: { ended, stop } as unknown as Instance, stopped: () => isStopped, end: () => end("crashed") };
}

let pool: Pool;
const made: Fake[] = [];
const starting: ((failure?: Error) => void)[] = [];

/** Makes a pool whose instances come up when `up` says so. */
function makePool(options: Partial<PoolOptions> = {}): void {
  made.length = 0;
  starting.length = 0;
  const start = () =>
    new Promise<Instance>((resolve, reject) => {
      starting.push((failure) => {
        if (failure) return reject(failure);
        const one = fake();
        made.push(one);
        resolve(one.instance);
      });
    });
  pool = new Pool({ start, concurrency: 2, maxInstances: 2, minInstances: () => 0, idleMs: 60_000, ...options });
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

const up = async (failure?: Error) => {
  starting.shift()?.(failure);
  await settle();
};

afterEach(() => pool.stop());

describe("Pool", () => {
  it("starts one instance for as many requests as it serves at a time, and no more than allowed", async () => {
    makePool();
    const leases = Array.from({ length: 5 }, () => pool.lease());
    expect(starting).toHaveLength(2);
    await up();
    await up();
    expect(starting).toHaveLength(0);
    const got: Lease[] = await Promise.all(leases.slice(0, 4));
    expect(new Set(got.map(({ instance }) => instance)).size).toBe(2);
    got[1]?.release();
    expect((await leases[4])?.instance).toBe(got[1]?.instance);
  });

  it("refuses all who wait when the first instance does not come up, and tries anew for the next", async () => {
    makePool({ concurrency: 1, maxInstances: 1 });
    const failure = new StartError({ container: "c", reason: "exit", message: "exit(1)" });
    const waiting = [pool.lease(), pool.lease()].map((lease) => expect(lease).rejects.toBe(failure));
    await up(failure);
    await Promise.all(waiting);
    const next = pool.lease();
    await up();
    await expect(next).resolves.toMatchObject({ instance: made[0]?.instance });
  });

  it("replaces an instance that ended by itself", async () => {
    makePool();
    const first = pool.lease();
    await up();
    (await first).release();
    made[0]?.end();
    await settle();
    expect(pool.size).toBe(0);
    const second = pool.lease();
    await up();
    expect((await second).instance).toBe(made[1]?.instance);
  });

  it("ends what has been idle, but never what serves a request", async () => {
    makePool({ idleMs: 1 });
    const lease = pool.lease();
    await up();
    const held = await lease;
    expect(made[0]?.stopped()).toBe(false);
    held.release();
    await held.instance.ended;
    expect(pool.size).toBe(0);
  });

  it("ends every instance and refuses who waits when it is stopped", async () => {
    makePool({ maxInstances: 1, concurrency: 1 });
    const served = pool.lease();
    await up();
    await served;
    const waiting = expect(pool.lease()).rejects.toThrow("being removed");
    await pool.stop();
    await waiting;
    expect(made[0]?.stopped()).toBe(true);
    await expect(pool.lease()).rejects.toThrow("being removed");
  });
});
