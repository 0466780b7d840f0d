import { describe, expect, it } from "@jest/globals";
import { type Answers, digest, entryAction, held, runEnvironment, type Stub } from "./stub-google.ts";

type Run = Awaited<ReturnType<typeof runEnvironment>>;

const recordOf = ({ calls }: Run) => calls.find((call) => entryAction(call) === "record record")?.body;
const typesOf = ({ events }: Run) => events.map(({ type }) => type);
const callsOf = ({ calls }: Run, wanted: string) => calls.filter((call) => entryAction(call) === wanted);
const runLines = ({ lines }: Run) => lines.filter(({ alloyrun }) => alloyrun === "run").map(({ state }) => state);
/** What was changed; nothing is what every refusal must leave. */
const asked = (run: Run) => run.steps.length;

/** A run about whose plan somebody must be asked, who says so after so many looks. */
function asking(standing: Answers, more: Stub = {}): Promise<Run> {
  const entries = { "plan digest": [digest("c1", "rows are lost")], "plan standing": standing, ...more.entries };
  return runEnvironment("rebuild", { ...more, entries });
}

const pending = { state: "pending" };
const approved = { state: "approved", by: "b@example.com", via: "link" };

describe("a decision about the run", () => {
  it("looks at every step, quietly, before it takes the lock, and works with the generations that are told", async () => {
    const target = { databaseGeneration: 2, clusterGeneration: 3, latest: "r0", only: [], outputs: {} };
    const entries = { "plan target": [target], "lock claim": [held("r0")] };
    const run = await runEnvironment("rebuild", { entries });
    const plans = run.calls.filter(({ body }) => body.action === "plan");
    expect(plans).toHaveLength(15);
    expect(run.calls.findIndex((call) => entryAction(call) === "lock claim")).toBeGreaterThan(
      run.calls.lastIndexOf(plans.at(-1) as Run["calls"][number]),
    );
    expect(plans[0]?.body).toMatchObject({ run: { databaseGeneration: 2, clusterGeneration: 3 } });
    expect(run.steps[0]?.body).toMatchObject({ run: { databaseGeneration: 2, clusterGeneration: 3 } });
    expect(callsOf(run, "plan digest")[0]?.body).toMatchObject({ only: [] });
    expect(callsOf(run, "lock claim")[0]?.body).toMatchObject({ seen: "r0", target: { database: 2, cluster: 3 } });
    expect(recordOf(run)).toMatchObject({ changesHash: "c1" });
    expect(run.lines.filter(({ state }) => state === "planned")).toMatchObject([{ detail: { changesHash: "c1" } }]);
  });

  it("tells how long it takes by the plan, once there is one", async () => {
    const entries = { "plan digest": [{ ...digest("c1"), expectedSeconds: 25 }] };
    const run = await runEnvironment("up", { entries, argument: { expectedSeconds: 800 } });
    expect(run.events.find(({ type }) => type === "building")?.data).toMatchObject({ expectedSeconds: 25 });
    expect(callsOf(run, "lock claim")[0]?.body).toMatchObject({ expectedSeconds: 25 });
  });

  it("tells the target what serves", async () => {
    const serving = { database: "mydb_g2", instance: "i" };
    const run = await runEnvironment("up", {
      planning: { service: [{ state: "done", output: serving, changes: [] }] },
    });
    expect(callsOf(run, "plan target")[0]?.body).toMatchObject({ serving });
  });

  it("asks older parts for the plan of their removal, and tells what they say", async () => {
    const part = (step: string, name: string) => ({ step, function: `alloyrun-${step}`, input: { name } });
    const older = [part("instance", "old"), part("instance", "older"), part("egress", "old")];
    const target = { databaseGeneration: 1, clusterGeneration: 1, latest: "", only: [], outputs: {}, older };
    const left = { state: "done", output: {}, changes: [{ resource: "r", action: "delete" }] };
    const stub: Stub = { entries: { "plan target": [target] }, planning: { egress: [left] } };
    const run = await runEnvironment("up", stub);
    const asked = run.calls.filter(({ body }) => body.action === "plan" && body.input !== undefined);
    const removals = asked.filter(({ body }) => (body.run as { action: string }).action === "down");
    expect(removals.map(({ body }) => body.input)).toEqual(expect.arrayContaining(older.map(({ input }) => input)));
    expect(removals).toHaveLength(3);
    const told = callsOf(run, "plan digest")[0]?.body.older as readonly { readonly step: string }[];
    expect(told).toMatchObject([{ step: "egress", changes: left.changes }]);
    expect(run.steps.every(({ body }) => (body.run as { action: string }).action === "up")).toBe(true);
  });

  it("has the memory for many older parts", async () => {
    const input = { filler: "x".repeat(2000) };
    const older = Array.from({ length: 60 }, () => ({ step: "image", function: "alloyrun-image", input }));
    const target = { databaseGeneration: 1, clusterGeneration: 1, latest: "", only: [], outputs: {}, older };
    const run = await runEnvironment("up", { entries: { "plan target": [target] } });
    expect(recordOf(run)).toMatchObject({ result: { state: "succeeded" } });
  });

  it("ends with the step's own error when a step cannot be planned, and has taken no lock", async () => {
    const error = { code: 400, status: "FAILED_PRECONDITION", message: "network is somebody else's", details: [] };
    const run = await runEnvironment("up", { planning: { network: [{ httpStatus: 400, body: { error } }] } });
    expect(recordOf(run)).toMatchObject({
      result: { state: "failed", failures: { network: { message: "network is somebody else's" } } },
    });
    expect(recordOf(run)?.reports).toEqual({});
    expect(callsOf(run, "lock claim")).toEqual([]);
    expect([asked(run), typesOf(run)]).toEqual([0, ["failed"]]);
  });

  it("only plans when that is all that is wanted, of whatever is planned", async () => {
    const run = await runEnvironment("plan", { argument: { of: "down" } });
    expect(callsOf(run, "plan digest")[0]?.body).toMatchObject({ run: { action: "down" } });
    expect(recordOf(run)).toMatchObject({ result: { action: "plan", state: "succeeded" }, changesHash: "c1" });
    expect(callsOf(run, "lock claim")).toEqual([]);
    expect([asked(run), typesOf(run)]).toEqual([0, ["planned", "plan-made"]]);
    expect(run.lines.filter(({ alloyrun, state }) => alloyrun === "step" && state === "done")).toHaveLength(15);
  });

  it("refuses a plan that is stale, in the words of who compared it", async () => {
    const stale = { ...digest("c2"), stale: "the plan c1 is stale; what moved: now: create x" };
    const run = await runEnvironment("up", { entries: { "plan digest": [stale] } });
    expect(recordOf(run)).toMatchObject({
      result: { state: "failed", failures: { workflow: { message: stale.stale } } },
    });
    expect([asked(run), typesOf(run)]).toEqual([0, ["planned", "failed"]]);
  });
});

