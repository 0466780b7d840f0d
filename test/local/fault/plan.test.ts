import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { createToySecrets } from "../server/toy-secrets.ts";

const plan = {
  faults: [
    { id: "one", on: "call", match: "*.GetSecret", when: { share: 0.5 }, effect: { kind: "error", code: "ABORTED" } },
    { id: "two", on: "operation", match: "*", effect: { kind: "never" } },
  ],
  rates: [{ id: "rate", project: "*", match: "*", perMinute: 1000, metric: "Requests" }],
  limits: [{ id: "limit", project: "*", metric: "NETWORKS", limit: 30 }],
} as const;
const secrets = `secretmanager.googleapis.com/v1/projects/${testProject}/secrets`;
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createToySecrets] });
}, 60_000);
afterAll(() => local.stop());

describe("/_local/faults", () => {
  it("takes a plan, gives it back with what came of it, and takes it away", async () => {
    expect((await rest(local, "POST _local/faults", { body: plan })).body).toEqual({
      ids: ["one", "two", "rate", "limit"],
    });
    await rest(local, `GET ${secrets}/none`);
    const { uses, ...given } = (await rest(local, "GET _local/faults")).body;
    expect(given).toEqual(plan);
    expect(uses).toMatchObject([
      { id: "one", matched: 1 },
      { id: "two", matched: 0 },
    ]);
    expect((await rest(local, "DELETE _local/faults/rate")).status).toBe(200);
    expect((await rest(local, "DELETE _local/faults/rate")).status).toBe(404);
    await rest(local, "DELETE _local/faults");
    expect(local.faults.plan()).toEqual({ faults: [], rates: [], limits: [] });
  });

  it("gives rules ids of their own, and refuses one that is taken", async () => {
    const [unnamed] = plan.faults.slice(1).map(({ id: _, ...rule }) => rule);
    const body = { faults: [unnamed, unnamed] };
    expect((await rest(local, "POST _local/faults", { body })).body).toEqual({ ids: ["fault-1", "fault-2"] });
    const again = await rest(local, "POST _local/faults", { body: { faults: [{ ...unnamed, id: "fault-1" }] } });
    expect(errorOf(again)).toMatchObject({ status: "ALREADY_EXISTS" });
    local.faults.clear();
  });

  it.each<[string, JsonObject | string, string]>([
    ["what is no JSON", "{", "The fault plan is no JSON."],
    ["an unknown part", { errors: [] }, "errors is not known here"],
    ["a missing match", { faults: [{ on: "call", effect: { kind: "close" } }] }, "faults[0].match is missing"],
    [
      "an effect that does not fit",
      { faults: [{ on: "operation", match: "*", effect: { kind: "close" } }] },
      'faults[0].effect.kind must be one of error, never, slow, not "close"',
    ],
    [
      "a share above 1",
      { faults: [{ on: "call", match: "*", when: { share: 2 }, effect: { kind: "close" } }] },
      "faults[0].when.share must be above 0 and at most 1, not 2",
    ],
    [
      "an unknown code",
      { faults: [{ on: "call", match: "*", effect: { kind: "error", code: "BROKEN" } }] },
      'faults[0].effect.code must be a code such as UNAVAILABLE or an HTTP status, not "BROKEN"',
    ],
    ["an unknown limit", { limits: [{ metric: "LIONS", limit: 1 }] }, "limits[0].metric must be one of NETWORKS"],
  ])("refuses %s, and then plans nothing at all", async (_, body, message) => {
    const answer = await rest(local, "POST _local/faults", { body });
    expect(answer.status).toBe(400);
    expect(errorOf(answer).message).toContain(message);
    expect(local.faults.plan().faults).toEqual([]);
  });
});

describe("a share", () => {
  /** Statuses by secret of many calls by concurrent clients, in whatever order they come. */
  async function meet(seed: string, secretIds: readonly string[]): Promise<Record<string, number[]>> {
    const cloud = await startTestCloud({ apis: [createToySecrets], seed });
    cloud.faults.load(plan);
    const outcome: Record<string, number[]> = {};
    const ask = async (id: string) => {
      for (let time = 0; time < 8; time += 1) {
        const { status } = await rest(cloud, `GET ${secrets}/${id}`);
        outcome[id] = [...(outcome[id] ?? []), status];
      }
    };
    await Promise.all(secretIds.map(ask));
    await cloud.stop();
    return outcome;
  }

  it("is met by the same calls whenever seed and plan are the same, in whatever order clients come", async () => {
    const ids = Array.from({ length: 25 }, (_, index) => `s${index}`);
    const first = await meet("one", ids);
    expect(await meet("one", ids.toReversed())).toEqual(first);
    expect(await meet("two", ids)).not.toEqual(first);
    const met = Object.values(first).flat();
    const share = met.filter((status) => status === 409).length / met.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
  }, 60_000);
});

describe("a plan in a state directory", () => {
  it("goes on where it stood when the local cloud is started again", async () => {
    const state = mkdtempSync(join(tmpdir(), "faults-"));
    const start = () => startTestCloud({ apis: [createToySecrets], state });
    let cloud = await start();
    cloud.faults.add({
      on: "call",
      match: "*.GetSecret",
      when: { nth: 2 },
      effect: { kind: "error", code: "ABORTED" },
    });
    await rest(cloud, `GET ${secrets}/none`);
    await cloud.stop();
    cloud = await start();
    expect((await rest(cloud, `GET ${secrets}/none`)).status).toBe(409);
    expect(cloud.faults.uses()).toEqual([{ id: "fault-1", matched: 2, applied: 1 }]);
    expect(cloud.journal.list().map(({ code }) => code)).toEqual(["NOT_FOUND", "ABORTED"]);
    await cloud.stop();
    rmSync(state, { recursive: true });
  }, 60_000);
});
