import { describe, expect, it } from "@jest/globals";
import { untilReady } from "../../../functions/alloydb/settling.ts";

describe("untilReady", () => {
  it.each([
    ["a change of minutes", { state: "CREATING" }, 10],
    ["a change of minutes although it reconciles", { state: "MAINTENANCE", reconciling: true }, 10],
    ["the moments after an operation", { state: "READY", reconciling: true }, 2],
  ])("waits for the end of %s", (_, resource, retryAfterSeconds) => {
    expect(untilReady("main", resource)).toMatchObject({ state: "pending", retryAfterSeconds });
  });

  it.each([[{ state: "READY" }], [{ state: "READY", reconciling: false }]])("lets %j be used", (resource) => {
    expect(untilReady("main", resource)).toBeUndefined();
  });
});
