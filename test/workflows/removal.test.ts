import { describe, expect, it } from "@jest/globals";
import { entryAction, held, olderParts, runEnvironment, type Stub } from "./stub-google.ts";

const change = { resource: "r", action: "delete", fields: [], effects: {} };
const done = (output: object = {}, changes: readonly object[] = []) => ({ state: "done", output, changes });
const heldUp = (reason: string) => ({
  state: "pending",
  operations: [],
  retryAfterSeconds: 300,
  held: true,
  reason,
  changes: [],
});
const operation = {
  name: "op",
  url: "https://alloydb.googleapis.com/v1/op",
  style: "longrunning",
  expectedSeconds: 60,
};
const failing = { httpStatus: 400, body: { error: { status: "ABORTED", message: "no" } } };

async function down(stub: Stub = {}) {
  const run = await runEnvironment("down", stub);
  const record = run.calls.find((call) => entryAction(call) === "record record");
  return { ...run, record: record?.body, types: run.events.map(({ type }) => type) };
}

describe("a removal", () => {
  it("takes away all that is billed before it begins with what is not, and then tells that billing has stopped", async () => {
    const waiting = { state: "pending", operations: [operation], retryAfterSeconds: 5, reason: "waits", changes: [] };
    const { steps, events } = await down({
      steps: { cluster: [waiting, done({}, [change])] },
      operations: { [operation.url]: { seconds: 200 } },
    });
    const billed = ["service", "seed", "image", "egress", "read-pool", "instance", "cluster", "identity"];
    const names = steps.map(({ name }) => name.replace("alloyrun-", ""));
    const lastBilled = Math.max(...billed.map((name) => names.indexOf(name)));
    for (const free of ["peering", "network"]) expect(names.indexOf(free)).toBeGreaterThan(lastBilled);
    expect(names.indexOf("identity")).toBeGreaterThan(names.indexOf("cluster"));
    const stopped = events.find(({ type }) => type === "billing-stopped");
    expect(stopped?.at).toBeGreaterThanOrEqual(200);
    expect(stopped?.at).toBeLessThanOrEqual(steps.find(({ name }) => name === "alloyrun-peering")?.at ?? 0);
  });

  it("lets the database go while the way to it is still being removed", async () => {
    const waiting = { state: "pending", operations: [operation], retryAfterSeconds: 5, reason: "waits", changes: [] };
    const { steps } = await down({
      steps: { egress: [waiting, done()] },
      operations: { [operation.url]: { seconds: 100 } },
    });
    const at = (name: string) => steps.find((step) => step.name === name)?.at ?? Number.NaN;
    expect(at("alloyrun-cluster")).toBeLessThan(10);
    expect(at("alloyrun-peering")).toBeGreaterThanOrEqual(100);
  });

  it("ends at once with what Google holds, why, and when it is tried again", async () => {
    const { record, events, types, steps } = await down({
      steps: { peering: [heldUp("the producer still holds it")] },
      entries: { "record record": [{ record: "r1", sha256: "0", nextTryAt: 900 }] },
    });
    expect(types).toEqual(["planned", "removing", "billing-stopped", "remaining"]);
    expect(steps.at(-1)?.at).toBeLessThan(10);
    expect(record).toMatchObject({
      result: { state: "remaining", remaining: { peering: "the producer still holds it" } },
    });
    expect(events.at(-1)?.data).toMatchObject({
      remaining: { peering: "the producer still holds it" },
      nextTryAt: expect.stringMatching(/T00:15:00(\.0+)?Z$/),
    });
  });

  it("waits for what Google holds as often as it is told to", async () => {
    const { types, steps } = await down({
      steps: { network: [heldUp("an address"), heldUp("an address"), done()] },
      argument: { patience: 2 },
    });
    expect(types.at(-1)).toBe("gone");
    expect(steps.find(({ name }) => name === "alloyrun-services")?.at).toBeGreaterThanOrEqual(600);
  });

  it("does not say that billing has stopped while something billed is left", async () => {
    const { types, record } = await down({ steps: { cluster: [failing] } });
    expect(types).toEqual(["planned", "removing", "failed"]);
    expect(record).toMatchObject({ reports: { network: { state: "done" } } });
  });

  it.each(["cluster", "instance"])("keeps what opens a database whose %s could not be removed", async (step) => {
    const asked = async (stub: Stub) =>
      (await down(stub)).steps.filter(({ name, body }) => name === "alloyrun-identity" && body.action === "remove");
    expect(await asked({ steps: { [step]: [failing] } })).toEqual([]);
    expect(await asked({ steps: { [step]: [heldUp("an instance of somebody else's")] } })).toEqual([]);
    expect(await asked({ steps: { service: [failing] } })).toHaveLength(1);
  });

  it("names what it left alone because it is somebody else's, once, and what stays at Google's", async () => {
    const left = "projects/p/global/networks/n is not of alloyrun:p-alloyrun/users; it was left as it is";
    const { record, types } = await down({
      plan: { network: { id: "new" }, peering: { id: "p" } },
      entries: { "plan older": [olderParts(["network", "old"])] },
      steps: { network: [done({ left: [left] })], peering: [done({ degraded: ["producer residue"] })] },
    });
    expect(types.at(-1)).toBe("gone");
    expect(record).toMatchObject({ result: { left: [left], degraded: ["producer residue"] } });
  });

  it("tells each step since when the removal has been waiting for Google", async () => {
    const { steps } = await down({ entries: { "lock claim": [{ ...held(), heldSince: 1234 }] } });
    const peering = steps.find(({ name }) => name === "alloyrun-peering");
    expect(peering?.body).toMatchObject({ run: { heldSince: 1234 } });
    const first = await down();
    expect(first.steps.find(({ name }) => name === "alloyrun-peering")?.body.run).not.toHaveProperty("heldSince");
  });

  it("says first that the environment has expired when that is why", async () => {
    const { types } = await down({ argument: { isExpired: true } });
    expect(types).toEqual(["planned", "expired", "removing", "billing-stopped", "gone"]);
  });

  it.each([
    ["nothing while something remains", { steps: { peering: [heldUp("held")] } }, []],
    ["that it is gone", {}, ["gone"]],
    [
      "that billing has stopped when only now it has",
      { steps: { cluster: [done({}, [change]), done()], peering: [heldUp("held")] } },
      ["billing-stopped"],
    ],
    ["that it failed", { steps: { network: [failing] } }, ["failed"]],
  ] satisfies readonly (readonly [string, Stub, readonly string[]])[])(
    "that is continued tells %s",
    async (_what, stub, wanted) => {
      expect((await down({ ...stub, argument: { isContinued: true } })).types).toEqual(wanted);
    },
  );
});
