import { describe, expect, it } from "@jest/globals";
import { digest, entryAction, held, runEnvironment, type Stub } from "./stub-google.ts";

const failing = { httpStatus: 400, body: { error: { status: "ABORTED", message: "no" } } };

async function told(action: string, stub: Stub = {}) {
  const run = await runEnvironment(action, stub);
  return { ...run, types: run.events.map(({ type }) => type), ids: run.events.map(({ id }) => id) };
}

const numbersOf = (ids: readonly string[]) => ids.map((id) => Number(id.split("/")[1]));

describe("the events of a run", () => {
  it("tell its course in the environment's own order, with what a listener needs to know", async () => {
    const { events, types } = await told("up");
    expect(types).toEqual(["planned", "building", "ready", "succeeded"]);
    expect(new Set(events.map(({ orderingKey }) => orderingKey))).toEqual(new Set(["users"]));
    expect(events[2]).toMatchObject({
      attributes: { environment: "users", run: "r1", type: "ready" },
      data: { run: "r1", environment: "users", action: "up", ticket: "CHG1", url: "https://users.example" },
    });
  });

  it("tell that it is ready before what served before is retired", async () => {
    const { events, steps, calls } = await told("rebuild", {
      entries: { "record ready": [{ readyAt: 5, expiresAt: 9 }] },
    });
    const ready = calls.findIndex((call) => entryAction(call) === "record ready");
    const at = (name: string) => calls.indexOf(steps.find((call) => call.name === name) as (typeof calls)[number]);
    expect(at("alloyrun-traffic")).toBeLessThan(ready);
    expect(at("alloyrun-retire")).toBeGreaterThan(ready);
    expect(events.find(({ type }) => type === "ready")?.data).toMatchObject({
      readyAt: expect.stringMatching(/T00:00:05(\.0+)?Z$/),
      expiresAt: expect.stringMatching(/T00:00:09(\.0+)?Z$/),
    });
  });

  it("tell that it is ready with what it has left unfinished, if there is any", async () => {
    const unfinished = { level: "database", overtaken: true, costPerDay: 9.74 };
    for (const left of [{ unfinished }, {}]) {
      const { events } = await told("rebuild", { entries: { "record ready": [{ readyAt: 5, ...left }] } });
      expect(events.find(({ type }) => type === "ready")?.data).toMatchObject({ unfinished: left.unfinished ?? null });
    }
  });

  it("end with the hash of the record, which the execution's result has too", async () => {
    const { events, outcome } = await told("up", {
      entries: { "record record": [{ record: "r1", sha256: "ab".repeat(32) }] },
    });
    const record = { id: "r1", sha256: "ab".repeat(32) };
    expect(events.at(-1)).toMatchObject({ type: "succeeded", data: { record } });
    expect(JSON.stringify(outcome)).toContain(record.sha256);
  });

  it("say that it is ready even when retiring fails afterwards", async () => {
    const { types, calls } = await told("rebuild", { steps: { retire: [failing] } });
    expect(types.slice(-2)).toEqual(["ready", "failed"]);
    expect(calls.find((call) => entryAction(call) === "record record")?.body).toMatchObject({
      result: { failures: { retire: { message: "no" } } },
      reports: { traffic: { state: "done" }, retire: { state: "failed" } },
    });
  });

  it.each([
    ["down", {}, ["planned", "removing", "billing-stopped", "gone"]],
    ["up", { steps: { network: [failing] } }, ["planned", "building", "failed"]],
    ["up", { entries: { "record ready": [failing] } }, ["planned", "building", "failed"]],
    ["check", { argument: { environment: "" } }, []],
    ["plan", { planning: { network: [failing] } }, ["failed"]],
  ] satisfies readonly (readonly [string, Stub, readonly string[]])[])(
    "of %s with %j are %j",
    async (action, stub, wanted) => {
      expect((await told(action, stub)).types).toEqual(wanted);
    },
  );

  it.each([
    ["nothing fails", {}],
    ["a step fails", { steps: { seed: [failing] } }],
    ["the work breaks off", { entries: { "record ready": [failing] } }],
    ["the decision breaks off", { entries: { "lock claim": [failing] } }],
    ["the answer cannot be read", { entries: { "plan digest": [digest("c1", "always")], "plan standing": [failing] } }],
    ["the record fails", { entries: { "record record": [failing] } }],
  ] satisfies readonly (readonly [string, Stub])[])(
    "have ids of their own, in their order, when %s",
    async (_what, stub) => {
      const { ids } = await told("up", stub);
      const numbers = numbersOf(ids);
      expect(ids.every((id) => /^r1\/\d+$/.test(id))).toBe(true);
      expect(new Set(numbers).size).toBe(ids.length);
      expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
    },
  );

  it("tell at a rebuild's end what came of it, as the record has it and as the service answers after a failure", async () => {
    const summary = { outcome: "kept-old", minutes: 9, usualMinutes: 14, summary: "Rebuild data of users: kept old" };
    const serving = { database: "mydb", instance: "i", url: "https://users.example" };
    const run = await runEnvironment("rebuild", {
      steps: { seed: [failing] },
      planning: {
        service: [{ state: "done", output: serving, changes: [] }],
        verify: [
          { state: "done", output: {}, changes: [] },
          { state: "done", output: { answers: true }, changes: [] },
        ],
      },
      entries: { "record record": [{ record: "r1", sha256: "0", told: summary }] },
    });
    const asked = run.calls.filter(({ name, body }) => name === "alloyrun-verify" && body.action === "observe");
    expect(asked).toMatchObject([{ body: { outputs: { service: serving } } }]);
    expect(run.calls.find((call) => entryAction(call) === "record record")?.body).toMatchObject({ answers: true });
    expect(run.events.at(-1)).toMatchObject({ type: "failed", data: { ...summary, failures: { seed: {} } } });
  });

  it("are told, and the run recorded, although nobody can say what answers", async () => {
    const planning = { verify: [{ state: "done", output: {}, changes: [] }, { httpStatus: 400 }] };
    const run = await runEnvironment("rebuild", { steps: { seed: [failing] }, planning });
    expect(run.calls.find((call) => entryAction(call) === "record record")?.body).toMatchObject({ answers: null });
    expect(run.events.at(-1)).toMatchObject({ type: "failed", data: { remaining: {} } });
  });

  it.each([
    [
      "another run holds the environment",
      { state: "busy", holder: { run: "r0", since: 5 } },
      { because: "busy", holder: "r0", ahead: null, frozenUntil: null },
    ],
    ["others wait in front", { state: "queued", ahead: 2 }, { because: "queued", ahead: 2 }],
    [
      "it is frozen",
      { state: "frozen", freeze: { until: 900 }, waits: true },
      { because: "frozen", frozenUntil: expect.stringMatching(/T00:15:00/) },
    ],
  ])("tell once that a run waits because %s", async (_why, standing, data) => {
    const { types, events } = await told("up", { entries: { "lock claim": [standing, standing, held()] } });
    expect(types.filter((type) => type !== "planned")).toEqual(["queued", "building", "ready", "succeeded"]);
    expect(events.find(({ type }) => type === "queued")?.data).toMatchObject(data);
  });

  it("tell nothing of a wait for the last calls of a dead run", async () => {
    const settling = { state: "settling", holder: { run: "r0" } };
    const { types } = await told("up", { entries: { "lock claim": [settling, held()] } });
    expect(types).not.toContain("queued");
  });

  it("go on counting where a run is resumed, beyond all that it may have told before", async () => {
    const first = await told("up", { entries: { "lock claim": [failing] } });
    const again = { state: "mine", request: { attempt: 2, onBusy: "queue" } };
    const second = await told("up", { entries: { "lock begin": [again] } });
    expect(Math.min(...numbersOf(second.ids))).toBeGreaterThan(Math.max(...numbersOf(first.ids)));
  });

  it("are told again while the topic cannot be reached, in their order", async () => {
    const { types, ids } = await told("up", { publish: [{ httpStatus: 404 }, { httpStatus: 503 }, undefined] });
    expect(types).toEqual(["planned", "building", "ready", "succeeded"]);
    expect(new Set(ids).size).toBe(4);
  });

  it("stay in the log when they cannot be told at all, and the run goes on", async () => {
    const { outcome, types, lines } = await told("up", { publish: [{ httpStatus: 400 }] });
    expect([outcome.state, types]).toEqual(["SUCCEEDED", ["building", "ready", "succeeded"]]);
    expect(lines.filter(({ alloyrun }) => alloyrun === "unpublished")).toMatchObject([{ event: { id: "r1/101" } }]);
  });
});
