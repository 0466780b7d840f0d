import { beforeEach, describe, expect, it } from "@jest/globals";
import { gatherEvidence } from "../../../cli/audit/evidence.ts";
import { verifyChain } from "../../../cli/audit/verify.ts";
import type { RunRecord } from "../../../functions/entry/stored.ts";
import { appendRecord } from "../../../functions/record/chain.ts";
import { recordChange } from "../../../functions/record/change.ts";
import type { ListedExecution } from "../../../google/clients/workflows.ts";
import { ApiError } from "../../../google/error.ts";
import { sha256 } from "../../../spec/names.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";

const bucket = "b";
let storage: MemoryStorage;

/** Records runs as the installation does. */
async function record(...runs: readonly string[]): Promise<void> {
  for (const id of runs) await recordAs(id, id);
}

/** Records a run as one of an execution. */
async function recordAs(id: string, execution: string): Promise<void> {
  const run = { id, environment: "users", action: "up", level: "app", planHash: "h", now: 1 } as const;
  const times = { startedAt: 1, endedAt: 2 };
  const content: Omit<RunRecord, "previous"> = {
    run: { ...run, databaseGeneration: 1, clusterGeneration: 1 },
    execution: `projects/p/executions/${execution}`,
    requestedBy: "ann@example.com",
    result: {
      ...times,
      run: id,
      environment: "users",
      action: "up",
      state: "succeeded",
      failures: {},
      remaining: {},
      outputs: {},
    },
    reports: {},
  };
  await appendRecord(storage, { bucket, id }, content);
}

const put = (object: string, content: string) =>
  storage.write({ bucket, object, content, contentType: "application/json" });

function change(object: string, from: string, to: string): Promise<unknown> {
  const before = storage.texts()[object] ?? "";
  expect(before).toContain(from);
  return put(object, before.replace(from, to));
}

const verify = (head?: string) => verifyChain({ storage, bucket }, "users", { head });

const kept = { state: "SUCCEEDED", startTime: "2026-01-02T00:00:00Z", endTime: "2026-01-02T00:10:00Z" };
const executionOf = (run: string, more: Partial<ListedExecution> = {}): ListedExecution => ({
  ...{ ...kept, name: `projects/1/executions/${run}`, labels: { run, environment: "users" } },
  ...more,
});

/** The executions of all that is recorded by now have ended, and said so. */
function ended(): ListedExecution[] {
  const { records } = JSON.parse(storage.texts()["chains/users.json"] ?? "");
  return records.map(({ record: id, sha256: hash }: { record: string; sha256: string }) =>
    executionOf(id, { result: JSON.stringify({ run: id, state: "succeeded", record: { id, sha256: hash } }) }),
  );
}

/** Checks against executions as Google lists them. */
const verifyBy = (executions: readonly ListedExecution[]) =>
  verifyChain({ storage, bucket }, "users", {
    executions: { workflow: "w", workflows: { listExecutions: async () => executions } },
  });

/** Checks against the log, which has what was recorded by the time when this is made. */
function byLog() {
  const { records } = JSON.parse(storage.texts()["chains/users.json"] ?? "") as { readonly records: readonly object[] };
  const filters: string[] = [];
  const list = async ({ filter }: { readonly filter: string }) => {
    filters.push(filter);
    return records.map((each) => ({ jsonPayload: { ...each, alloyrun: "recorded" } }));
  };
  const workflows = { getWorkflow: async () => ({ createTime: "2026-01-01T00:00:00Z" }) };
  const log = { workflow: "w", project: "p", workflows, logging: { list } };
  return { filters, verify: () => verifyChain({ storage, bucket }, "users", { log }) };
}

beforeEach(async () => {
  storage = createMemoryStorage();
  await record("run-1", "run-2", "run-3");
});

