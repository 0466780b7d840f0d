import { beforeEach, describe, expect, it } from "@jest/globals";
import { readLedger } from "../../../functions/entry/ledger.ts";
import type { StoredRequest } from "../../../functions/entry/stored.ts";
import { latestRun, targetOf } from "../../../functions/plan/target.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { put } from "../../support/stored.ts";

const names = { database: "mydb", cluster: "staging" };
const serving = { database: "mydb_g2", instance: "projects/p/locations/r/clusters/staging/instances/primary" };

describe("targetOf", () => {
  let storage: MemoryStorage;
  beforeEach(() => {
    storage = createMemoryStorage();
  });

  async function target(request: Partial<StoredRequest>, what: typeof serving | undefined = serving) {
    return decide({ action: "rebuild", level: "data", ...request }, what);
  }

  async function decide(asked: Partial<StoredRequest>, what?: typeof serving) {
    const request = { environment: "staging", ...asked } as StoredRequest;
    const ledger = (await readLedger(storage, "b", "staging"))?.value;
    return targetOf({ request, ledger, serving: what, names });
  }

  it.each([
    ["up", "app", { database: 2, cluster: 1 }],
    ["down", "app", { database: 2, cluster: 1 }],
    ["plan", "data", { database: 2, cluster: 1 }],
    ["rebuild", "app", { database: 2, cluster: 1 }],
    ["rebuild", "data", { database: 3, cluster: 1 }],
    ["rebuild", "database", { database: 1, cluster: 2 }],
    ["rebuild", "all", { database: 1, cluster: 2 }],
  ] as const)("ends %s at level %s with %j", async (action, level, wanted) => {
    expect(await target({ action, level })).toEqual(wanted);
  });

  it("plans for a rebuild what a rebuild would end with", async () => {
    expect(await target({ action: "plan", of: "rebuild", level: "data" })).toEqual({ database: 3, cluster: 1 });
  });

  it("begins with the first where nothing serves", async () => {
    expect(await decide({ action: "rebuild", level: "data" })).toEqual({ database: 1, cluster: 1 });
  });

  it("keeps what was ready last where nothing serves any more, and never takes a number twice", async () => {
    const nothing = (action: "up" | "rebuild", level: "app" | "data" | "all") => decide({ action, level });
    await put(storage, "environments/staging.json", {
      ...{ plans: [], serves: { database: 2, cluster: 3 }, made: { database: 4, cluster: 5 } },
    });
    expect(await nothing("up", "app")).toEqual({ database: 2, cluster: 3 });
    expect(await nothing("rebuild", "data")).toEqual({ database: 5, cluster: 3 });
    expect(await nothing("rebuild", "all")).toEqual({ database: 1, cluster: 6 });
    const foreign = { database: "theirs", instance: "projects/p/locations/r/clusters/theirs/instances/primary" };
    expect(await target({ action: "up", level: "app" }, foreign)).toEqual({ database: 2, cluster: 3 });
  });

  it("goes on with an unfinished rebuild of the same level, and with no other", async () => {
    const generations = { database: 7, cluster: 1 };
    await put(storage, "environments/staging.json", { plans: [], target: { level: "data", generations } });
    expect(await target({})).toEqual(generations);
    expect(await target({ level: "all" })).toEqual({ database: 1, cluster: 2 });
    expect(await target({ action: "up", level: "app" })).toEqual({ database: 2, cluster: 1 });
  });

  it("begins the next one where the environment became ready since, for what was left may be gone", async () => {
    const generations = { database: 1, cluster: 3 };
    const unfinished = { level: "database", generations, overtaken: true };
    await put(storage, "environments/staging.json", { plans: [], made: generations, target: unfinished });
    expect(await target({ level: "database" })).toEqual({ database: 1, cluster: 4 });
  });

  it("is the same however often the run is resumed, whatever serves by then", async () => {
    const known = { database: 2, cluster: 1 };
    expect(await target({ target: known })).toEqual(known);
  });
});

describe("latestRun", () => {
  it("names the record that was written last", async () => {
    const storage = createMemoryStorage();
    expect(await latestRun(storage, "b", "staging")).toBe("");
    await put(storage, "chains/staging.json", { records: [{ record: "r1" }, { record: "r1.2" }] });
    expect(await latestRun(storage, "b", "staging")).toBe("r1.2");
  });
});
