import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createAlarms } from "../../local/alarm.ts";
import { Clock } from "../../local/clock.ts";

function start() {
  const clock = new Clock({ pace: "max", start: 0 });
  clock.pause();
  return { clock, alarms: createAlarms(clock) };
}

describe("createAlarms", () => {
  it("does everything in the order of its time, whatever order it was set in", async () => {
    const times = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(times, async (due) => {
        const { clock, alarms } = start();
        const done: number[] = [];
        for (const time of due) alarms.at(time, () => done.push(time));
        await clock.advance(60);
        expect(done).toEqual([...due].sort((a, b) => a - b));
      }),
      { numRuns: 50 },
    );
  });

  it("never draws the clock, and does nothing before its time", async () => {
    const { clock, alarms } = start();
    const done: string[] = [];
    alarms.at(1000, () => done.push("late"));
    alarms.at(10, () => alarms.at(20, () => done.push("chained")));
    await clock.advance(999);
    expect(done).toEqual(["chained"]);
    await clock.advance(1);
    expect(done).toEqual(["chained", "late"]);
    clock.resume();
    alarms.at(3_600_000, () => done.push("drawn"));
    await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
    expect(done).not.toContain("drawn");
    clock.close();
  });

  it("forgets what was set when it is closed", async () => {
    const { clock, alarms } = start();
    let isDone = false;
    alarms.at(5, () => {
      isDone = true;
    });
    alarms.close();
    await clock.advance(10);
    expect(isDone).toBe(false);
  });
});