describe("verifyChain", () => {
  it("finds every record as it was written, and gives the head to be noted", async () => {
    const verification = await verify();
    expect(verification).toMatchObject({ valid: true, verified: 3, records: 3, head: { record: "run-3" } });
    await record("run-4");
    expect(await verify(verification?.head?.sha256)).toMatchObject({ valid: true, verified: 4 });
  });

  it("has nothing to say of an environment without records", async () => {
    expect(await verifyChain({ storage, bucket }, "other")).toBeUndefined();
  });

  it("tells that all is gone, by a head that was noted", async () => {
    const { head } = (await verify()) ?? {};
    for (const object of Object.keys(storage.texts())) await storage.deleteObject(bucket, object);
    expect(await verify(head?.sha256)).toMatchObject({ valid: false, verified: 0, records: 0 });
  });

  it("tells a record that is gone with its entry, by what its execution said", async () => {
    const said = ended();
    const check = () => verifyBy(said);
    expect(await check()).toMatchObject({ valid: true, confirmed: 3, since: kept.startTime });
    const { records } = JSON.parse(storage.texts()["chains/users.json"] ?? "");
    await put("chains/users.json", JSON.stringify({ records: records.slice(0, 2) }));
    await storage.deleteObject(bucket, "runs/users/run-3.json");
    expect(await check()).toMatchObject({ valid: false, broken: { object: "runs/users/run-3.json" } });
    for (const object of Object.keys(storage.texts())) await storage.deleteObject(bucket, object);
    expect(await check()).toMatchObject({ valid: false, records: 0, broken: { object: "runs/users/run-1.json" } });
  });

  it("tells a chain that was written anew as a whole, by what the executions said", async () => {
    const said = ended();
    for (const object of Object.keys(storage.texts())) await storage.deleteObject(bucket, object);
    await record("run-2", "run-3");
    expect(await verify()).toMatchObject({ valid: true });
    expect(await verifyBy(said)).toMatchObject({ valid: false });
  });

  it("tells a change of no run that was cut off the end, by what was logged since the installation was made", async () => {
    const change = { of: "users", change: "unfreeze", requestedBy: "ann@example.com", at: 1, bodyHash: "h" } as const;
    await recordChange(storage, bucket, { id: "change-1", ...change });
    const { filters, verify: check } = byLog();
    expect(await check()).toMatchObject({ valid: true, logged: 4 });
    expect(filters[0]).toContain('jsonPayload.environment="users" AND timestamp>="2026-01-01T00:00:00Z"');
    const { records } = JSON.parse(storage.texts()["chains/users.json"] ?? "");
    await put("chains/users.json", JSON.stringify({ records: records.slice(0, 3) }));
    await storage.deleteObject(bucket, "runs/users/change-1.json");
    expect(await verify()).toMatchObject({ valid: true });
    expect(await check()).toMatchObject({ valid: false, broken: { object: "runs/users/change-1.json" } });
  });

  it("tells a run that was cancelled and has no record, by its execution", async () => {
    const cancelled = (run: string) => executionOf(run, { state: "CANCELLED" });
    expect(await verifyBy([...ended().slice(0, 2), cancelled("run-3")])).toMatchObject({ valid: true, confirmed: 2 });
    expect(await verifyBy([...ended(), cancelled("run-4")])).toMatchObject({
      valid: false,
      broken: { object: "runs/users/run-4.json", unrecorded: "run-4" },
    });
  });

  it("misses no record of what says that it has none, or is another environment's, or under way, and names the mute", async () => {
    const said = [
      ...ended(),
      executionOf("run-4", { result: JSON.stringify({ run: "run-4", state: "joined" }) }),
      executionOf("run-5", { state: "ACTIVE", startTime: "2020-01-01T00:00:00Z", endTime: undefined }),
      executionOf("run-6", {
        labels: { run: "run-6", environment: "other" },
        result: '{"record":{"id":"a","sha256":"b"}}',
      }),
      executionOf("run-7", { state: "FAILED", error: { payload: '{"message":"no such request"}' } }),
    ];
    expect(await verifyBy(said)).toMatchObject({ valid: true, confirmed: 3, since: kept.startTime, mute: ["run-7"] });
  });

  it("tells a record of a run that never was, though its link holds", async () => {
    const said = ended();
    await record("run-4");
    expect(await verify()).toMatchObject({ valid: true, records: 4 });
    const problem =
      "there was no such run: its execution run-4 is not among those that Google keeps, which reach back further";
    expect(await verifyBy(said)).toMatchObject({ valid: false, broken: { object: "runs/users/run-4.json", problem } });
    expect(await verifyBy([...said, executionOf("run-4", { state: "ACTIVE" })])).toMatchObject({ valid: true });
  });

  it.each([
    ["its run", "run-3.2", "run-3", "so does the record of run-3"],
    ["another run", "run-4", "run-3", "which is that of run-3"],
    ["one that recorded nothing", "run-5", "run-5", "which says that it has recorded nothing"],
  ])("tells a record of a run that never was and names the execution of %s", async (_of, id, execution, problem) => {
    const joined = executionOf("run-5", { result: JSON.stringify({ run: "run-5", state: "joined" }) });
    const said = [...ended(), joined];
    await recordAs(id, execution);
    expect(await verifyBy(said)).toMatchObject({ valid: false, broken: { problem: expect.stringContaining(problem) } });
  });

  it("misses no execution that is older than those that Google keeps, and lists what began meanwhile again", async () => {
    const said = ended();
    expect(await verifyBy(said.slice(1))).toMatchObject({ valid: true, confirmed: 2 });
    expect(await verifyBy(said.slice(0, 2))).toMatchObject({
      valid: false,
      broken: { object: "runs/users/run-3.json" },
    });
    const lists = [said.slice(0, 2), said];
    const listExecutions = async () => lists.shift() ?? [];
    const executions = { workflow: "w", workflows: { listExecutions } };
    expect(await verifyChain({ storage, bucket }, "users", { executions })).toMatchObject({ valid: true });
  });

  it("tells a change that nobody asked for, by the log and the requests", async () => {
    const { verify: check } = byLog();
    const change = { of: "users", change: "freeze", requestedBy: "eve@example.com", at: 1, bodyHash: "h" } as const;
    await recordChange(storage, bucket, { id: "change-1", ...change });
    expect(await check()).toMatchObject({
      valid: false,
      broken: { object: "runs/users/change-1.json", problem: expect.stringContaining("nobody asked for change-1") },
    });
    await put("requests/change-1.json", "{}");
    expect(await check()).toMatchObject({ valid: true });
  });

  it("goes by the bucket alone where executions may not be read, and says so", async () => {
    const refused = new ApiError({ method: "m", resource: "r", code: "PERMISSION_DENIED", text: "no" });
    const executions = { workflow: "w", workflows: { listExecutions: () => Promise.reject(refused) } };
    const verification = await verifyChain({ storage, bucket }, "users", { executions });
    expect(verification).toMatchObject({ valid: true, verified: 3 });
    expect(verification).not.toHaveProperty("confirmed");
  });

  it("tells the first record that was changed", async () => {
    await change("runs/users/run-2.json", "succeeded", "failed");
    await change("runs/users/run-3.json", "succeeded", "failed");
    expect(await verify()).toMatchObject({
      valid: false,
      verified: 1,
      broken: { object: "runs/users/run-2.json", problem: expect.stringContaining("was changed") },
    });
  });

  it("tells a record whose hash in the chain was changed with it", async () => {
    const { head } = (await verify()) ?? {};
    await change("runs/users/run-2.json", "succeeded", "failed");
    const before = JSON.parse(storage.texts()["chains/users.json"] ?? "").records[1].sha256;
    await change("chains/users.json", before, sha256(storage.texts()["runs/users/run-2.json"] ?? ""));
    expect(await verify(head?.sha256)).toMatchObject({
      valid: false,
      verified: 2,
      broken: { object: "runs/users/run-3.json", problem: expect.stringContaining("names runs/users/run-2.json") },
    });
  });

  it("tells a record that is gone", async () => {
    await storage.deleteObject(bucket, "runs/users/run-1.json");
    expect(await verify()).toMatchObject({
      verified: 0,
      broken: { object: "runs/users/run-1.json", problem: "the record is gone" },
    });
  });

  it("reads the last record from the chain while it has no object of its own yet", async () => {
    await storage.deleteObject(bucket, "runs/users/run-3.json");
    expect(await verify()).toMatchObject({ valid: true, verified: 3, records: 3 });
    await change("chains/users.json", '"tail":{', '"tail":{"forged":true,');
    expect(await verify()).toMatchObject({ valid: false, verified: 2, broken: { object: "runs/users/run-3.json" } });
  });

  it("tells a record that was taken out of the chain", async () => {
    const { records } = JSON.parse(storage.texts()["chains/users.json"] ?? "");
    await put("chains/users.json", JSON.stringify({ records: records.slice(0, 2) }));
    expect(await verify()).toMatchObject({ valid: false, broken: { object: "runs/users/run-3.json" } });
  });

  it("tells a chain whose end was cut off with its record, by a head that was noted", async () => {
    const { head } = (await verify()) ?? {};
    const { records } = JSON.parse(storage.texts()["chains/users.json"] ?? "");
    await put("chains/users.json", JSON.stringify({ records: records.slice(0, 2) }));
    await storage.deleteObject(bucket, "runs/users/run-3.json");
    expect(await verify()).toMatchObject({ valid: true });
    expect(await verify(head?.sha256)).toMatchObject({ valid: false, broken: { object: "chains/users.json" } });
  });
});

