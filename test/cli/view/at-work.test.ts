import { describe, expect, it } from "@jest/globals";
import { renderAtWork } from "../../../cli/view/at-work.ts";
import { createPace } from "../../../cli/view/pace.ts";
import type { RunView } from "../../../functions/api.ts";
import { approvalView, at, planView, runView, step } from "../run-view.ts";

const context = {
  place: { project: "my-project", region: "asia-northeast1" },
  options: { pace: createPace(), width: 78, colour: false },
};
const holder = {
  ...{ run: "run-down", status: "/v1/runs/run-down", requestedBy: "sweep@example.com", why: "down", since: at(0) },
};
const removing = runView({
  ...{ run: "run-down", action: "down", plan: planView({}, []) },
  steps: [step({ name: "instance", state: "running", startedAt: at(0) }), step({ name: "cluster" })],
});
const tell = (...runs: readonly RunView[]) => renderAtWork({ environment: "users", runs, holder }, context);

describe("renderAtWork", () => {
  it("tells what the run does that holds the environment, the newest one, and who else waits", () => {
    const queued = { action: "rebuild", level: "data", state: "queued", hasBegun: false } as const;
    const newest = runView({ ...queued, run: "run-3", queue: { ahead: 1, holder } });
    const other = runView({ ...queued, run: "run-2", level: "app" });
    const { lines, shownRuns } = tell(newest, other, removing, runView({ run: "run-0", state: "succeeded" }));
    expect(lines).toEqual([
      ...[
        "",
        "Holds it (down), run-down:",
        "What is to be done: nothing to change",
        expect.stringMatching(/^▸ instance/),
      ],
      ...["", "Newest run, run-3:", "Waits for its turn on users; 1 waits in front."],
      ...["  held by run-down: down, asked by sweep@example.com", expect.stringMatching(/^ {2}since/)],
      ...["", "Open as well:", "  run-2: rebuild app, queued"],
    ]);
    expect(shownRuns).toBe(3);
  });

  it.each(["succeeded", "running"] as const)("tells it though the newest run is a plan that %s", (state) => {
    const plan = runView({ run: "run-9", action: "plan", state, hasBegun: false });
    const { lines } = tell(plan, removing);
    expect(lines.join("\n")).toContain("run-down:\nWhat is to be done: nothing to change\n▸ instance");
    expect(lines.join("\n").includes("run-9")).toBe(state === "running");
  });

  it("tells of none that came to its end as it should", () => {
    expect(tell(runView({ state: "succeeded" }))).toEqual({ lines: [] });
    expect(tell(runView({ state: "remaining", action: "down" }))).toEqual({ lines: [] });
    expect(tell()).toEqual({ lines: [] });
  });

  it("leaves no heading with nothing under it", () => {
    const approval = approvalView({ state: "rejected", by: "bob@example.com", reason: "no" });
    const failures = [{ step: "workflow", code: "NOT_FOUND", message: "users is gone", reason: "GONE" }] as const;
    for (const [run, says] of [
      [runView({ hasBegun: false }), "Looks at what stands, and plans what is to be done."],
      [runView({ state: "rejected", hasBegun: false, approval }), "Rejected by bob@example.com: no"],
      [runView({ state: "failed", hasBegun: false, failures }), "Step workflow failed: NOT_FOUND: users is gone"],
      [runView({ state: "cancelled", hasBegun: false }), expect.stringContaining("was cancelled before it began")],
    ] as const) {
      expect(tell(run).lines.slice(0, 3)).toEqual(["", "Newest run, run-1:", says]);
    }
  });
});
