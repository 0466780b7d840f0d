import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { planSchema } from "../../cli/view/plan-document.ts";
import type { EnvironmentView, RunView } from "../../functions/api.ts";
import type { RunRecord } from "../../functions/entry/stored.ts";
import { until } from "./support/door.ts";
import { type Scene, setScene } from "./support/scene.ts";
import { keepUnderWay } from "./support/under-way.ts";

describe("the command line", () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await setScene("users");
  }, 300_000);

  afterAll(() => scene?.stop(), 60_000);

  const planOf = async (...args: readonly string[]) =>
    planSchema.parse(await scene.answer("plan", scene.environment.file, ...args));

  /** Changes an object of the bucket behind alloyrun's back. */
  async function tamper(object: string, edit: (text: string) => string): Promise<void> {
    const bucket = `${scene.cloud.local.url}/storage.googleapis.com`;
    const path = `storage/v1/b/${scene.cloud.project}-alloyrun/o`;
    const headers = { authorization: "Bearer owner", "content-type": "application/json" };
    const found = await fetch(`${bucket}/${path}/${encodeURIComponent(object)}?alt=media`, { headers });
    const before = await found.text();
    const body = edit(before);
    expect(body).not.toBe(before);
    const query = new URLSearchParams({ uploadType: "media", name: object });
    const written = await fetch(`${bucket}/upload/${path}?${query}`, { method: "POST", headers, body });
    expect(written.status).toBe(200);
  }

  it("plans, then carries out exactly what was planned", async () => {
    const plan = await planOf();
    expect(plan).toMatchObject({ of: "up", effects: { dataLoss: false, costPerDay: { before: 0 } } });
    expect(plan.effects.costPerDay.after).toBeGreaterThan(5);
    expect(plan.changes.map(({ action }) => action)).toContain("create");
    const exactly = ["--plan", plan.changesHash, "--ticket", "CHG0030123"];
    const run = await scene.answer<RunView>("up", scene.environment.file, ...exactly);
    expect(run).toMatchObject({ state: "succeeded", ticket: "CHG0030123" });
  }, 300_000);

  it("shows on a phone that nothing is left to change, and refuses a plan that has moved", async () => {
    const { code, stdout } = await scene.cloud.alloyrun("plan", scene.environment.file);
    expect(code).toBe(0);
    expect(stdout).toContain("Plan of up of users: nothing to change");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const stale = await scene.cloud.alloyrun("up", scene.environment.file, "--plan", "0".repeat(64));
    expect(stale.stderr).toMatch(/no\s+such\s+plan\s+is\s+stored\s+here/);
    expect(stale.code).toBe(2);
  }, 300_000);

  it("rebuilds the application alone as planned, while the database stays as it is", async () => {
    const plan = await planOf("--level", "app");
    expect(plan).toMatchObject({ of: "rebuild", level: "app", effects: { dataLoss: false, downtime: false } });
    const args = ["rebuild", "users", "--level", "app", "--plan", plan.changesHash, "--reason", "a new day"];
    const run = await scene.answer<RunView>(...args, ...scene.place);
    expect(run).toMatchObject({ state: "succeeded", action: "rebuild", level: "app", reason: "a new day" });
    expect(run.steps.map(({ name }) => name)).toEqual(["image", "service", "verify", "traffic"]);
    expect(await scene.cloud.read("users")).toMatchObject({ status: 200 });
    const { runs } = await scene.answer<EnvironmentView>("runs", "users", ...scene.place);
    expect(runs[0]?.run).toBe(run.run);
    expect(await scene.answer<RunView>("watch", run.run, ...scene.place)).toMatchObject({
      run: run.run,
      state: "succeeded",
    });
  }, 300_000);

  it("plans from the stored spec what a rebuild of the data loses", async () => {
    const plan = await planOf("--level", "data");
    expect(plan).toMatchObject({ effects: { dataLoss: true }, generations: { database: 2, cluster: 1 } });
  }, 300_000);

  it("keeps a frozen environment as it is, and says who froze it until when", async () => {
    await scene.answer("freeze", "users", "--reason", "the demo", "--for", "8h", ...scene.place);
    const frozen = await scene.cloud.alloyrun("rebuild", "users", "--level", "app", ...scene.place);
    expect(frozen.stderr).toMatch(/FROZEN: users is frozen until [\s\S]+ by [\s\S]+:\s+the\s+demo/);
    expect(frozen.code).toBe(4);
    const status = await scene.cloud.alloyrun("status", "users", ...scene.place);
    expect(status.stdout).toContain("because: the demo");
    const { freeze } = await scene.answer<EnvironmentView>("unfreeze", "users", ...scene.place);
    expect(freeze).toBeUndefined();
  }, 300_000);

  it("carries out one after the other what is asked in one moment, although each finds that things have moved", async () => {
    const ask = (body: object) => scene.door.request({ environment: "users", onBusy: "queue", ...body });
    const runs = [
      await ask({ action: "rebuild", level: "app" }),
      await ask({ action: "up" }),
      await ask({ action: "rebuild", level: "data" }),
    ];
    const ended = await Promise.all(runs.map((run) => scene.door.ended(run)));
    expect(ended.map(({ state }) => state)).toEqual(["succeeded", "succeeded", "succeeded"]);
  }, 300_000);

  it("tells in the evidence of a cancelled run how far it came, and what Google was doing for it", async () => {
    using underWay = keepUnderWay(scene.cloud.local, "instances.create");
    const run = await scene.door.request({ action: "rebuild", environment: "users", level: "database" });
    const waiting = await until(async () =>
      (await scene.door.view(run)).steps.find(({ name, operation }) => name === "instance" && operation),
    );
    const cancelled = await scene.answer<RunView>("cancel", run, ...scene.place);
    underWay[Symbol.dispose]();
    expect(cancelled).toMatchObject({ state: "cancelled", plan: { effects: { dataLoss: true } } });
    const { records, changes } = await scene.answer<{ records: { record: RunRecord }[]; changes: object }>(
      ...["audit", "evidence", run, ...scene.place],
    );
    const [{ record } = {}] = records;
    expect(changes).toMatchObject({ changesHash: record?.changesHash });
    expect(record?.reports).toMatchObject({
      network: { state: "done", startedAt: expect.any(Number) },
      cluster: { state: "done", operations: [{ name: expect.stringContaining("/operations/") }] },
      instance: { state: "cancelled", operations: [{ name: waiting.operation, startedAt: expect.any(Number) }] },
    });
    await scene.answer("resume", run, ...scene.place);
    expect(await scene.door.ended(run)).toMatchObject({ state: "succeeded" });
  }, 300_000);

  it("rebuilds by the spec that another run has put there while it waited, once that is approved", async () => {
    const bob = "user:bob@example.com";
    await scene.door.allow(bob);
    const policy = { approval: { when: ["data-loss"] } };
    scene.environment.configure({ policy });
    await scene.answer("up", scene.environment.file);
    const run = await scene.door.request({ action: "rebuild", environment: "users", level: "data" });
    const first = await scene.door.asked((approval) => approval.run === run);
    scene.environment.configure({ policy, labels: { team: "data" } });
    const { run: up } = await scene.answer<RunView>("up", scene.environment.file);
    await scene.door.send(bob, `POST /v1/approvals/${first.id}:approve`, {});
    const second = await scene.door.asked((approval) => approval.run === run && approval.id !== first.id);
    expect(second).toMatchObject({ moved: expect.arrayContaining(["the spec"]) });
    await scene.answer("cancel", run, ...scene.place);
    await scene.door.send("owner", `POST /v1/runs/${run}:resume`, {});
    const third = await scene.door.asked(({ id, ...approval }) => approval.run === run && id.endsWith("-2"));
    await scene.door.send(bob, `POST /v1/approvals/${third.id}:approve`, {});
    expect(await scene.door.ended(run)).toMatchObject({ state: "succeeded", failures: [] });
    const { plan, records } = await scene.answer<Evidence>("audit", "evidence", run, ...scene.place);
    const { plan: wanted } = await scene.answer<Evidence>("audit", "evidence", up, ...scene.place);
    expect(plan.hash).toBe(wanted.hash);
    expect(records.map(({ record }) => [record.run.planHash, record.result.state])).toEqual([
      [wanted.hash, "cancelled"],
      [wanted.hash, "succeeded"],
    ]);
  }, 300_000);

  it("tells an auditor who did what, and that no record was changed", async () => {
    const { records } = await scene.answer<{ records: object[] }>("audit", "users", ...scene.place);
    expect(records).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: "up", ticket: "CHG0030123", result: "succeeded" }),
        expect.objectContaining({ kind: "rebuild app", reason: "a new day" }),
        expect.objectContaining({ kind: "plan of rebuild data" }),
        expect.objectContaining({ kind: expect.stringMatching(/^freeze until /), reason: "the demo" }),
        expect.objectContaining({ kind: "unfreeze", result: "done" }),
      ]),
    );
    expect(await scene.answer("audit", "verify", "users", ...scene.place)).toMatchObject({
      valid: true,
      verified: records.length,
    });
  });

  it("finds the first record that somebody has edited", async () => {
    const { records } = await scene.answer<{ records: { record: string }[] }>("audit", "users", ...scene.place);
    const edited = `runs/users/${records[2]?.record}.json`;
    await tamper(edited, (text) => text.replace("succeeded", "failed"));
    const { code, stdout } = await scene.cloud.alloyrun("audit", "verify", "users", ...scene.place, "--json");
    expect(code).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject({ valid: false, verified: 2, broken: { object: edited } });
  });
});

/** Of what `audit evidence` answers. */
interface Evidence {
  readonly plan: { readonly hash: string };
  readonly records: readonly { readonly record: RunRecord }[];
}
