import { describe, expect, it } from "@jest/globals";
import { formatDuration, secondsBetween } from "../../../cli/view/duration.ts";

describe("formatDuration", () => {
  it.each([
    [-1, "0.0 s"],
    [0, "0.0 s"],
    [0.24, "0.2 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [45.4, "45 s"],
    [59.6, "1 min"],
    [60, "1 min"],
    [450, "7 min 30 s"],
    [3599.7, "1 h"],
    [3600, "1 h"],
    [7500, "2 h 5 min"],
    [90_000, "25 h"],
  ])("says %d seconds as %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe("secondsBetween", () => {
  it("counts across offsets and fractions", () => {
    expect(secondsBetween("2030-01-01T00:00:00.500Z", "2030-01-01T01:00:02+01:00")).toBe(1.5);
  });
});
