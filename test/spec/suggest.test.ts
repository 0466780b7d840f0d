import { describe, expect, it } from "@jest/globals";
import { suggest } from "../../spec/suggest.ts";

const words = ["name", "network", "service", "serviceRange", "maxInstances", "minInstances"];

describe("suggest", () => {
  it.each([
    ["nam", "name"],
    ["netwrok", "network"],
    ["servcie", "service"],
    ["ServiceRange", "serviceRange"],
    ["maxInstanses", "maxInstances"],
    ["max_instances", "maxInstances"],
  ])("takes %s for %s", (written, meant) => {
    expect(suggest(written, words)).toBe(meant);
  });

  it.each(["colour", "", "x", "instancesOfAll"])("takes %p for nothing", (written) => {
    expect(suggest(written, words)).toBeUndefined();
  });
});
