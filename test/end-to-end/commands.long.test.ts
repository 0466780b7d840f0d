import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { planSchema } from "../../cli/view/plan-document.ts";
import type { EnvironmentView, RunView } from "../../functions/api.ts";
import type { RunRecord } from "../../functions/entry/stored.ts";
import { findDoor, until } from "./support/door.ts";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { keepUnderWay } from "./support/under-way.ts";

describe("the command line", () => {
  let cloud: InstalledCloud;
  let environment: Environment;

  beforeAll(async () => {
    cloud = await startInstalledCloud();
    environment = createEnvironment("users");
  }, 300_000);

  afterAll(async () => {
    environment?.remove();
    await cloud?.stop();
  }, 60_000);

  const place = () => ["--project", cloud.project, "--region", region];

  async function answer<Value>(...args: readonly string[]): Promise<Value> {
    const { code, stdout, stderr } = await cloud.alloyrun(...args, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout);
  }

  const planOf = async (...args: readonly string[]) =>
    planSchema.parse(await answer("plan", environment.file, ...args));

  /** Changes an object of the bucket behind alloyrun's back. */
  async function tamper(object: string, edit: (text: string) => string): Promise<void> {
    const bucket = `${cloud.local.url}/storage.googleapis.com`;
    const path = `storage/v1/b/${cloud.project}-alloyrun/o`;
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
    const run = await answer<RunView>("up", environment.file, "--plan", plan.changesHash, "--ticket", "CHG0030123");
    expect(run).toMatchObject({ state: "succeeded", ticket: "CHG0030123" });
  }, 300_000);

  it("shows on a phone that nothing is left to change, and refuses a plan that has moved", async () => {
    const { code, stdout } = await cloud.alloyrun("plan", environment.file);
    expect(code).toBe(0);
    expect(stdout).toContain("Plan of up of users: nothing to change");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const stale = await cloud.alloyrun("up", environment.file, "--plan", "0".repeat(64));
    expect(stale.stderr).toMatch(/no\s+such\s+plan\s+is\s+stored\s+here/);
    expect(stale.code).toBe(2);
  }, 300_000);

  it("rebuilds the application alone as planned, while the database stays as it is", async () => {
    const plan = await planOf("--level", "app");
    expect(plan).toMatchObject({ of: "rebuild", level: "app", effects: { dataLoss: false, downtime: false } });
    const args = ["rebuild", "users", "--level", "app", "--plan", plan.changesHash, "--reason", "a new day"];
    const run = await answer<RunView>(...args, ...place());
    expect(run).toMatchObject({ state: "succeeded", action: "rebuild", level: "app", reason: "a new day" });
    expect(run.steps.map(({ name }) => name)).toEqual(["image", "service", "verify", "traffic"]);
    expect(await cloud.read("users")).toMatchObject({ status: 200 });
    const { runs } = await answer<EnvironmentView>("runs", "users", ...place());
    expect(runs[0]?.run).toBe(run.run);
    expect(await answer<RunView>("watch", run.run, ...place())).toMatchObject({ run: run.run, state: "succeeded" });
  }, 300_000);

  it("plans from the stored spec what a rebuild of the data loses", async () => {
    const plan = await planOf("--level", "data");
    expect(plan).toMatchObject({ effects: { dataLoss: true }, generations: { database: 2, cluster: 1 } });
  }, 300_000);

  it("keeps a frozen environment as it is, and says who froze it until when", async () => {
    await answer("freeze", "users", "--reason", "the demo", "--for", "8h", ...place());
    const frozen = await cloud.alloyrun("rebuild", "users", "--level", "app", ...place());
    expect(frozen.stderr).toMatch(/FROZEN: users is frozen until [\s\S]+ by [\s\S]+:\s+the\s+demo/);
    expect(frozen.code).toBe(4);
    const status = await cloud.alloyrun("status", "users", ...place());
    expect(status.stdout).toContain("because: the demo");
    const { freeze } = await answer<EnvironmentView>("unfreeze", "users", ...place());
    expect(freeze).toBeUndefined();
  }, 300_000);

  it("carries out one after the other what is asked in one moment, although each finds that things have moved", async () => {
    const door = await findDoor(cloud);
    const ask = (body: object) => door.request({ environment: "users", onBusy: "queue", ...body });
    const runs = [
      await ask({ action: "rebuild", level: "app" }),
      await ask({ action: "up" }),
      await ask({ action: "rebuild", level: "data" }),
    ];
    const ended = await Promise.all(runs.map((run) => door.ended(run)));
    expect(ended.map(({ state }) => state)).toEqual(["succeeded", "succeeded", "succeeded"]);
  }, 300_000);

  it("tells in the evidence of a cancelled run how far it came, and what Google was doing for it", async () => {
    const door = await findDoor(cloud);
    using underWay = keepUnderWay(cloud.local, "instances.create");
    const run = await door.request({ action: "rebuild", environment: "users", level: "database" });
    const waiting = await until(async () =>
      (await door.view(run)).steps.find(({ name, operation }) => name === "instance" && operation),
    );
    const cancelled = await answer<RunView>("cancel", run, ...place());
    underWay[Symbol.dispose]();
    expect(cancelled).toMatchObject({ state: "cancelled", plan: { effects: { dataLoss: true } } });
    const { records, changes } = await answer<{ records: { record: RunRecord }[]; changes: object }>(
      ...["audit", "evidence", run, ...place()],
    );
    const [{ record } = {}] = records;
    expect(changes).toMatchObject({ changesHash: record?.changesHash });
    expect(record?.reports).toMatchObject({
      network: { state: "done", startedAt: expect.any(Number) },
      cluster: { state: "done", operations: [{ name: expect.stringContaining("/operations/") }] },
      instance: { state: "cancelled", operations: [{ name: waiting.operation, startedAt: expect.any(Number) }] },
    });
    await answer("resume", run, ...place());
    expect(await door.ended(run)).toMatchObject({ state: "succeeded" });
  }, 300_000);

  it("rebuilds by the spec that another run has put there while it waited, once that is approved", async () => {
    const door = await findDoor(cloud);
    const bob = "user:bob@example.com";
    await door.allow(bob);
    const policy = { approval: { when: ["data-loss"] } };
    environment.configure({ policy });
    await answer("up", environment.file);
    const run = await door.request({ action: "rebuild", environment: "users", level: "data" });
    const first = await door.asked((approval) => approval.run === run);
    environment.configure({ policy, labels: { team: "data" } });
    const { run: up } = await answer<RunView>("up", environment.file);
    await door.send(bob, `POST /v1/approvals/${first.id}:approve`, {});
    const second = await door.asked((approval) => approval.run === run && approval.id !== first.id);
    expect(second).toMatchObject({ moved: expect.arrayContaining(["the spec"]) });
    await answer("cancel", run, ...place());
    await door.send("owner", `POST /v1/runs/${run}:resume`, {});
    const third = await door.asked(({ id, ...approval }) => approval.run === run && id.endsWith("-2"));
    await door.send(bob, `POST /v1/approvals/${third.id}:approve`, {});
    expect(await door.ended(run)).toMatchObject({ state: "succeeded", failures: [] });
    const { plan, records } = await answer<Evidence>("audit", "evidence", run, ...place());
    const { plan: wanted } = await answer<Evidence>("audit", "evidence", up, ...place());
    expect(plan.hash).toBe(wanted.hash);
    expect(records.map(({ record }) => [record.run.planHash, record.result.state])).toEqual([
      [wanted.hash, "cancelled"],
      [wanted.hash, "succeeded"],
    ]);
  }, 300_000);

  it("tells an auditor who did what, and that no record was changed", async () => {
    const { records } = await answer<{ records: object[] }>("audit", "users", ...place());
    expect(records).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: "up", ticket: "CHG0030123", result: "succeeded" }),
        expect.objectContaining({ kind: "rebuild app", reason: "a new day" }),
        expect.objectContaining({ kind: "plan of rebuild data" }),
        expect.objectContaining({ kind: expect.stringMatching(/^freeze until /), reason: "the demo" }),
        expect.objectContaining({ kind: "unfreeze", result: "done" }),
      ]),
    );
    expect(await answer("audit", "verify", "users", ...place())).toMatchObject({
      valid: true,
      verified: records.length,
    });
  });

  it("finds the first record that somebody has edited", async () => {
    const { records } = await answer<{ records: { record: string }[] }>("audit", "users", ...place());
    const edited = `runs/users/${records[2]?.record}.json`;
    await tamper(edited, (text) => text.replace("succeeded", "failed"));
    const { code, stdout } = await cloud.alloyrun("audit", "verify", "users", ...place(), "--json");
    expect(code).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject({ valid: false, verified: 2, broken: { object: edited } });
  });
});

/** Of what `audit evidence` answers. */
interface Evidence {
  readonly plan: { readonly hash: string };
  readonly records: readonly { readonly record: RunRecord }[];
}
