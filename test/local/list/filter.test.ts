import { describe, expect, it } from "@jest/globals";
import type { FieldKind, FieldValue } from "../../../local/list/field.ts";
import { parseFilter } from "../../../local/list/filter.ts";

const start = Date.parse("2026-01-01T10:00:00Z");
const fields: Readonly<Record<string, FieldValue>> = {
  state: "FAILED",
  "labels.team": "data base",
  startTime: start,
  duration: 12.5,
};
const kinds: Readonly<Record<string, FieldKind>> = {
  ...{ state: "text", "labels.team": "text", absent: "text", startTime: "number", duration: "number" },
};
const rules = {
  fields: { kindOf: (name: string) => kinds[name], valueOf: (_: undefined, name: string) => fields[name] },
};

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
    expect(parseFilter(filter, rules)(undefined)).toBe(passes);
  });

  it.each([
    ["state="],
    ["((("],
    ["=x"],
    ["(state=x"],
    ["state=x)"],
    ["state=x AND"],
    ['state="x'],
    ["NOT"],
    ["state==x"],
  ])("refuses %s", (filter) => {
    expect(() => parseFilter(filter, rules)).toThrow(/Invalid list filter/);
  });

  it.each([["state"], ["state=x word"], ["size(state)=1"], ["state:(a OR b)"]])("does not serve %s", (filter) => {
    expect(() => parseFilter(filter, rules)).toThrow(expect.objectContaining({ code: "UNIMPLEMENTED" }));
  });

  it("refuses fields that the list does not have, whether or not anything is in it", () => {
    expect(() => parseFilter("bogus=1", rules)).toThrow(/Invalid field in list filter: bogus/);
  });

  it("refuses values that are no time or duration", () => {
    expect(() => parseFilter("startTime>soon", rules)).toThrow(/Invalid value in list filter: soon/);
  });
});
