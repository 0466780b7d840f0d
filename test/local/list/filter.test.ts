import { describe, expect, it } from "@jest/globals";
import { type FieldValue, parseFilter } from "../../../../local/workflows/api/list-filter.ts";

const start = Date.parse("2026-01-01T10:00:00Z");
const fields: Readonly<Record<string, FieldValue>> = {
  state: "FAILED",
  "labels.team": "data base",
  startTime: start,
  duration: 12.5,
};
const lookUp = (name: string) => fields[name];

describe("parseFilter", () => {
  it.each([
    ["", true],
    ["state=FAILED", true],
    ['state = "FAILED"', true],
    ["state!=FAILED", false],
    ["state:AIL", true],
    ["state:*", true],
    ["absent:*", false],
    ["absent=x", false],
    ["absent!=x", true],
    ["state=FA*", true],
    ["state=*ED", true],
    ["state=F*X", false],
    ["state>E", true],
    ["state<=E", false],
    ['labels.team="data base"', true],
    ['startTime>="2026-01-01T10:00:00Z"', true],
    ['startTime>"2026-01-01T10:00:00Z"', false],
    ['startTime<"2026-01-02"', true],
    ["duration>12s", true],
    ["duration<=12.5", true],
    ["state=FAILED duration>20s", false],
    ["state=FAILED AND duration>10s", true],
    ["state=X OR state=FAILED", true],
    ["state=X OR state=FAILED AND duration>20s", false],
    ["duration>20s AND state=X OR state=FAILED", false],
    ["(duration>20s AND state=X) OR state=FAILED", true],
    ["NOT state=X", true],
    ["-state=FAILED", false],
    ["NOT (state=FAILED AND duration>10s)", false],
    ['state="\\"FAILED\\""', false],
  ])("%s is %s", (filter, passes) => {
    expect(parseFilter(filter)(lookUp)).toBe(passes);
  });

  it.each([
    ["state"],
    ["state="],
    ["=x"],
    ["(state=x"],
    ["state=x)"],
    ["state=x AND"],
    ['state="x'],
    ["NOT"],
    ["state==x"],
  ])("refuses %s", (filter) => {
    expect(() => parseFilter(filter)).toThrow(/Invalid list filter/);
  });

  it("refuses values that are no time or duration", () => {
    expect(() => parseFilter("startTime>soon")(lookUp)).toThrow(/Invalid value in list filter: soon/);
  });
});
