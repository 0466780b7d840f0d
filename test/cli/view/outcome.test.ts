import { describe, expect, it } from "@jest/globals";
import { renderOutcome } from "../../../cli/view/outcome.ts";
import { at, runView, step } from "../run-view.ts";

const accepted = { expectedSeconds: 1500, costPerDay: { amount: 9.5, pricesOf: "2030-01-01" } };
const created = {
  resource: "projects/p/global/networks/n",
  action: "create",
  fields: [],
  effects: { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 0 },
} as const;

describe("renderOutcome", () => {
  it("leads to the URL, what was read there, the time and the cost", () => {
    const run = runView({
      state: "succeeded",
      url: "https://users-1.run.app",
      excerpt: "Select Users: [{3 sasashun}]\nmore\n",
      endedAt: at(900),
      steps: [step({ state: "done", changes: [created] })],
    });
    expect(renderOutcome(run, accepted)).toEqual([
      "users is ready: https://users-1.run.app",
      "  Select Users: [{3 sasashun}]\n  more",
      "On Google Cloud: 15 min for this run, then 9.50 USD per day (list prices of 2030-01-01).",
    ]);
  });

  it("says when nothing had to be changed", () => {
    const run = runView({ state: "succeeded", endedAt: at(9), steps: [step({ state: "done", changes: [] })] });
    expect(renderOutcome(run, { expectedSeconds: 0 })).toContain("Nothing had to be changed.");
  });

  it("names the failed step with code, cause and evidence, what was kept and the way forward", () => {
    const run = runView({
      state: "failed",
      steps: [
        step({ name: "network", state: "done" }),
        step({ name: "instance", state: "done" }),
        step({ name: "seed", state: "failed" }),
      ],
      failures: [
        { step: "seed", code: "FAILED_PRECONDITION", message: "002.sql: syntax error", evidence: ["line 3", "line 4"] },
      ],
    });
    expect(renderOutcome(run, accepted)).toEqual([
      "Step seed failed: FAILED_PRECONDITION: 002.sql: syntax error",
      "    line 3",
      "    line 4",
      "Kept as they are: network, instance; at most 9.50 USD per day.",
      "When the cause is removed, run `alloyrun up` with the same file: it goes on from there and makes nothing twice.",
    ]);
  });

  it("does not speak of cost while no database runs", () => {
    const run = runView({
      state: "failed",
      steps: [step({ state: "done" })],
      failures: [{ step: "cluster", code: "RESOURCE_EXHAUSTED", message: "quota" }],
    });
    expect(renderOutcome(run, accepted).join("\n")).not.toContain("USD");
  });

  it("says that nothing was made when the first step failed", () => {
    const run = runView({
      state: "failed",
      failures: [{ step: "services", code: "PERMISSION_DENIED", message: "no" }],
    });
    expect(renderOutcome(run, accepted)).toContain("Nothing was made.");
  });

  it("does not claim that a failed removal kept what it had removed", () => {
    const run = runView({
      action: "down",
      state: "failed",
      steps: [step({ name: "traffic", state: "done" })],
      failures: [{ step: "network", code: "PERMISSION_DENIED", message: "no" }],
    });
    const lines = renderOutcome(run, { expectedSeconds: 1 }).join("\n");
    expect(lines).toContain("Removed already: traffic.");
    expect(lines).toContain("`alloyrun down users`");
    expect(lines).not.toContain("Kept");
  });

  it("says what Google still holds after a removal, and how to finish it", () => {
    const run = runView({
      action: "down",
      state: "remaining",
      remaining: [{ step: "egress", reason: "the subnet is in use for up to two hours" }],
    });
    expect(renderOutcome(run, { expectedSeconds: 1 })).toEqual([
      "users: nothing that is billed is left. Google still holds:",
      "  egress: the subnet is in use for up to two hours",
      "Finish later with `alloyrun sweep`.",
    ]);
  });

  it.each([
    ["down", "users is gone: every step found nothing of its own left."],
    ["sweep", "Sweep: nothing is left to remove."],
    ["check", "Checked: every step has its permissions."],
  ] as const)("closes a %s that succeeded in its own words", (action, line) => {
    const environment = action === "down" ? "users" : "";
    expect(renderOutcome(runView({ action, environment, state: "succeeded" }), { expectedSeconds: 1 })).toEqual([line]);
  });

  it("tells of a sweep that has more to do", () => {
    const remaining = [{ step: "network", reason: "users: held" }] as const;
    const [first] = renderOutcome(runView({ action: "sweep", environment: "", state: "remaining", remaining }), {
      expectedSeconds: 1,
    });
    expect(first).toMatch(/^Sweep: /);
  });

  it("does not call a cancelled run ready", () => {
    expect(renderOutcome(runView({ state: "cancelled" }), accepted)).toEqual([
      "The run run-1 was cancelled; what it had made is kept.",
    ]);
  });
});