describe("an approval", () => {
  it("is asked for with its reasons and a callback, waited for, and then the plan is carried out", async () => {
    const run = await asking([pending, approved], { wakeUps: 1 });
    expect(callsOf(run, "plan ask")[0]?.body).toMatchObject({
      changesHash: "c1",
      reasons: ["rows are lost"],
      callback: expect.stringMatching(/^https:/),
    });
    expect(run.outcome.state).toBe("SUCCEEDED");
    expect(typesOf(run)).toEqual(["planned", "awaiting-approval", "approved", "building", "ready", "succeeded"]);
    expect(run.events[1]?.data).toMatchObject({ approval: "a1", reasons: ["rows are lost"], ticket: "CHG1" });
    expect(run.events[2]?.data).toMatchObject({ approval: "a1", by: "b@example.com", via: "link" });
    expect(runLines(run)).toEqual(["planned", "awaiting-approval", "approved"]);
    expect(recordOf(run)).toMatchObject({ approval: "a1", result: { state: "succeeded" } });
  });

  it("is found in the bucket when the wake-up is lost, within the hour", async () => {
    const run = await asking([pending, approved]);
    expect(run.outcome.state).toBe("SUCCEEDED");
    const [first, second] = callsOf(run, "plan standing");
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeCloseTo(3600, -1);
  });

  it("that was given before a resumed run asked again is not waited for", async () => {
    const run = await asking([approved]);
    expect(run.steps[0]?.at).toBeLessThan(60);
  });

  it("looks again once it is given, for something may have moved, and asks nobody twice about one plan", async () => {
    const run = await asking([pending, approved], { wakeUps: 1 });
    expect(callsOf(run, "plan digest")).toHaveLength(2);
    expect(callsOf(run, "plan ask")).toHaveLength(1);
    expect(callsOf(run, "lock claim").map(({ body }) => body.seen)).toEqual(["look again", ""]);
    expect(typesOf(run).filter((type) => type === "planned")).toHaveLength(1);
  });

  it("is asked for again when the plan has changed meanwhile, with the lock given back", async () => {
    const entries = {
      "plan digest": [digest("c1", "rows are lost"), digest("c2", "more rows are lost")],
      "plan ask": [
        { approval: "a1", expiresAt: 2_000_000_000 },
        { approval: "a2", expiresAt: 2_000_000_000 },
      ],
    };
    const run = await asking([pending, approved, pending, approved], { wakeUps: 2, entries });
    expect(callsOf(run, "plan ask").map(({ body }) => body.changesHash)).toEqual(["c1", "c2"]);
    const order = run.calls.map(entryAction).filter((each) => /^lock (claim|release)|plan ask/.test(each));
    expect(order).toEqual([
      "plan ask",
      "lock claim",
      "lock release",
      "plan ask",
      "lock claim",
      "lock claim",
      "lock release",
    ]);
    expect(recordOf(run)).toMatchObject({ approval: "a2", changesHash: "c2", result: { state: "succeeded" } });
  });

  it("is forgotten where the plan has changed meanwhile and asks nobody, and remembered should it change back", async () => {
    const changed = { "plan digest": [digest("c1", "rows are lost"), digest("c2")] };
    const run = await asking([pending, approved], { wakeUps: 1, entries: changed });
    expect(callsOf(run, "plan ask")).toHaveLength(1);
    expect(recordOf(run)).toMatchObject({ approval: null, changesHash: "c2", result: { state: "succeeded" } });
    const back = await asking([pending, approved], {
      wakeUps: 1,
      entries: {
        "plan digest": [digest("c1", "rows are lost"), digest("c2"), digest("c1", "rows are lost")],
        "lock claim": [held("r1"), held("r2"), held("")],
      },
    });
    expect(callsOf(back, "plan ask")).toHaveLength(1);
    expect(recordOf(back)).toMatchObject({ approval: "a1", changesHash: "c1" });
  });

  it.each([
    ["rejected", { state: "rejected", by: "b@example.com", reason: "not any more" }, ["rejected"]],
    ["not given in time", { state: "expired" }, ["approval-expired"]],
  ])("that is %s when it is asked for again ends a run which holds nothing any more", async (_how, no, told) => {
    const entries = { "plan digest": [digest("c1", "rows are lost"), digest("c2", "more rows are lost")] };
    const standing = [approved, no];
    const run = await runEnvironment("down", { entries: { ...entries, "plan standing": standing } });
    expect(callsOf(run, "lock claim")).toHaveLength(1);
    expect(recordOf(run)).toMatchObject({ result: { state: "rejected", failures: {} } });
    expect(recordOf(run)?.run).not.toHaveProperty("fence");
    expect([run.outcome.state, typesOf(run).slice(-told.length), asked(run)]).toEqual(["SUCCEEDED", told, 0]);
  });

  it("that is rejected ends the run, and nothing was changed or locked", async () => {
    const run = await asking([pending, { state: "rejected", by: "b@example.com", reason: "not today" }], {
      wakeUps: 1,
    });
    expect(run.outcome.state).toBe("SUCCEEDED");
    expect(recordOf(run)).toMatchObject({ approval: "a1", result: { state: "rejected", failures: {} } });
    expect(typesOf(run)).toEqual(["planned", "awaiting-approval", "rejected"]);
    expect(run.events[2]?.data).toMatchObject({ by: "b@example.com", reason: "not today" });
    expect([asked(run), callsOf(run, "lock claim").length]).toEqual([0, 0]);
  });

  it("that expires ends the run likewise", async () => {
    const run = await asking([pending, pending, { state: "expired" }]);
    expect(recordOf(run)).toMatchObject({ result: { state: "rejected" } });
    expect(typesOf(run)).toEqual(["planned", "awaiting-approval", "approval-expired"]);
    expect(asked(run)).toBe(0);
  });
});

