import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { AuditRow } from "../../cli/view/audit.ts";
import type { EnvironmentView, RunView } from "../../functions/api.ts";
import { type Door, findDoor } from "./support/door.ts";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { keepUnderWay } from "./support/under-way.ts";

const bob = "user:bob@example.com";

/** Runs that look again, and find something else than they were asked for, or approved. */
describe("a run that is planned anew", () => {
  let cloud: InstalledCloud;
  let door: Door;
  let environment: Environment;

  beforeAll(async () => {
    cloud = await startInstalledCloud();
    door = await findDoor(cloud);
    await door.allow(bob);
    environment = createEnvironment("users", { policy: { approval: { when: ["data-loss"] } } });
    expect((await cloud.up(environment)).code).toBe(0);
  }, 300_000);

  afterAll(async () => {
    environment?.remove();
    await cloud?.stop();
  }, 60_000);

  const place = () => ["--project", cloud.project, "--region", region];
  const answerOf = async <Value>(...args: readonly string[]): Promise<Value> =>
    JSON.parse((await cloud.alloyrun(...args, ...place(), "--json")).stdout);
  const view = () => answerOf<EnvironmentView>("status", "users");

  /** Cancels a run in the middle of an operation. */
  async function cancelled(work: string, run: () => Promise<string>): Promise<void> {
    using underWay = keepUnderWay(cloud.local, work);
    await underWay.begun;
    expect(await answerOf<RunView>("cancel", await run())).toMatchObject({ state: "cancelled" });
  }

  it("leaves the environment as ready as it was when a removal cannot be planned again", async () => {
    const before = await view();
    const run = await door.request({ action: "down", environment: "users" });
    await door.asked((approval) => approval.run === run);
    const effect = { kind: "error", code: "PERMISSION_DENIED" } as const;
    cloud.local.faults.add({ id: "refused", on: "call", match: "*VpcAccessService.GetConnector", effect });
    await door.approve(bob, run);
    expect(await door.ended(run)).toMatchObject({ state: "failed", failures: [{ step: "egress" }] });
    cloud.local.faults.clear();
    const { url, readyAt } = before;
    expect(url).toMatch(/^https:/);
    expect(await view()).toMatchObject({ url, readyAt });
  }, 300_000);

  it("ends as rejected when that is the answer to what it asks the second time, and holds nothing", async () => {
    const run = await door.request({ action: "down", environment: "users" });
    const first = await door.asked((approval) => approval.run === run);
    // What is to be removed is another cluster then; whichever database serves, a removal takes all of them.
    const rebuild = await door.request({ action: "rebuild", environment: "users", level: "database" });
    await door.approve(bob, rebuild);
    expect(await door.ended(rebuild)).toMatchObject({ state: "succeeded" });
    await door.send(bob, `POST /v1/approvals/${first.id}:approve`, {});
    const second = await door.asked((approval) => approval.run === run && approval.id !== first.id);
    await door.send(bob, `POST /v1/approvals/${second.id}:reject`, { reason: "not any more" });
    const ended = await door.ended(run);
    expect(ended).toMatchObject({ state: "rejected", failures: [], approval: { id: second.id } });
    const execution = await cloud.ask(`GET workflowexecutions.googleapis.com/v1/${ended.execution}`);
    expect(execution).toMatchObject({ state: "SUCCEEDED" });
    expect((await view()).url).toMatch(/^https:/);
  }, 300_000);

  it("names nobody who has approved another plan than the one that was carried out, which asks nobody", async () => {
    const run = await door.request({ action: "rebuild", environment: "users", level: "data" });
    await door.asked((approval) => approval.run === run);
    const known = (await view()).runs.map((each) => each.run);
    environment.configure({ policy: { approval: { when: [] } } });
    const up = cloud.up(environment);
    const weaker = await door.asked((approval) => !known.includes(approval.run));
    await door.approve(bob, weaker.run);
    expect((await up).run).toMatchObject({ state: "succeeded" });
    await door.approve(bob, run);
    expect(await door.ended(run)).toMatchObject({ state: "succeeded" });
    const { records } = await answerOf<{ readonly records: readonly AuditRow[] }>("audit", "users");
    const rowOf = (id: string) => records.find(({ record }) => record === id);
    expect(rowOf(weaker.run)).toMatchObject({ approvedBy: "bob@example.com" });
    expect(rowOf(run)).not.toHaveProperty("approvedBy");
    const evidence = await answerOf<Evidence>("audit", "evidence", run);
    const [{ record } = {}] = evidence.records;
    expect(record).not.toHaveProperty("approval");
    expect(evidence.approvals.map(({ changesHash }) => changesHash)).not.toContain(record?.changesHash);
  }, 300_000);

  it("is not resumed by the spec of then, once another run has begun by another", async () => {
    const run = await door.request({ action: "rebuild", environment: "users", level: "app" });
    await cancelled("deployService", async () => run);
    environment.configure({ policy: { approval: { when: [] } }, labels: { team: "data" } });
    const up = cloud.up(environment);
    await cancelled("deployService", async () => {
      const begun = (await view()).runs.find(({ action, hasBegun, state }) => {
        return action === "up" && hasBegun && state === "running";
      });
      return begun?.run ?? "";
    });
    expect((await up).run).toMatchObject({ state: "cancelled" });
    await expect(door.send("owner", `POST /v1/runs/${run}:resume`, {})).rejects.toThrow(/OVERTAKEN/);
  }, 300_000);

  it("tells of a removal that somebody cancels what may still be billed, and goes on with it", async () => {
    const run = await door.request({ action: "down", environment: "users" });
    await cancelled("instances.delete", async () => run);
    const { stdout } = await cloud.alloyrun("status", "users", ...place());
    expect(stdout).toMatch(/^users: not ready\n {2}may still be billed: about \d+\.\d\d USD a day/);
    expect(stdout).toContain(`alloyrun resume ${run}`);
    await answerOf("resume", run);
    expect(["succeeded", "remaining"]).toContain((await door.ended(run)).state);
  }, 300_000);
});

/** Of what `audit evidence` answers. */
interface Evidence {
  readonly approvals: readonly { readonly changesHash: string }[];
  readonly records: readonly { readonly record: { readonly changesHash?: string } }[];
}
