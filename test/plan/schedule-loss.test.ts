import { describe, expect, it } from "@jest/globals";
import { scheduleLoss } from "../../plan/schedule-loss.ts";

const nightly = { schedule: "0 3 * * *", timeZone: "Asia/Tokyo", level: "data", missed: "skip" } as const;
const says = "rebuilds the data each time: rows that were written by then are lost";

describe("scheduleLoss", () => {
  it("names when, and how much is built anew", () => {
    expect(scheduleLoss(undefined, nightly)).toEqual({ path: "schedule 0 3 * * * (Asia/Tokyo)", to: says });
    expect(scheduleLoss(undefined, { ...nightly, level: "all" })?.to).toMatch(/^rebuilds all each time/);
  });

  it.each([
    ["a level that loses rows", { level: "app" }, {}],
    ["a level that loses more", {}, { level: "database" }],
    ["all", { level: "database" }, { level: "all" }],
    ["another hour", {}, { schedule: "0 4 * * *" }],
    ["another hour as well", {}, { schedule: "0 3,15 * * *" }],
    ["every hour", {}, { schedule: "0 * * * *" }],
    ["every six hours", { schedule: "0 */12 * * *" }, { schedule: "0 */6 * * *" }],
    ["more weekdays", { schedule: "0 3 * * mon-wed" }, { schedule: "0 3 * * 1-5" }],
    ["every weekday", { schedule: "0 3 * * 1" }, { schedule: "0 3 * * mon-sun" }],
    ["a Sunday that ends a range", { schedule: "0 3 * * fri,sat" }, { schedule: "0 3 * * fri-sun" }],
    ["a day of the month as well", { schedule: "0 3 * * 1-5" }, { schedule: "0 3 1 * 1-5" }],
    ["any day instead of one", { schedule: "0 3 1 * 1" }, { schedule: "0 3 1 * *" }],
    ["another zone", {}, { timeZone: "Etc/UTC" }],
    ["that it is made good", {}, { missed: "run" }],
    ["no hour by which it is left out", { finishBy: "06:00" }, {}],
    ["another hour by which it is left out", { finishBy: "06:00" }, { finishBy: "08:00" }],
  ] as const)("finds %s", (_what, stored, asked) => {
    expect(scheduleLoss({ ...nightly, ...stored }, { ...nightly, ...asked })).toBeDefined();
  });

  it.each([
    ["the same", {}, {}],
    ["the application alone", {}, { level: "app", schedule: "0 * * * *" }],
    ["less", { level: "all" }, {}],
    ["weekdays only", {}, { schedule: "0 3 * * 1-5" }],
    ["one day of either kind, of all", {}, { schedule: "0 3 1 * 1" }],
    ["the same in other words", { schedule: "0 3 * * 0-5" }, { schedule: "0  3 * * SUN-FRI" }],
    ["Sunday by its other number", { schedule: "0 3 * * 0" }, { schedule: "0 3 * * 7" }],
    ["a Sunday that a range has ended", { schedule: "0 3 * * fri-sun" }, { schedule: "0 3 * * 0,6" }],
    ["some of its hours", { schedule: "0 */6 * 1-6 *" }, { schedule: "0 0-23/12 * jan-mar/2 *" }],
    ["from an hour on", { schedule: "0 3-23 * * *" }, { schedule: "0 4/5 * * *" }],
    ["an hour by which it is left out", {}, { finishBy: "06:00" }],
    ["that it is not made good", { missed: "run" }, {}],
  ] as const)("finds none in %s", (_what, stored, asked) => {
    expect(scheduleLoss({ ...nightly, ...stored }, { ...nightly, ...asked })).toBeUndefined();
  });

  it("finds none where there is no schedule any more", () => {
    expect(scheduleLoss(nightly, undefined)).toBeUndefined();
  });
});