describe("the lock", () => {
  const start = Date.UTC(2026, 0, 1) / 1000;
  const busy = { state: "busy", holder: { run: "r0", requestedBy: "a@example.com" } };
  const queued = { state: "queued", ahead: 2 };

  it("is waited for in turn, looked for less and less often, and what waited looks again", async () => {
    const run = await runEnvironment("up", { entries: { "lock claim": [queued, busy, busy, held("r0"), held("")] } });
    expect(run.outcome.state).toBe("SUCCEEDED");
    const at = callsOf(run, "lock claim").map((call) => call.at);
    const gaps = at.slice(1, 4).map((each, index) => Math.round(each - (at[index] ?? 0)));
    expect(gaps).toEqual([5, 10, 15]);
    expect(callsOf(run, "plan digest")).toHaveLength(2);
    expect(runLines(run)).toEqual(["planned", "queued", "working"]);
  });

  it("that another run holds fails who would rather not wait, naming the holder, and its place in the queue is given up", async () => {
    const begin = { state: "mine", request: { attempt: 1, onBusy: "fail" } };
    const run = await runEnvironment("up", { entries: { "lock begin": [begin], "lock claim": [busy] } });
    expect(run.outcome.state).toBe("FAILED");
    expect(recordOf(run)).toMatchObject({
      result: { failures: { workflow: { code: "ABORTED", details: [{ reason: "BUSY", holder: busy.holder }] } } },
    });
    expect(run.calls.slice(-2).map(entryAction)).toEqual(["record record", "lock release"]);
    expect(asked(run)).toBe(0);
  });

  it("of a frozen environment is given to nobody, and who froze it is named", async () => {
    const freeze = { until: 1_800_000_000, by: "c@example.com", reason: "the demo" };
    const frozen = { state: "frozen", freeze, waits: false };
    const run = await runEnvironment("down", { entries: { "lock claim": [frozen] } });
    expect(recordOf(run)).toMatchObject({
      result: {
        failures: {
          workflow: {
            message: expect.stringMatching(/^users is frozen until 2027-01-15T.* by c@example.com: the demo/),
          },
        },
      },
    });
    expect(asked(run)).toBe(0);
    expect(callsOf(run, "lock release")).toHaveLength(1);
  });

  it("of a frozen environment is waited for until the freeze is over, by who waits, whatever it says of others", async () => {
    const begin = { state: "mine", request: { attempt: 1, onBusy: "queue" } };
    const freeze = { until: 1_800_000_000, by: "c@example.com", reason: "the demo" };
    const frozen = { state: "frozen", freeze, waits: true };
    const waits = Array.from({ length: 15 }, () => frozen);
    const run = await runEnvironment("down", {
      entries: { "lock begin": [begin], "lock claim": [...waits, held("r0"), held("")] },
    });
    expect(run.outcome.state).toBe("SUCCEEDED");
    const at = callsOf(run, "lock claim").map((call) => call.at);
    expect(Math.round((at[15] ?? 0) - (at[14] ?? 0))).toBe(75);
    expect([callsOf(run, "plan digest").length, runLines(run)]).toEqual([2, ["planned", "queued", "working"]]);
  });

  it("of a frozen environment is asked for again as soon as the freeze is over", async () => {
    const freeze = { until: start + 40, by: "c@example.com", reason: "the demo" };
    const waits = Array.from({ length: 4 }, () => ({ state: "frozen", freeze, waits: true }));
    const run = await runEnvironment("up", { entries: { "lock claim": [...waits, held("r0"), held("")] } });
    const at = callsOf(run, "lock claim").map((call) => call.at);
    expect(at[4]).toBeGreaterThanOrEqual(40);
    expect(at[4]).toBeLessThan(50);
  });

  it.each([
    ["a freeze", { state: "frozen", freeze: { until: start + 100 * 86_400, by: "c", reason: "r" }, waits: true }],
    ["others", busy],
  ])(
    "is waited for behind %s for 35 days, more often than every ten minutes, and then given up with a word of its own",
    async (_whom, standing) => {
      const run = await runEnvironment("up", { entries: { "lock claim": [standing] } });
      const details = [{ reason: "WAITED_TOO_LONG" }];
      expect(recordOf(run)).toMatchObject({
        result: { failures: { workflow: { code: "DEADLINE_EXCEEDED", details } }, remaining: {} },
      });
      const at = callsOf(run, "lock claim").map((call) => call.at);
      const gaps = at.slice(1).map((each, index) => each - (at[index] ?? 0));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(601);
      expect(at.at(-1)).toBeGreaterThan(35 * 86_400);
      expect(at.at(-1)).toBeLessThan(35.1 * 86_400);
      expect(asked(run)).toBe(0);
    },
  );

  it("leads to another look when a run was recorded between look and lock, and is kept meanwhile", async () => {
    const entries = {
      "plan target": [
        { databaseGeneration: 1, clusterGeneration: 1, latest: "r0", only: [], outputs: {} },
        { databaseGeneration: 2, clusterGeneration: 1, latest: "r9", only: [], outputs: {} },
      ],
      "lock claim": [held("r9")],
    };
    const run = await runEnvironment("rebuild", { entries });
    expect(callsOf(run, "lock claim").map(({ body }) => body.seen)).toEqual(["r0", "r9"]);
    expect(callsOf(run, "lock release")).toHaveLength(1);
    expect(run.steps[0]?.body).toMatchObject({ run: { databaseGeneration: 2 } });
  });

  it("is kept by a rebuild while that is planned anew, another run having changed the spec", async () => {
    const target = { databaseGeneration: 1, clusterGeneration: 1, latest: "r0", only: [], outputs: {} };
    const by = (planHash: string) => ({ ...target, basis: { planHash, spec: `spec of ${planHash}`, startBy: 9e9 } });
    const entries = {
      "plan target": [by("h"), by("new"), by("new")],
      "plan digest": [digest("c1"), digest("c2", "rows are lost")],
      "plan standing": [approved],
      "lock claim": [{ ...held("r0"), isOutdated: true }, held("r0")],
    };
    const input = { of: "the new spec" };
    const plans = { new: { network: input, service: input, traffic: input } };
    const run = await runEnvironment("rebuild", { entries, plans });
    expect(run.outcome.state).toBe("SUCCEEDED");
    const claims = callsOf(run, "lock claim").map(({ body }) => body.basis);
    expect(claims.slice(0, 2)).toEqual([by("h").basis, by("new").basis]);
    expect(callsOf(run, "plan ask")[0]?.body).toMatchObject({ changesHash: "c2", basis: by("new").basis });
    const [asked] = run.calls.filter(({ body }) => body.action === "observe").slice(-1);
    expect(asked?.body).toMatchObject({ input, run: { planHash: "new" } });
    expect(run.steps.map(({ body }) => body.input)).toEqual([input, input, input]);
    expect(recordOf(run)).toMatchObject({ run: { planHash: "new" }, changesHash: "c2", approval: "a1" });
    expect(typesOf(run).slice(0, 4)).toEqual(["planned", "planned", "awaiting-approval", "approved"]);
  });

  it("is not taken for what a sweep found and is not so any more; nobody is told that the environment is gone", async () => {
    const run = await runEnvironment("down", {
      entries: { "lock claim": [{ state: "obsolete" }] },
      argument: { isContinued: true },
    });
    expect(run.outcome.state).toBe("SUCCEEDED");
    expect([asked(run), callsOf(run, "plan digest").length]).toEqual([0, 0]);
    expect(typesOf(run)).toEqual([]);
    expect(callsOf(run, "record record")).toEqual([]);
  });

  it.each([
    ["a step", { steps: { network: [{ httpStatus: 400, body: { error: { status: "ABORTED", message: "x" } } }] } }],
    [
      "telling that it is ready",
      { entries: { "record ready": [{ httpStatus: 400, body: { error: { message: "x" } } }] } },
    ],
    ["the digest", { entries: { "plan digest": [{ httpStatus: 400, body: { error: { message: "x" } } }] } }],
    ["the record", { entries: { "record record": [{ httpStatus: 400, body: { error: { message: "x" } } }] } }],
    ["the claim", { entries: { "lock claim": [{ httpStatus: 400, body: { error: { message: "x" } } }] } }],
    ["retiring", { steps: { retire: [{ httpStatus: 400, body: { error: { message: "x" } } }] } }],
  ] satisfies readonly (readonly [string, Stub])[])("is given back when %s fails", async (_what, stub) => {
    const run = await runEnvironment("up", stub);
    expect(run.outcome.state).toBe("FAILED");
    expect(run.calls.at(-1) && entryAction(run.calls.at(-1) as Run["calls"][number])).toBe("lock release");
    expect(typesOf(run).at(-1)).toBe("failed");
  });

  it("records what a run has done when only telling that it is ready fails", async () => {
    const refusal = { httpStatus: 400, body: { error: { status: "ABORTED", message: "somebody was faster" } } };
    const run = await runEnvironment("up", { entries: { "record ready": [refusal] } });
    expect(recordOf(run)).toMatchObject({
      result: { failures: { workflow: { code: "ABORTED" } }, outputs: { traffic: {} } },
      reports: { services: { state: "done" }, cluster: { state: "done" }, traffic: { state: "done" } },
    });
    expect(callsOf(run, "lock release")).toHaveLength(1);
  });
});
