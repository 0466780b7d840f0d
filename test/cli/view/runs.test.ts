import { describe, expect, it } from "@jest/globals";
import { renderRuns } from "../../../cli/view/runs.ts";
import { approvalView, runView } from "../run-view.ts";

describe("renderRuns", () => {
  const rejected = approvalView({ state: "rejected", by: "bob@example.com" });

  it.each([
    ["somebody has rejected it", { state: "rejected", approval: rejected }, "  rejected  "],
    ["nobody has decided in time", { state: "rejected" }, "  rejected, expired  "],
    ["an old revision goes on", { state: "failed", outcome: "kept-old" }, "  failed, kept old  "],
    ["that has not passed", { state: "failed", outcome: "kept-unproven" }, "  failed, kept unproven  "],
  ] as const)("tells where %s", (_what, run, state) => {
    expect(renderRuns([runView(run)])[1]).toContain(state);
  });
});
