import { describe, expect, it } from "@jest/globals";
import { renderOutcome } from "../../../cli/view/outcome.ts";
import { approvalView, at, planView, runView, step } from "../run-view.ts";

const place = { project: "my-project", region: "asia-northeast1" };
const alone = { place };
const context = {
  place,
  accepted: { expectedSeconds: 1500, costPerDay: { amount: 9.6, pricesOf: "2030-01-01", region: "asia-northeast1" } },
};
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
    expect(renderOutcome(run, context)).toEqual([
      "users is ready: https://users-1.run.app",
      "  Select Users: [{3 sasashun}]\n  more",
      "On Google Cloud: 15 min for this run.",
      "It costs 9.60 USD per day (list prices of asia-northeast1, 2030-01-01).",
    ]);
  });

  it("tells of a rebuild of the application what another has left, and what that costs", () => {
    const about = { action: "rebuild", level: "app", state: "succeeded", endedAt: at(60) } as const;
    const unfinished = { level: "database", overtaken: true, costPerDay: 9.74 } as const;
    expect(renderOutcome(runView({ ...about, unfinished }), context).slice(-2)).toEqual([
      "Beside it: a rebuild at level database came to no end; a second cluster may stand and be billed: about 9.74 USD a day.",
      "  `alloyrun up` with the file removes it, and so does a rebuild, but of the app alone.",
    ]);
    const costPerDay = { before: 19.34, after: 19.34, pricesOf: "2025-04", region: "asia-northeast1" };
    const plan = { ...planView({ costPerDay }, []), unfinished };
    const [cost, told] = renderOutcome(runView({ ...about, unfinished, plan }), context).slice(-3);
    expect([cost, told]).toEqual([
      "It costs 19.34 USD per day (list prices of asia-northeast1, 2025-04).",
      expect.stringMatching(/^Of that: a rebuild at level database came to no end; .+: about 9.74 USD a day\.$/),
    ]);
  });

  it("tells of a rebuild how long one usually takes, and of one that failed whether anything answers", () => {
    const rebuild = { action: "rebuild", level: "data", usualMinutes: 13, endedAt: at(840) } as const;
    expect(renderOutcome(runView({ ...rebuild, state: "succeeded", outcome: "ready" }), alone)).toContain(
      "On Google Cloud: 14 min for this run (usually 13 min).",
    );
    for (const [outcome, serves] of [
      ["kept-old", "what served before, and it answers"],
      ["kept-unproven", "what served before; it answers, but does not pass the smoke test"],
      ["broken", "nothing that answers as it should"],
    ] as const) {
      expect(renderOutcome(runView({ ...rebuild, state: "failed", outcome }), alone)).toContain(
        `What serves: ${serves} (such a rebuild usually takes 13 min).`,
      );
    }
  });

  it("does not count as work what a run has waited before it began", () => {
    const timesOf = (first: number) => {
      const steps = [step({ name: "peering" }), step({ name: "network", state: "done", startedAt: at(first) })];
      return renderOutcome(runView({ state: "succeeded", endedAt: at(993), usualMinutes: 13, steps }), alone);
    };
    expect(timesOf(563)).toContain(
      "On Google Cloud: 7 min 10 s for this run; with what it waited before it began, 16 min 33 s (usually 13 min).",
    );
    expect(timesOf(20)).toContain("On Google Cloud: 16 min 33 s for this run (usually 13 min).");
  });

  it("shows the end of the evidence, and where all of it is", () => {
    const evidence = Array.from({ length: 20 }, (_, line) => `line ${line}`);
    const failure = { step: "seed", code: "FAILED_PRECONDITION", message: "no", evidence } as const;
    const lines = renderOutcome(runView({ state: "failed", failures: [failure] }), alone);
    expect(lines.filter((line) => line.startsWith("    line"))).toEqual(
      [14, 15, 16, 17, 18, 19].map((n) => `    line ${n}`),
    );
    expect(lines).toContain("All of it: alloyrun audit evidence run-1 --project my-project");
  });

  it("says when nothing had to be changed", () => {
    const run = runView({ state: "succeeded", endedAt: at(9), steps: [step({ state: "done", changes: [] })] });
    expect(renderOutcome(run, alone)).toContain("Nothing had to be changed.");
  });

  it("does not say so of a run that changed the spec alone", () => {
    const none = { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 0 };
    const policy = {
      step: "spec",
      resource: "the spec of users",
      action: "update",
      fields: [],
      effects: none,
    } as const;
    const steps = [step({ state: "done", changes: [] })];
    const run = runView({ state: "succeeded", endedAt: at(9), steps, plan: planView({}, [policy]) });
    expect(renderOutcome(run, alone)).not.toContain("Nothing had to be changed.");
  });

  it("names the failed step with code, cause and evidence, what was kept and the way forward", () => {
    const run = runView({
      state: "failed",
      steps: [
        step({ name: "network", state: "done" }),
        step({ name: "instance", state: "done", costPerDay: 9.6 }),
        step({ name: "seed", state: "failed" }),
      ],
      failures: [
        { step: "seed", code: "FAILED_PRECONDITION", message: "002.sql: syntax error", evidence: ["line 3", "line 4"] },
      ],
    });
    expect(renderOutcome(run, context)).toEqual([
      "Step seed failed: FAILED_PRECONDITION: 002.sql: syntax error",
      "    line 3",
      "    line 4",
      "Kept as they are: network, instance.",
      "May be billed: about 9.60 USD a day (0.40 an hour), until users is taken down.",
      "When the cause is removed, go on from there; nothing is made twice:",
      "  alloyrun resume run-1 --project my-project",
      "Or take it down: alloyrun down users --project my-project",
    ]);
  });

  it.each(["failed", "cancelled", "held"] as const)(
    "counts a billed step that %s as one that may be billed",
    (state) => {
      const steps = [
        step({ name: "egress", state, costPerDay: 0.72 }),
        step({ name: "cluster", state, costPerDay: 0.1 }),
        step({ name: "instance", costPerDay: 8.9 }),
      ];
      const says = "May be billed: about 0.82 USD a day (0.03 an hour), until users is taken down.";
      expect(renderOutcome(runView({ state: "failed", steps }), context)).toContain(says);
      expect(renderOutcome(runView({ state: "cancelled", steps }), context)).toContain(says);
    },
  );

  it("counts what stood before an up that failed at its first step", () => {
    const plan = planView({ costPerDay: { before: 9.6, after: 12, pricesOf: "2025-04", region: "asia-northeast1" } });
    const failures = [{ step: "services", code: "PERMISSION_DENIED", message: "no" }] as const;
    expect(renderOutcome(runView({ state: "failed", plan, failures }), alone).join("\n")).toContain("9.60 USD a day");
    const steps = [step({ name: "instance", state: "failed", costPerDay: 8.9 })];
    expect(renderOutcome(runView({ state: "failed", plan, failures, steps }), alone).join("\n")).toContain("12.00 USD");
    expect(
      renderOutcome(runView({ state: "failed", plan, failures, hasBegun: false }), alone).join("\n"),
    ).not.toContain("USD");
  });

  it("does not speak of cost while no database runs", () => {
    const run = runView({
      state: "failed",
      steps: [step({ state: "done", costPerDay: 0.004 })],
      failures: [{ step: "cluster", code: "RESOURCE_EXHAUSTED", message: "quota" }],
    });
    expect(renderOutcome(run, context).join("\n")).not.toContain("USD");
  });

  it("says that nothing was made when the first step failed", () => {
    const run = runView({
      state: "failed",
      failures: [{ step: "services", code: "PERMISSION_DENIED", message: "no" }],
    });
    expect(renderOutcome(run, context)).toContain("Nothing was made.");
  });

  it("does not claim that a failed removal kept what it had removed", () => {
    const run = runView({
      action: "down",
      state: "failed",
      steps: [
        step({ name: "traffic", state: "done" }),
        step({ name: "instance", state: "done", costPerDay: 8.9 }),
        step({ name: "cluster", costPerDay: 0.1 }),
      ],
      failures: [{ step: "network", code: "PERMISSION_DENIED", message: "no" }],
    });
    const lines = renderOutcome(run, alone).join("\n");
    expect(lines).toContain("Removed already: traffic, instance.");
    expect(lines).toContain("May still be billed: about 0.10 USD a day");
    expect(lines).toContain("alloyrun resume run-1");
    expect(lines).not.toContain("Kept");
  });

  it("says what is still held after a removal, when it is tried again, and how to finish it sooner", () => {
    const run = runView({
      action: "down",
      state: "remaining",
      remaining: [{ step: "network", reason: "held: it is still used by an instance of another team" }],
      nextTryAt: at(610),
      left: ["projects/p/global/addresses/r is not of alloyrun:i/users; it was left as it is"],
      degraded: ["producer residue: Google still lists the private connection of n"],
    });
    expect(renderOutcome(run, alone)).toEqual([
      "users: nothing that is billed is left. Still held:",
      "  network: held: it is still used by an instance of another team",
      "Left alone, for it is not the environment's own:",
      "  projects/p/global/addresses/r is not of alloyrun:i/users; it was left as it is",
      "Stays at Google's for good:",
      "  producer residue: Google still lists the private connection of n",
      "It is tried again at 2030-01-01 00:10 UTC (in 10 min).",
      "Sooner: alloyrun sweep --project my-project",
    ]);
  });

  it("does not say that nothing is billed while a database is held", () => {
    const remaining = [{ step: "cluster", reason: "held: kept" }] as const;
    const lines = renderOutcome(runView({ action: "down", state: "remaining", remaining }), alone);
    expect(lines[0]).toBe("users: cluster may STILL be billed. Still held:");
  });

  it("names what stays of an environment that is gone", () => {
    const left = ["projects/p/global/addresses/r is not of alloyrun:i/users; it was left as it is"];
    const run = runView({ action: "down", state: "succeeded", left });
    expect(renderOutcome(run, alone)).toContain(`  ${left[0]}`);
  });

  it("says how to finish what is held by who cannot tell when it is tried again", () => {
    const run = runView({
      action: "down",
      state: "remaining",
      remaining: [{ step: "egress", reason: "the subnet is in use for up to two hours" }],
    });
    expect(renderOutcome(run, alone)).toEqual([
      "users: nothing that is billed is left. Still held:",
      "  egress: the subnet is in use for up to two hours",
      "Finish later: alloyrun sweep --project my-project",
    ]);
  });

  it.each(["succeeded", "remaining", "failed"] as const)(
    "names what a removal that ended as %s has left alone, and what stays",
    (state) => {
      const spared = { left: ["the secret s is somebody else's"], degraded: ["Google keeps its side of n"] };
      const remaining = state === "remaining" ? ([{ step: "network", reason: "held" }] as const) : [];
      const lines = renderOutcome(runView({ action: "down", state, remaining, ...spared }), alone);
      expect(lines.slice(lines.indexOf("Left alone, for it is not the environment's own:")).slice(0, 4)).toEqual([
        "Left alone, for it is not the environment's own:",
        "  the secret s is somebody else's",
        "Stays at Google's for good:",
        "  Google keeps its side of n",
      ]);
    },
  );

  it.each([
    ["down", "users is gone: every step found nothing of its own left."],
    ["sweep", "Sweep: nothing is left to remove."],
    ["check", "Checked: every step has its permissions."],
  ] as const)("closes a %s that succeeded in its own words", (action, line) => {
    const environment = action === "down" ? "users" : "";
    expect(renderOutcome(runView({ action, environment, state: "succeeded" }), alone)).toEqual([line]);
  });

  it("names what a removal found of others, and does not call gone what it has not touched", () => {
    const left = ["n is not of p-alloyrun/users; it was left as it is"];
    expect(renderOutcome(runView({ action: "down", state: "succeeded", left }), alone)).toEqual([
      "users is gone: every step found nothing of its own left.",
      "Left alone, for it is not the environment's own:",
      "  n is not of p-alloyrun/users; it was left as it is",
    ]);
    const skipped = ["users: run-2 is changing it (down)"];
    expect(renderOutcome(runView({ action: "sweep", environment: "", state: "succeeded", skipped }), alone)).toEqual([
      "Not touched this time:",
      "  users: run-2 is changing it (down)",
    ]);
  });

  it("tells of a sweep that has more to do", () => {
    const remaining = [{ step: "network", reason: "users: held" }] as const;
    const [first] = renderOutcome(runView({ action: "sweep", environment: "", state: "remaining", remaining }), alone);
    expect(first).toMatch(/^Sweep: /);
  });

  it("tells of a sweep which environments a freeze holds, beside what Google holds", () => {
    const frozen = ["shop is frozen until 2030-01-02T00:00:00.000Z by c@example.com: the demo"];
    const sweep = runView({ action: "sweep", environment: "", state: "remaining", frozen });
    expect(renderOutcome(sweep, alone)).toEqual(["Sweep: held by a freeze:", `  ${frozen[0]}`]);
    const remaining = [{ step: "network", reason: "users: held" }] as const;
    expect(renderOutcome({ ...sweep, remaining }, alone).join("\n")).toMatch(/held by a freeze[\s\S]*Still held/);
  });

  it("names the holder when a run would not wait", () => {
    const holder = { run: "run-0", status: "", requestedBy: "bob@example.com", why: "up", since: at(0) };
    const failures = [{ step: "workflow", code: "ABORTED", message: "busy", reason: "BUSY", holder }] as const;
    expect(renderOutcome(runView({ state: "failed", failures }), alone).slice(0, 3)).toEqual([
      "Step workflow failed: ABORTED: busy",
      "  held by run-0: up, asked by bob@example.com",
      "  since 2030-01-01 00:00 UTC",
    ]);
  });

  it("says what a cancelled run leaves, and both ways from there", () => {
    expect(renderOutcome(runView({ state: "cancelled", steps: [step({ state: "done" })] }), context)).toEqual([
      "The run run-1 was cancelled.",
      "Kept as they are: network.",
      "Go on: alloyrun resume run-1 --project my-project",
      "Or take it down: alloyrun down users --project my-project",
    ]);
  });

  it.each(["up", "rebuild", "down"] as const)(
    "says of a cancelled %s that only waited that nothing was changed",
    (action) => {
      expect(renderOutcome(runView({ action, state: "cancelled", hasBegun: false }), context)).toEqual([
        "The run run-1 was cancelled before it began; nothing was changed.",
        "If it is to be done: alloyrun resume run-1 --project my-project",
      ]);
    },
  );

  it("says what was under way when a run was cancelled, for Google goes on with it", () => {
    const steps = [step({ name: "instance", state: "cancelled", costPerDay: 9.6 }), step({ name: "seed" })];
    const lines = renderOutcome(runView({ state: "cancelled", steps }), context);
    expect(lines).toContain("Under way when it was cancelled: instance. What Google had accepted goes on.");
    expect(lines.join("\n")).not.toMatch(/Nothing was made|Kept/);
    expect(lines.join("\n")).toContain("9.60 USD a day");
  });

  it("says when what is ready is removed by itself", () => {
    const run = runView({ state: "succeeded", url: "https://u", readAt: at(0), expiresAt: at(72 * 3600 + 3600) });
    expect(renderOutcome(run, alone)).toContain("It lives until 2030-01-04 01:00 UTC (in 3 d 1 h).");
  });

  describe("of a rebuild that failed", () => {
    const failures = [{ step: "seed", code: "FAILED_PRECONDITION", message: "no" }] as const;
    const plan = planView({ costPerDay: { before: 9.6, after: 9.6, pricesOf: "2025-04", region: "asia-northeast1" } });
    const effects = { dataLoss: false, downtime: false, costPerDay: 9.1, expectedSeconds: 490 };
    const instance = { step: "instance", resource: "i", action: "create", fields: [], effects } as const;

    it("counts the new database beside the old one", () => {
      const making = { ...plan, changes: [instance] };
      const run = runView({ action: "rebuild", level: "database", state: "failed", failures, plan: making });
      expect(renderOutcome(run, alone).join("\n")).toContain("0.78 USD per hour (18.70 USD per day)");
    });

    it("counts once what stood already when it was resumed", () => {
      const resumed = planView({ costPerDay: { ...plan.effects.costPerDay, before: 18.7 } });
      const run = runView({ action: "rebuild", level: "database", state: "failed", failures, plan: resumed });
      expect(renderOutcome(run, alone).join("\n")).toContain("(18.70 USD per day)");
    });

    it.each([
      ["what served before, untouched", "waiting"],
      ["the new revision", "done"],
    ] as const)("says that what serves is %s", (serving, state) => {
      const steps = [step({ name: "traffic", state })];
      const run = runView({ action: "rebuild", level: "data", state: "failed", failures, steps });
      expect(renderOutcome(run, alone)).toContain(`What serves: ${serving}.`);
    });

    it("counts a fresh database in the same cluster once", () => {
      const run = runView({ action: "rebuild", level: "data", state: "failed", failures, plan });
      expect(renderOutcome(run, alone).join("\n")).toContain("0.40 USD per hour (9.60 USD per day)");
    });
  });

  it.each([
    ["STALE_PLAN", "alloyrun plan"],
    ["BUSY", "alloyrun status users --project my-project"],
    ["FROZEN", "alloyrun unfreeze users --project my-project"],
    ["PROTECTED", "policy.protect: false"],
    ["GONE", "alloyrun up"],
  ])("leads on from %s", (reason, command) => {
    const failures = [{ step: "workflow", code: "ABORTED", message: "no", reason }] as const;
    expect(renderOutcome(runView({ state: "failed", failures }), alone).join("\n")).toContain(command);
  });

  it.each([
    [{ action: "up" }, "`alloyrun up` with the file."],
    [{ action: "rebuild", level: "database" }, "alloyrun rebuild users --level database --project my-project"],
  ] as const)(
    "says of %j that another run has overtaken what to ask for, and claims nothing else",
    (asked, command) => {
      const failures = [{ step: "workflow", code: "FAILED_PRECONDITION", message: "no", reason: "OVERTAKEN" }] as const;
      const run = runView({ ...asked, state: "failed", outcome: "broken", steps: [step({ costPerDay: 9 })], failures });
      const text = renderOutcome(run, context).join("\n");
      expect(text).toContain("What the other run has made of users stands");
      expect(text.replace(/\s+/g, " ")).toContain(`Ask anew for what is wanted now: ${command}`);
      expect(text).not.toMatch(/alloyrun resume|nothing that answers|alloyrun down/);
    },
  );

  describe("of a run that was not approved", () => {
    const approval = approvalView({ state: "rejected", by: "bob@example.com", reason: "not this week" });

    it("tells who rejected it, why, and that nothing was changed", () => {
      expect(renderOutcome(runView({ action: "down", state: "rejected", hasBegun: false, approval }), alone)).toEqual([
        "Rejected by bob@example.com: not this week",
        "Nothing was changed, and nothing new is billed.",
        "When that is settled, ask again: alloyrun down users --project my-project",
      ]);
    });

    it.each(["app", "data", "database"] as const)("asks again for a rebuild of as much as before: %s", (level) => {
      for (const asked of [approval, undefined]) {
        const lines = renderOutcome(runView({ action: "rebuild", level, state: "rejected", approval: asked }), alone);
        expect(lines.join("\n")).toMatch(
          new RegExp(`\\balloyrun rebuild users --level ${level} --project my-project$`),
        );
      }
    });

    it("tells of a rebuild that was to go on what it has made before, what that costs, and both ways from there", () => {
      const costPerDay = { before: 20, after: 10.26, pricesOf: "2025-04", region: "asia-northeast1" };
      const rebuild = { action: "rebuild", state: "rejected", approval, plan: planView({ costPerDay }) } as const;
      const lines = (level: "data" | "database") =>
        renderOutcome(runView({ ...rebuild, level, unfinished: { level } }), alone);
      expect(lines("database")).toEqual([
        "Rejected by bob@example.com: not this week",
        "Nothing was changed this time.",
        "What it has made before is kept: two clusters may stand and be billed: about 20.00 USD a day.",
        "Ask again, which goes on with it:",
        "  alloyrun rebuild users --level database --project my-project",
        "Or end it: `alloyrun up` with the file removes what it has made.",
      ]);
      expect(lines("data")[2]).toBe("What it has made before is kept: its database stays beside the one that serves.");
    });

    it("does not say of an up or a removal that was to go on that nothing is billed", () => {
      const costPerDay = { before: 7.5, after: 10.26, pricesOf: "2025-04", region: "asia-northeast1" };
      for (const action of ["up", "down"] as const) {
        const run = runView({ action, state: "rejected", approval, plan: planView({ costPerDay }) });
        const lines = renderOutcome(run, alone).join("\n");
        expect(lines).not.toContain("nothing new is billed");
        expect(lines).toContain("What stands is billed: about 7.50 USD a day.");
      }
    });

    it("tells that nobody approved it in time", () => {
      const [first] = renderOutcome(runView({ state: "rejected" }), alone);
      expect(first).toBe("Nobody approved it in time.");
    });
  });

  it("names the region of an installation that is not in the usual one", () => {
    const there = { place: { project: "my-project", region: "us-central1" } };
    expect(renderOutcome(runView({ state: "failed" }), there).at(-1)).toMatch(/ --region us-central1$/);
  });
});
