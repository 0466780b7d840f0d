import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { reasonOfTime, startByOf } from "../../../functions/request/window.ts";

const at = (time: string) => Date.parse(time) / 1000;

describe("startByOf", () => {
  const endOf = (finishBy: string, timeZone: string, after: string) => {
    const rule = { timeZone, minutes: 0, finishBy, missed: "run" } as const;
    return new Date((startByOf(rule, { scheduledAt: at(after) }) ?? 0) * 1000).toISOString().replace(":00.000Z", "Z");
  };

  it.each([
    ["02:30", "Europe/Berlin", "2026-03-29T00:30:00Z", "2026-03-29T01:00Z"],
    ["02:30", "Europe/Berlin", "2026-03-28T02:00:00Z", "2026-03-29T01:00Z"],
    ["02:00", "Europe/Berlin", "2026-03-29T00:59:00Z", "2026-03-29T01:00Z"],
    ["02:59", "Europe/Berlin", "2026-03-29T00:59:30Z", "2026-03-29T01:00Z"],
    ["03:00", "Europe/Berlin", "2026-03-29T00:59:30Z", "2026-03-29T01:00Z"],
    ["02:30", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-30T00:30Z"],
    ["02:15", "Australia/Lord_Howe", "2026-10-03T15:00:00Z", "2026-10-03T15:30Z"],
    ["00:30", "America/Havana", "2026-03-08T04:30:00Z", "2026-03-08T05:00Z"],
  ])("goes on past %s in %s when clocks skip it: after %s by %s", (time, zone, after, end) => {
    expect(endOf(time, zone, after)).toBe(end);
  });

  it("never ends before it begins, nor more than a day and the hour that clocks are put back later", () => {
    const zones = ["Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Antarctica/Troll", "Asia/Tokyo"];
    const seconds = fc.integer({ min: at("2026-01-01T00:00:00Z"), max: at("2027-01-01T00:00:00Z") });
    const nearby = fc.integer({ min: -180, max: 180 }).map((minutes) => at("2026-03-29T01:00:00Z") + minutes * 60);
    const times = fc.record({ hours: fc.nat(23), minutes: fc.nat(59) });
    const text = (part: number) => String(part).padStart(2, "0");
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.oneof(seconds, nearby),
        times,
        (timeZone, scheduledAt, { hours, minutes }) => {
          const finishBy = `${text(hours)}:${text(minutes)}`;
          const end = startByOf({ timeZone, minutes: 0, finishBy, missed: "run" }, { scheduledAt }) ?? 0;
          expect(end).toBeGreaterThan(scheduledAt);
          expect(end - scheduledAt).toBeLessThanOrEqual(26 * 3600);
        },
      ),
    );
  });
});

describe("reasonOfTime", () => {
  const rule = { schedule: "", timeZone: "Europe/Berlin", minutes: 5, finishBy: "08:00", missed: "skip" } as const;

  it.each([
    ["the day before", "2026-06-01T20:00:00Z", "2026-06-01T20:00:10Z", undefined],
    ["just in time", "2026-06-01T05:50:00Z", "2026-06-01T05:55:00Z", undefined],
    ["a second too late", "2026-06-01T05:50:00Z", "2026-06-01T05:55:01Z", "would not be done"],
    ["over the hour that clocks are put forward", "2026-03-28T22:00:00Z", "2026-03-28T22:00:00Z", undefined],
  ])("counts to the next time of day there: %s", (_what, scheduled, now, says) => {
    const reason = reasonOfTime(rule, { scheduledAt: at(scheduled), now: at(now) });
    if (says === undefined) expect(reason).toBeUndefined();
    else expect(reason).toContain(says);
  });

  it("knows when clocks are put forward or back before that", () => {
    const late = { ...rule, missed: "run" } as const;
    // Eight o'clock is six by UTC after that night in March, and seven after that one in October.
    expect(
      reasonOfTime(late, { scheduledAt: at("2026-03-28T22:00:00Z"), now: at("2026-03-29T05:54:00Z") }),
    ).toBeUndefined();
    expect(reasonOfTime(late, { scheduledAt: at("2026-03-28T22:00:00Z"), now: at("2026-03-29T05:56:00Z") })).toContain(
      "08:00",
    );
    expect(
      reasonOfTime(late, { scheduledAt: at("2026-10-24T21:00:00Z"), now: at("2026-10-25T06:54:00Z") }),
    ).toBeUndefined();
    expect(reasonOfTime(late, { scheduledAt: at("2026-10-24T21:00:00Z"), now: at("2026-10-25T06:56:00Z") })).toContain(
      "08:00",
    );
  });

  it("needs more time for more", () => {
    const times = { scheduledAt: at("2026-06-01T05:30:00Z"), now: at("2026-06-01T05:44:00Z") };
    expect(reasonOfTime({ ...rule, minutes: 16 }, times)).toBeUndefined();
    expect(reasonOfTime({ ...rule, minutes: 17 }, times)).toContain("about 17 minutes");
  });
});
