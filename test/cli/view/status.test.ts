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
    expect(renderStatus(view, { place })).toEqual([
      "users: https://users-1.run.app",
      "  since 2030-01-01 00:00 UTC",
      "  lives until 2030-01-02 00:00 UTC (in 23 h 59 min)",
      "    longer: alloyrun extend users --by 24h --project my-project",
      "  frozen until 2030-01-01 01:00 UTC (in 1 h) by ann@example.com",
      "    because: the demo",
      "    end it: alloyrun unfreeze users --project my-project",
      "",
      "started (UTC)     kind          state      min",
      "2030-01-01 00:00  rebuild data  succeeded  5.0",
      "  run-2  ann@example.com",
    ]);
  });

  it("tells what a removal left, and how it is finished", () => {
    const remaining = { network: "held by an address" };
    const view = { environment: "users", runs: [], remaining, nextTryAt: "2030-01-01T00:15:00.000Z" };
    expect(renderStatus(view, { place, now: "2030-01-01T00:00:00.000Z" })).toEqual([
      "users: not ready",
      "  nothing that is billed is left. Still held:",
      "    network: held by an address",
      "    tried again at 2030-01-01 00:15 UTC (in 15 min)",
      "    finish it: alloyrun sweep --project my-project",
    ]);
  });

  it("never says that nothing is billed where something could not be removed, but what, and what it costs", () => {
    const remaining = { peering: "held by the producer" };
    const failed = {
      environment: "users",
      runs: [],
      remaining,
      unremoved: { instance: "refused" },
      billed: { instance: 8.2 },
    };
    expect(renderStatus(failed, { place })).toEqual([
      "users: not ready",
      "  NOT all that is billed is gone. Could not be removed:",
      "    instance (8.20 USD a day): refused",
      "    remove it: alloyrun down users --project my-project",
      "  Still held:",
      "    peering: held by the producer",
      "    finish it: alloyrun sweep --project my-project",
    ]);
    const held = { environment: "users", runs: [], remaining: { cluster: "kept" }, billed: { cluster: 0.13 } };
    expect(renderStatus(held, { place }).join()).toMatch(/NOT all .*cluster \(0\.13 USD a day\): kept/);
  });

  it("tells what is gone from what is not ready", () => {
    expect(renderStatus({ environment: "users", runs: [], gone: true }, { place })).toEqual([
      "users: gone; its records are kept",
    ]);
  });

  it("shows no more than three runs, and where the others are", () => {
    const runs = Array.from({ length: 20 }, (_, index) => runView({ run: `run-${index}` }));
    const lines = renderStatus({ environment: "users", runs }, { place });
    expect(lines.filter((line) => line.startsWith("  run-"))).toHaveLength(3);
    expect(lines.at(-1)).toBe("    more: alloyrun runs users --project my-project");
  });

  it("keeps an end that has passed from reading as time left", () => {
    const view = { environment: "users", url: "https://u", expiresAt: at(5), runs: [runView({ readAt: at(10) })] };
    expect(renderStatus(view, { place })[1]).toBe("  lives until 2030-01-01 00:00 UTC (now)");
  });
});
