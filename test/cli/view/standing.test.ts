import { describe, expect, it } from "@jest/globals";
import { renderStanding } from "../../../cli/view/standing.ts";
import { at, runView } from "../run-view.ts";

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
});
