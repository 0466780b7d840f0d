import { describe, expect, it } from "@jest/globals";
import { satisfies } from "../../../local/workload/version-range.ts";

describe("satisfies", () => {
  // biome-ignore format: a table
  it.each([
    ["1.2.3", "1.2.3", true],            ["1.2.3", "=1.2.3", true],         ["1.2.4", "1.2.3", false],
    ["1.9.0", "^1.2.3", true],           ["2.0.0", "^1.2.3", false],        ["1.2.2", "^1.2.3", false],
    ["0.2.9", "^0.2.3", true],           ["0.3.0", "^0.2.3", false],        ["0.0.4", "^0.0.3", false],
    ["0.0.3", "^0.0.3", true],           ["0.9.0", "^0", true],             ["0.0.9", "^0.0", true],
    ["1.2.9", "~1.2.3", true],           ["1.3.0", "~1.2.3", false],        ["1.9.9", "~1", true],
    ["1.4.0", "1.x", true],              ["1.4.0", "1", true],              ["2.0.0", "1.X", false],
    ["1.2.7", "1.2", true],              ["9.9.9", "*", true],              ["9.9.9", "", true],
    ["9.9.9", "latest", true],           ["9.9.9", "next", false],          ["1.5.0", ">=1.2 <2", true],
    ["2.0.0", ">=1.2 <2", false],        ["1.2.0", ">1.2", false],          ["1.3.0", ">1.2", true],
    ["1.2.9", "<=1.2", true],            ["1.5.0", "1.2 - 2.3", true],      ["2.3.9", "1.2 - 2.3", true],
    ["2.4.0", "1.2 - 2.3.4", false],     ["3.1.0", "^1.0.0 || ^3.0.0", true], ["1.5.0", ">= 1.2.3", true],
    ["1.3.0-beta.2", "^1.2.3", false],   ["1.2.3-beta.2", "^1.2.3-beta.1", true], ["1.2.3-beta.10", ">1.2.3-beta.9", true],
    ["2.0.0-rc.1", "^1.2.3-beta.1", false], ["1.2.3", "git+https://host/x.git", false], ["1.2.3", "npm:other@1.2.3", false],
    ["not a version", "*", false],
  ] as const)("tells of %s and %s: %s", (version, range, expected) => {
    expect(satisfies(version, range)).toBe(expected);
  });
});
