import { describe, expect, it } from "@jest/globals";
import { reasonOfTime } from "../../../functions/request/window.ts";

describe("reasonOfTime", () => {
  const at = (time: string) => Date.parse(time) / 1000;
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
