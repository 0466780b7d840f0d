import { describe, expect, it } from "@jest/globals";
import { renderStatus } from "../../../cli/view/status.ts";
import { at, runView } from "../run-view.ts";

const place = { project: "my-project", region: "asia-northeast1" };

describe("renderStatus", () => {
  it("tells URL, life, freeze and the last runs, each with the command that changes it", () => {
    const view = {
      environment: "users",
      url: "https://users-1.run.app",
      readyAt: at(0),
      expiresAt: at(86_400),
      freeze: { reason: "the demo", by: "ann@example.com", until: at(3610) },
      runs: [runView({ action: "rebuild", level: "data", state: "succeeded", endedAt: at(300), run: "run-2" })],
    };
    expect(renderStatus(view, place)).toEqual([
      "users: https://users-1.run.app (since 2030-01-01 00:00 UTC)",
      "  lives until 2030-01-02 00:00 UTC (in 23 h 59 min)",
      "    longer: alloyrun extend users --by 24h --project my-project",
      "  frozen until 2030-01-01 01:00 UTC (in 1 h) by ann@example.com",
      "    because: the demo",
      "    end it: alloyrun unfreeze users --project my-project",
      "",
      "run    kind          state      started (UTC)     min  asked by",
      "run-2  rebuild data  succeeded  2030-01-01 00:00  5.0  ann@example.com",
    ]);
  });

  it("tells what a removal left, and how it is finished", () => {
    const remaining = { network: "held by an address" };
    const view = { environment: "users", runs: [], remaining, nextTryAt: at(900) };
    expect(renderStatus(view, place, at(0))).toEqual([
      "users: not ready",
      "  nothing that is billed is left; Google still holds:",
      "    network: held by an address",
      "    next try: 2030-01-01 00:15 UTC (in 15 min)",
      "    finish it: alloyrun sweep --project my-project",
    ]);
  });

  it("shows no more than five runs", () => {
    const runs = Array.from({ length: 20 }, (_, index) => runView({ run: `run-${index}` }));
    expect(renderStatus({ environment: "users", runs }, place).filter((line) => line.startsWith("run-"))).toHaveLength(
      5,
    );
  });

  it("keeps an end that has passed from reading as time left", () => {
    const view = { environment: "users", url: "https://u", expiresAt: at(5), runs: [runView({ readAt: at(10) })] };
    expect(renderStatus(view, place)[1]).toBe("  lives until 2030-01-01 00:00 UTC (now)");
  });
});