describe("gatherEvidence", () => {
  it("joins request, decision and the records of all attempts, without the callback's URL", async () => {
    await record("run-9");
    await record("run-9.2");
    await put(
      "requests/run-9.json",
      JSON.stringify({ environment: "users", spec: "kind: Environment", planHash: "asked" }),
    );
    await put("plans/h.json", JSON.stringify({ steps: [] }));
    await put("plans/asked.json", JSON.stringify({ steps: ["another"] }));
    const evidence = await gatherEvidence({ storage, bucket }, "run-9");
    expect(evidence).toMatchObject({
      request: { spec: "kind: Environment" },
      plan: { steps: [] },
      records: [{ object: "runs/users/run-9.json" }, { object: "runs/users/run-9.2.json" }],
    });
    expect(await gatherEvidence({ storage, bucket }, "run-0")).toBeUndefined();
  });

  it("tells every question to the approvers, without the URL by which the execution is woken", async () => {
    const approval = { id: "a", reasons: [], state: "approved", by: "bob@example.com", at: "" } as const;
    const run = { id: "run-8", environment: "users", action: "up", level: "app", planHash: "h", now: 1 } as const;
    await appendRecord(
      storage,
      { bucket, id: "run-8" },
      {
        run: { ...run, databaseGeneration: 1, clusterGeneration: 1 },
        ...{ execution: "e", requestedBy: "ann@example.com", reports: {}, approval },
        result: {
          run: "run-8",
          environment: "users",
          action: "up",
          state: "succeeded",
          failures: {},
          remaining: {},
          outputs: {},
          startedAt: 1,
          endedAt: 2,
        },
      },
    );
    await put("requests/run-8.json", JSON.stringify({ environment: "users" }));
    for (const [id, reason] of [
      ["run-8-a", "rows"],
      ["run-8-b", "cost"],
    ]) {
      const approval = { id, callback: "https://workflowexecutions/secret", reasons: [reason] };
      await put(`approvals/${id}.json`, JSON.stringify(approval));
    }
    const text = JSON.stringify(await gatherEvidence({ storage, bucket }, "run-8"));
    for (const reason of ["rows", "cost"]) expect(text).toContain(`"reasons":["${reason}"]`);
    expect(text).not.toContain("workflowexecutions/secret");
  });
});
