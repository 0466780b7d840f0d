import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { AuditRow } from "../../cli/view/audit.ts";
import { planSchema } from "../../cli/view/plan-document.ts";
import type { EnvironmentView, RunView } from "../../functions/api.ts";
import { idOf } from "../../spec/names.ts";
import { until } from "./support/door.ts";
import { type Scene, setScene } from "./support/scene.ts";
import { keepUnderWay } from "./support/under-way.ts";

const bob = "user:bob@example.com";

/** Runs that look again, and find something else than they were asked for, or approved. */
describe("a run that is planned anew", () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await setScene("users", { policy: { approval: { when: ["data-loss"] } } });
    await scene.door.allow(bob);
    expect((await scene.cloud.up(scene.environment)).code).toBe(0);
  }, 300_000);

  afterAll(() => scene?.stop(), 60_000);

  const answerOf = <Value>(...args: readonly string[]) => scene.answer<Value>(...args, ...scene.place);
  const view = () => answerOf<EnvironmentView>("status", "users");

  /** Cancels a run in the middle of an operation. */
  async function cancelled(work: string, run: () => Promise<string>): Promise<void> {
    using underWay = keepUnderWay(scene.cloud.local, work);
    await underWay.begun;
    expect(await answerOf<RunView>("cancel", await run())).toMatchObject({ state: "cancelled" });
  }

  it("leaves the environment as ready as it was when a removal cannot be planned again", async () => {
    const before = await view();
    const run = await scene.door.request({ action: "down", environment: "users" });
    await scene.door.asked((approval) => approval.run === run);
    const effect = { kind: "error", code: "PERMISSION_DENIED" } as const;
    scene.cloud.local.faults.add({ id: "refused", on: "call", match: "*VpcAccessService.GetConnector", effect });
    await scene.door.approve(bob, run);
    expect(await scene.door.ended(run)).toMatchObject({ state: "failed", failures: [{ step: "egress" }] });
    scene.cloud.local.faults.clear();
    const { url, readyAt } = before;
    expect(url).toMatch(/^https:/);
    expect(await view()).toMatchObject({ url, readyAt });
  }, 300_000);

  it("ends as rejected when that is the answer to what it asks the second time, and holds nothing", async () => {
    const run = await scene.door.request({ action: "down", environment: "users" });
    const first = await scene.door.asked((approval) => approval.run === run);
    // What is to be removed is another cluster then; whichever database serves, a removal takes all of them.
    const rebuild = await scene.door.request({ action: "rebuild", environment: "users", level: "database" });
    await scene.door.approve(bob, rebuild);
    expect(await scene.door.ended(rebuild)).toMatchObject({ state: "succeeded" });
    await scene.door.send(bob, `POST /v1/approvals/${first.id}:approve`, {});
    const second = await scene.door.asked((approval) => approval.run === run && approval.id !== first.id);
    await scene.door.send(bob, `POST /v1/approvals/${second.id}:reject`, { reason: "not any more" });
    const ended = await scene.door.ended(run);
    expect(ended).toMatchObject({ state: "rejected", failures: [], approval: { id: second.id } });
    const execution = await scene.cloud.ask(`GET workflowexecutions.googleapis.com/v1/${ended.execution}`);
    expect(execution).toMatchObject({ state: "SUCCEEDED" });
    expect((await view()).url).toMatch(/^https:/);
  }, 300_000);

  it("names nobody who has approved another plan than the one that was carried out, which asks nobody", async () => {
    const run = await scene.door.request({ action: "rebuild", environment: "users", level: "data" });
    await scene.door.asked((approval) => approval.run === run);
    const known = (await view()).runs.map((each) => each.run);
    scene.environment.configure({ policy: { approval: { when: [] } } });
    const up = scene.cloud.up(scene.environment);
    const weaker = await scene.door.asked((approval) => !known.includes(approval.run));
    await scene.door.approve(bob, weaker.run);
    expect((await up).run).toMatchObject({ state: "succeeded" });
    await scene.door.approve(bob, run);
    expect(await scene.door.ended(run)).toMatchObject({ state: "succeeded" });
    const { records } = await answerOf<{ readonly records: readonly AuditRow[] }>("audit", "users");
    const rowOf = (id: string) => records.find(({ record }) => record === id);
    expect(rowOf(weaker.run)).toMatchObject({ approvedBy: "bob@example.com" });
    expect(rowOf(run)).not.toHaveProperty("approvedBy");
    const evidence = await answerOf<Evidence>("audit", "evidence", run);
    const [{ record } = {}] = evidence.records;
    expect(record).not.toHaveProperty("approval");
    expect(evidence.approvals.map(({ changesHash }) => changesHash)).not.toContain(record?.changesHash);
  }, 300_000);

  it("keeps the rows that a cancelled rebuild has moved traffic to, when the service gets another name", async () => {
    const run = await scene.door.request({ action: "rebuild", environment: "users", level: "data" });
    const revision = keepUnderWay(scene.cloud.local, "deployService");
    await revision.begun;
    {
      // The next one after it moves the traffic.
      using traffic = keepUnderWay(scene.cloud.local, "deployService");
      revision[Symbol.dispose]();
      await traffic.begun;
      expect(await answerOf<RunView>("cancel", run)).toMatchObject({ state: "cancelled" });
    }
    const deletions = async () => {
      const { code, stdout, stderr } = await scene.cloud.alloyrun("plan", scene.environment.file, "--json");
      if (code !== 0) throw new Error(stderr);
      const gone = planSchema.parse(JSON.parse(stdout)).changes.filter(({ action }) => action === "delete");
      return gone.map(({ resource, effects }) => `${idOf(resource)}, ${effects.dataLoss ? "rows" : "nothing"} lost`);
    };
    // Google goes on with what it has begun, whoever cancels the run.
    await until(async () => (await deletions()).includes("app_g2, nothing lost"));
    scene.environment.configure({ service: { name: "renamed" }, policy: { approval: { when: [] } } });
    expect(await deletions()).toEqual(["app_g2, nothing lost"]);
    expect((await scene.cloud.up(scene.environment)).run).toMatchObject({ state: "succeeded" });
    for (const name of ["users", "renamed"]) {
      expect(await scene.cloud.read(name)).toMatchObject({ status: 200, body: expect.stringContaining("sasashun") });
    }
  }, 300_000);

  it("is not resumed by the spec of then, once another run has begun by another", async () => {
    const run = await scene.door.request({ action: "rebuild", environment: "users", level: "app" });
    await cancelled("deployService", async () => run);
    scene.environment.configure({ policy: { approval: { when: [] } }, labels: { team: "data" } });
    const up = scene.cloud.up(scene.environment);
    await cancelled("deployService", async () => {
      const begun = (await view()).runs.find(({ action, hasBegun, state }) => {
        return action === "up" && hasBegun && state === "running";
      });
      return begun?.run ?? "";
    });
    expect((await up).run).toMatchObject({ state: "cancelled" });
    await expect(scene.door.send("owner", `POST /v1/runs/${run}:resume`, {})).rejects.toThrow(/OVERTAKEN/);
  }, 300_000);

  it("tells of a removal that somebody cancels what may still be billed, and goes on with it, but for no rebuild", async () => {
    scene.environment.configure({ policy: { approval: { when: ["data-loss"] } } });
    expect((await scene.cloud.up(scene.environment)).code).toBe(0);
    const rebuild = await scene.door.request({ action: "rebuild", environment: "users", level: "data" });
    await scene.door.asked((approval) => approval.run === rebuild);
    const run = await scene.door.request({ action: "down", environment: "users" });
    await scene.door.asked((approval) => approval.run === run);
    const broken = cancelled("instances.delete", async () => run);
    await scene.door.approve(bob, run);
    await broken;
    await scene.door.approve(bob, rebuild);
    expect(await scene.door.ended(rebuild)).toMatchObject({
      ...{ state: "failed", hasBegun: false },
      failures: [{ step: "workflow", reason: "GONE", message: expect.stringContaining(`${run} has begun`) }],
    });
    expect((await scene.cloud.alloyrun("rebuild", "users", "--level", "all", ...scene.place)).code).toBe(7);
    const { stdout } = await scene.cloud.alloyrun("status", "users", ...scene.place);
    expect(stdout).toMatch(/^users: not ready\n {2}may still be billed: about \d+\.\d\d USD a day/);
    expect(stdout).toContain(`alloyrun resume ${run}`);
    const resumed = scene.cloud.alloyrun("resume", run, ...scene.place);
    const anew = await scene.door.asked((approval) => approval.run === run && approval.attempt === 2);
    await scene.door.send(bob, `POST /v1/approvals/${anew.id}:approve`, {});
    await resumed;
    expect(["succeeded", "remaining"]).toContain((await scene.door.ended(run)).state);
  }, 300_000);
});

/** Of what `audit evidence` answers. */
interface Evidence {
  readonly approvals: readonly { readonly changesHash: string }[];
  readonly records: readonly { readonly record: { readonly changesHash?: string } }[];
}
