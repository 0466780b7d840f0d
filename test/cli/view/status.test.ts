import { describe, expect, it } from "@jest/globals";
import { renderStatus } from "../../../cli/view/status.ts";
import { at, planView, runView, step } from "../run-view.ts";

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

  it("offers no longer life to what is not ready", () => {
    const view = { environment: "users", expiresAt: at(86_400), runs: [] };
    expect(renderStatus(view, { place })).toEqual(["users: not ready"]);
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

  describe("of what is billed beside what serves", () => {
    const steps = [
      step({ name: "cluster", state: "done", costPerDay: 0.1 }),
      step({ name: "instance", state: "failed", costPerDay: 8.9 }),
    ];

    it.each(["failed", "cancelled"] as const)(
      "tells what a first up that %s may be billed for, and the ways on",
      (state) => {
        const runs = [runView({ action: "plan" }), runView({ state, steps })];
        expect(renderStatus({ environment: "users", runs }, { place }).slice(0, 4)).toEqual([
          "users: not ready",
          "  may be billed: about 9.00 USD a day (0.38 an hour), until users is taken down.",
          "    go on: alloyrun resume run-1 --project my-project",
          "    take it down: alloyrun down users --project my-project",
        ]);
      },
    );

    it("tells nothing of the kind while it runs, is gone, or a removal has left only what is not billed", () => {
      const failed = [runView({ state: "failed", steps })];
      const lines = [
        ...renderStatus({ environment: "users", runs: [runView({ steps })] }, { place }),
        ...renderStatus({ environment: "users", runs: failed, gone: true }, { place }),
        ...renderStatus({ environment: "users", runs: failed, remaining: {} }, { place }),
      ];
      expect(lines.join("\n")).not.toContain("may be billed");
    });

    const change = (name: "instance" | "cluster" | "network", costPerDay: number) => {
      const effects = { dataLoss: true, downtime: true, costPerDay, expectedSeconds: 5 };
      return { step: name, resource: name, action: "delete", fields: [], effects } as const;
    };

    it.each(["failed", "cancelled"] as const)("tells of a removal that %s what it has not removed", (state) => {
      const plan = planView({}, [change("instance", -8.9), change("cluster", -0.1)]);
      const removed = [step({ name: "instance", state: "done" }), step({ name: "cluster", state: "failed" })];
      const runs = [runView({ action: "down", state, plan, steps: removed })];
      const lines = renderStatus({ environment: "users", runs }, { place });
      expect(lines[1]).toBe("  may still be billed: about 0.10 USD a day (0.00 an hour), until all of it is gone.");
      expect(lines.join("\n")).not.toContain("take it down");
    });

    it("tells of a removal that was cancelled when nothing was billed any more what still stands, and the way on", () => {
      const plan = planView({}, [change("instance", -8.9), change("network", 0)]);
      const removed = step({ name: "instance", state: "done" });
      const down = { action: "down", state: "cancelled", plan } as const;
      const lines = (network: "cancelled" | "done") => {
        const runs = [runView({ ...down, steps: [removed, step({ name: "network", state: network })] })];
        return renderStatus({ environment: "users", runs }, { place }).slice(0, 4);
      };
      const way = "    go on: alloyrun resume run-1 --project my-project";
      expect(lines("cancelled")).toEqual([
        "users: not ready",
        ...["  nothing that is billed is left. Not removed yet:", "    network", way],
      ]);
      expect(lines("done").slice(1, 3)).toEqual([
        ...["  nothing is left that its removal was to delete, which has yet to be confirmed", way],
      ]);
    });

    it("tells that a rebuild is unfinished, that two clusters are billed, and what goes on with it", () => {
      const costs = { before: 9.6, after: 9.6, pricesOf: "2025-04", region: "r" };
      const plan = planView({ costPerDay: costs }, [{ ...change("instance", 9.6), action: "create" }]);
      const rebuild = { action: "rebuild", level: "database", run: "run-2", plan } as const;
      const view = { environment: "users", url: "https://u", unfinished: { level: "database" } } as const;
      const lines = renderStatus({ ...view, runs: [runView({ ...rebuild, state: "cancelled" })] }, { place });
      expect(lines.slice(1, 5)).toEqual([
        "  unfinished: a rebuild at level database; two clusters may stand and be billed: about 19.20 USD a day",
        "    go on: alloyrun resume run-2 --project my-project",
        "    or begin it again, which goes on with it:",
        "      alloyrun rebuild users --level database --project my-project",
      ]);
      expect(lines[5]).toBe("    or end it: `alloyrun up` with the file removes what it has made");
      const running = renderStatus({ ...view, runs: [runView({ ...rebuild })] }, { place });
      expect(running.join("\n")).not.toContain("unfinished");
    });

    it("goes on telling so when whoever was to approve that it goes on has rejected it, or is asked", () => {
      const plan = planView({ costPerDay: { before: 20, after: 10.26, pricesOf: "2025-04", region: "r" } });
      const rebuild = { action: "rebuild", level: "database", run: "run-2", plan } as const;
      const view = { environment: "users", url: "https://u", unfinished: { level: "database" } } as const;
      const lines = (state: "rejected" | "awaiting-approval" | "queued") =>
        renderStatus({ ...view, runs: [runView({ ...rebuild, state })] }, { place });
      const what =
        "  unfinished: a rebuild at level database; two clusters may stand and be billed: about 20.00 USD a day";
      expect(lines("rejected").slice(1, 5)).toEqual([
        what,
        "    begin it again, which goes on with it:",
        "      alloyrun rebuild users --level database --project my-project",
        "    or end it: `alloyrun up` with the file removes what it has made",
      ]);
      for (const state of ["awaiting-approval", "queued"] as const)
        expect(lines(state).slice(1, 3)).toEqual([what, ""]);
    });

    it("tells what a rebuild has left once the application was rebuilt, and no way that would be refused", () => {
      const unfinished = { level: "database", overtaken: true, costPerDay: 9.74 } as const;
      const rebuild = runView({ action: "rebuild", level: "database", run: "run-2", state: "cancelled" });
      const lines = renderStatus({ environment: "users", url: "https://u", unfinished, runs: [rebuild] }, { place });
      expect(lines.slice(1, 3)).toEqual([
        "  unfinished: a rebuild at level database came to no end; a second cluster may stand and be billed: about 9.74 USD a day",
        "    `alloyrun up` with the file removes it, and so does a rebuild, but of the app alone",
      ]);
      expect(lines.join("\n")).not.toContain("resume run-2");
    });

    it("names what older specs have left, and the commands that remove it", () => {
      const parent = "projects/my-project/locations/asia-northeast1/clusters/old";
      const standing = [
        { step: "cluster", resource: parent, costPerDay: 0.1 },
        { step: "instance", resource: `${parent}/instances/i`, costPerDay: 8.9 },
      ] as const;
      const built = runView({ state: "succeeded", plan: { ...planView(), standing } });
      const view = { environment: "users", url: "https://u", runs: [runView({ action: "plan" }), built] };
      expect(renderStatus(view, { place }).slice(1, 8)).toEqual([
        "  stays of older specs, as run-1 found it, until it is removed",
        "    clusters/old: 0.10 USD a day",
        "    instances/i: 8.90 USD a day",
        "    with all else: alloyrun down users --project my-project",
        "    by itself, with its rows:",
        "      gcloud alloydb instances delete i --cluster=old --region=asia-northeast1 --project=my-project",
        "      gcloud alloydb clusters delete old --region=asia-northeast1 --project=my-project",
      ]);
      expect(renderStatus({ ...view, gone: true }, { place }).join("\n")).not.toContain("older");
      // One that was to go on, and was refused, has seen nothing; what a removal has begun to take down is told by that.
      const toldAfter = (action: "rebuild" | "down") =>
        renderStatus({ ...view, runs: [runView({ action, state: "failed" }), ...view.runs] }, { place }).join("\n");
      expect(toldAfter("rebuild")).toContain("instances/i: 8.90 USD a day");
      expect(toldAfter("down")).not.toContain("older");
    });
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
