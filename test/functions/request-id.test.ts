import { describe, expect, it } from "@jest/globals";
import { requestIdOf } from "../../functions/request-id.ts";

describe("requestIdOf", () => {
  const run = { id: "r1", now: 1000 };

  it("is a UUID", () => {
    expect(requestIdOf(run, "create", "c")).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it("is the same when the same call is repeated", () => {
    expect(requestIdOf({ ...run }, "create", "c")).toBe(requestIdOf(run, "create", "c"));
  });

  it.each([
    ["another run", { id: "r2", now: 1000 }, "create", "c"],
    ["another asking of the step", { id: "r1", now: 1001 }, "create", "c"],
    ["another method", run, "delete", "c"],
    ["another resource", run, "create", "d"],
  ])("differs for %s", (_, other, method, resource) => {
    expect(requestIdOf(other, method, resource)).not.toBe(requestIdOf(run, "create", "c"));
  });
});
