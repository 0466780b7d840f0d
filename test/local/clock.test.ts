import { afterEach, describe, expect, it } from "@jest/globals";
import { Clock, type Pace, toTimestamp } from "../../local/clock.ts";

const hour = 3_600_000;
const start = Date.UTC(2026, 0, 1);
const clocks: Clock[] = [];

function makeClock(pace: Pace = "max"): Clock {
  const clock = new Clock({ pace, start });
  clocks.push(clock);
  return clock;
}

/** Milliseconds passed on the clock, rounded to the second: real time passes between two looks too. */
const passed = (clock: Clock) => Math.round((clock.now() - start) / 1000) * 1000;

/** Lets everything that is ready run, a hundred times over. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

afterEach(() => {
  for (const clock of clocks.splice(0)) clock.close();
});

describe("sleep", () => {
  it("jumps to what work in progress awaits", async () => {
    const clock = makeClock();
    await clock.sleep(8 * hour, { draws: true });
    expect(passed(clock)).toBe(8 * hour);
    expect(clock.simulatedMs).toBeGreaterThan(8 * hour - 1000);
  });

  it("does not draw the clock when it is passive", async () => {
    const clock = makeClock();
    let fired = false;
    void clock.sleep(hour, { draws: false }).then(() => (fired = true));
    await settle();
    expect(fired).toBe(false);
    expect(passed(clock)).toBe(0);
  });

  it("fires passive sleeps that the clock passes on its way, in order of their time", async () => {
    const clock = makeClock();
    const order: string[] = [];
    const at = (name: string) => () => void order.push(`${name} at ${passed(clock) / hour}`);
    const sleeps = [
      clock.sleep(3 * hour, { draws: true }).then(at("operation")),
      clock.sleep(2 * hour, { draws: false }).then(at("cron")),
      clock.sleep(1 * hour, { draws: false }).then(at("expiry")),
    ];
    await Promise.all(sleeps);
    expect(order).toEqual(["expiry at 1", "cron at 2", "operation at 3"]);
  });

  it("lets what one timer sets off take a hold before the next fires", async () => {
    const clock = makeClock();
    const order: string[] = [];
    const first = clock.sleep(hour, { draws: true }).then(() =>
      clock.working(async () => {
        await settle();
        order.push(`work ends at ${passed(clock) / hour}`);
      }),
    );
    const second = clock.sleep(2 * hour, { draws: true }).then(() => order.push(`next at ${passed(clock) / hour}`));
    await Promise.all([first, second]);
    expect(order).toEqual(["work ends at 1", "next at 2"]);
  });

  it("rejects with the signal's reason when aborted, and no longer draws", async () => {
    const clock = makeClock();
    using _hold = clock.hold();
    const controller = new AbortController();
    const sleeping = clock.sleep(hour, { draws: true, signal: controller.signal });
    controller.abort(new Error("cancelled"));
    await expect(sleeping).rejects.toThrow("cancelled");
    _hold.release();
    await settle();
    expect(passed(clock)).toBe(0);
  });

  it("rejects at once for a signal that is aborted already", async () => {
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(makeClock().sleep(hour, { draws: true, signal })).rejects.toThrow("too late");
  });
});

describe("hold", () => {
  it("keeps time 1:1 until it is released", async () => {
    const clock = makeClock();
    const hold = clock.hold();
    const sleeping = clock.sleep(hour, { draws: true });
    await settle();
    expect(passed(clock)).toBe(0);
    hold.release();
    await sleeping;
    expect(passed(clock)).toBe(hour);
  });

  it("counts once, however often it is released", async () => {
    const clock = makeClock();
    const [first, second] = [clock.hold(), clock.hold()];
    first.release();
    first.release();
    void clock.sleep(hour, { draws: true });
    await settle();
    expect(passed(clock)).toBe(0);
    second.release();
  });

  it("does not hold while it sleeps or waits, and does again afterwards", async () => {
    const clock = makeClock();
    await clock.working(async (hold) => {
      await hold.sleep(hour, { draws: true });
      await hold.during(() => clock.sleep(hour, { draws: true }));
      expect(passed(clock)).toBe(2 * hour);
      void clock.sleep(hour, { draws: true });
      await settle();
      expect(passed(clock)).toBe(2 * hour);
    });
  });

  it("is released when the work throws", async () => {
    const clock = makeClock();
    await expect(clock.working(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
    await clock.idle();
    await clock.sleep(hour, { draws: true });
    expect(passed(clock)).toBe(hour);
  });
});

describe("pause and advance", () => {
  it("stops time until it is moved by hand", async () => {
    const clock = makeClock();
    clock.pause();
    let fired = false;
    void clock.sleep(hour, { draws: true }).then(() => (fired = true));
    await settle();
    expect(fired).toBe(false);
    await clock.advance(hour);
    expect(fired).toBe(true);
    expect(passed(clock)).toBe(hour);
    clock.resume();
  });

  it("fires every timer on the way, those set on the way included, and waits for their work", async () => {
    const clock = makeClock();
    clock.pause();
    const ticks: number[] = [];
    const tick = async (): Promise<void> => {
      await clock.sleep(hour, { draws: false });
      await clock.working(async () => {
        await settle();
        ticks.push(passed(clock) / hour);
      });
      return tick();
    };
    void tick();
    await clock.advance(3.5 * hour);
    expect(ticks).toEqual([1, 2, 3]);
    expect(passed(clock)).toBe(3.5 * hour);
  });

  it("passes passive timers without pausing too", async () => {
    const clock = makeClock();
    let fired = false;
    void clock.sleep(hour, { draws: false }).then(() => (fired = true));
    await clock.advance(2 * hour);
    expect(fired).toBe(true);
    expect(passed(clock)).toBe(2 * hour);
  });
});

describe("pace", () => {
  it("runs by its factor towards what is awaited", async () => {
    const clock = makeClock(36_000);
    const real = performance.now();
    await clock.sleep(hour, { draws: true });
    expect(clock.now() - start).toBeGreaterThanOrEqual(hour - 1);
    expect(performance.now() - real).toBeGreaterThanOrEqual(50);
    expect(clock.simulatedMs).toBeGreaterThan(0);
  });

  it.each([0, 0.5, -1, Number.NaN])("refuses %p", (pace) => {
    expect(() => new Clock({ pace })).toThrow(RangeError);
  });
});

describe("toTimestamp", () => {
  it("writes microseconds", () => {
    expect(toTimestamp(start + 1.25)).toBe("2026-01-01T00:00:00.001250Z");
    expect(toTimestamp(start)).toBe("2026-01-01T00:00:00.000000Z");
  });
});
