import { describe, expect, it } from "@jest/globals";
import { type FieldValue, type FilterFields, parseFilter } from "../../../../local/workflows/api/list-filter.ts";

const start = Date.parse("2026-01-01T10:00:00Z");
const fields: Readonly<Record<string, FieldValue>> = {
  state: "FAILED",
  "labels.team": "data base",
  startTime: start,
  duration: 12.5,
};
const lookUp = (name: string) => fields[name];
const known: FilterFields = {
  ...{ state: ["FAILED", "ACTIVE", "ON HOLD", '"FAILED"'], starttime: "amount", duration: "amount", absent: "text" },
  labels: "text",
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
    ["labels:team", true],
    ["label:team", true],
    ["labels:tea", false],
    ["-labels:team", false],
    ["labels.team:*", true],
    ["startTime:*", true],
    ['startTime>="2026-01-01T10:00:00Z"', true],
    ['startTime>"2026-01-01T10:00:00Z"', false],
    ['startTime<"2026-01-02"', true],
    ["duration>12s", true],
    ["duration<=12.5", true],
    ["state=FAILED duration>20s", false],
    ["state=FAILED AND duration>10s", true],
    ["state=ACTIVE OR state=FAILED", true],
    ["state=ACTIVE OR state=FAILED AND duration>20s", false],
    ["duration>20s AND state=ACTIVE OR state=FAILED", false],
    ["(duration>20s AND state=ACTIVE) OR state=FAILED", true],
    ["NOT state=ACTIVE", true],
    ["-state=FAILED", false],
    ["NOT (state=FAILED AND duration>10s)", false],
    ['state="\\"FAILED\\""', false],
  ])("%s is %s", (filter, passes) => {
    expect(parseFilter(filter, known)(lookUp)).toBe(passes);
  });

  it.each([
    ["state"],
    ["state="],
    ["=x"],
    ["(state=ACTIVE"],
    ["state=ACTIVE)"],
    ["state=ACTIVE AND"],
    ['state="ACTIVE'],
    ["NOT"],
    ["state==ACTIVE"],
  ])("refuses %s", (filter) => {
    expect(() => parseFilter(filter, known)).toThrow(/Invalid list filter/);
  });

  it.each([
    ["startTime>soon", "Invalid value in list filter: soon"],
    ["duration=long", "Invalid value in list filter: long"],
    ["state=NOPE", "Invalid value in list filter: NOPE"],
    ["NOT state!=failed", "Invalid value in list filter: failed"],
    ["nothing=1", "Invalid field in list filter: nothing"],
    ["state=ACTIVE AND (nothing:1)", "Invalid field in list filter: nothing"],
    ["labels=team", "Invalid field in list filter: labels"],
  ])("refuses %s whether there is an item or not", (filter, message) => {
    expect(() => parseFilter(filter, known)).toThrow(message);
  });

  it("refuses labels where there are none", () => {
    expect(() => parseFilter("labels.team=x", { state: "text" })).toThrow("Invalid field in list filter: labels.team");
  });
});
