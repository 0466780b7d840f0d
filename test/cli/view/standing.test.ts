import { describe, expect, it } from "@jest/globals";
import { renderStanding } from "../../../cli/view/standing.ts";
import { approvalView, at, planView, runView } from "../run-view.ts";

const place = { project: "my-project", region: "asia-northeast1" };

describe("renderStanding", () => {
  it("tells of a run that waits for the end of a freeze who froze it, why, and what ends it", () => {
    const freeze = { by: "c@example.com", reason: "the demo", until: at(3610) };
    expect(renderStanding(runView({ state: "queued", queue: { freeze } }), place)).toEqual([
      "Waits for the end of a freeze of users.",
      "  frozen until 2030-01-01 01:00 UTC (in 1 h) by c@example.com",
      "    because: the demo",
      "    end it: alloyrun unfreeze users --project my-project",
    ]);
  });

  it("names those who may decide where the policy does, and else says that anybody may", () => {
    const asking = { state: "awaiting-approval", approval: approvalView() } as const;
    const askedOf = (...approvers: readonly string[]) => {
      const plan = { ...planView(), deciders: { approvers, timeoutSeconds: 60 } };
      return renderStanding(runView({ ...asking, plan }), place).find((line) => line.includes("says one of"));
    };
    expect(askedOf("ann@example.com")).toBe("ann@example.com, but not who asked, says one of:");
    expect(askedOf("ann@example.com", "ben@example.com")).toBe(
      "ann@example.com or ben@example.com, but not who asked, says one of:",
    );
    expect(askedOf()).toBe("Anybody who may decide, but not who asked, says one of:");
  });
});
