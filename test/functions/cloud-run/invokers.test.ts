import { describe, expect, it } from "@jest/globals";
import { withInvokers } from "../../../functions/cloud-run/invokers.ts";

const invoker = "roles/run.invoker";
const viewer = { role: "roles/run.viewer", members: ["user:a@b.c"] };

describe("withInvokers", () => {
  it("replaces the members and keeps other roles", () => {
    const policy = { etag: "e", bindings: [viewer, { role: invoker, members: ["allUsers"] }] };
    expect(withInvokers(policy, ["serviceAccount:v"])).toEqual({
      etag: "e",
      bindings: [viewer, { role: invoker, members: ["serviceAccount:v"] }],
    });
  });

  it("gives the very same policy when nothing differs", () => {
    const policy = { bindings: [{ role: invoker, members: ["b", "a"] }] };
    expect(withInvokers(policy, ["a", "b", "a"])).toBe(policy);
  });

  it("leaves conditional bindings alone", () => {
    const conditional = { role: invoker, members: ["x"], condition: { expression: "true" } };
    expect(withInvokers({ bindings: [conditional] }, ["a"]).bindings).toEqual([
      conditional,
      { role: invoker, members: ["a"] },
    ]);
  });
});
