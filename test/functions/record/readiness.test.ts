import { beforeEach, describe, expect, it } from "@jest/globals";
import type { StoredRequest } from "../../../functions/entry/stored.ts";
import { settleReadiness } from "../../../functions/record/readiness.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { interruptedBefore, put, stored } from "../../support/stored.ts";

const object = "environments/staging.json";
const hour = 3600;

describe("settleReadiness", () => {
  let storage: MemoryStorage;

  beforeEach(async () => {
    storage = createMemoryStorage();
    await put(storage, "locks/staging.json", {});
    await put(storage, "plans/h.json", { steps: [], timeToLiveSeconds: 72 * hour });
  });

  function settle(
    now: number,
    {
      planHash = "h",
      action = "up",
      level = "app",
      cluster = 1,
      timeToLiveSeconds,
    }: {
      planHash?: string;
      action?: "up" | "rebuild";
      level?: "app" | "database";
      cluster?: number;
      timeToLiveSeconds?: number;
    } = {},
  ) {
    const about = { environment: "staging", action, level, planHash } as const;
    const generations = { databaseGeneration: 1, clusterGeneration: cluster };
    const fence = { bucket: "b", object: "locks/staging.json", generation: "1" };
    const run = { id: `r${now}`, ...about, now, ...generations, fence };
    const request = { timeToLiveSeconds } as StoredRequest;
    return settleReadiness(storage, { bucket: "b", run, request, url: "https://u" });
  }

  it("counts the life that the plan gives from when the environment became ready", async () => {
    expect(await settle(1000)).toEqual({ readyAt: 1000, expiresAt: 1000 + 72 * hour });
    expect(stored(storage, object)).toMatchObject({
      url: "https://u",
      readyRun: "r1000",
      readyPlan: "h",
      plans: ["h"],
    });
  });

  it("keeps the time for every later run that finds it ready, and for the same call again", async () => {
    const first = await settle(1000);
    expect(await settle(1000)).toEqual(first);
    expect(await settle(9000)).toEqual(first);
    expect(stored(storage, object)).toMatchObject({ readyRun: "r9000" });
  });

  it("keeps what it was given by extend, and the warnings that were told", async () => {
    await settle(1000);
    await put(storage, object, { ...stored(storage, object), expiresAt: 999_999, warned: ["24h"] });
    expect(await settle(9000)).toEqual({ readyAt: 1000, expiresAt: 999_999 });
    expect(stored(storage, object).warned).toEqual(["24h"]);
  });

  it("takes what the request says instead, counted from the run that says it, and warns anew", async () => {
    await settle(1000);
    await put(storage, object, { ...stored(storage, object), warned: ["24h"] });
    const late = 1000 + 71 * hour;
    expect(await settle(late, { timeToLiveSeconds: 2 * hour })).toEqual({ readyAt: 1000, expiresAt: late + 2 * hour });
    expect(stored(storage, object).warned).toEqual([]);
  });

  it("notes when the present life began: with the run that gives it, and no other", async () => {
    const began = () => stored(storage, object).livesFrom;
    await settle(1000);
    await settle(2000);
    expect(began()).toBe(1000);
    await settle(3000, { timeToLiveSeconds: 2 * hour });
    expect(began()).toBe(3000);
  });

  it("lets it live for ever when nothing ends it, also when something did before", async () => {
    await put(storage, "plans/kept.json", { steps: [] });
    await settle(1000);
    expect(await settle(2000, { planHash: "kept" })).toEqual({ readyAt: 1000 });
    expect(stored(storage, object)).not.toHaveProperty("expiresAt");
    expect(await settle(9000)).toEqual({ readyAt: 1000, expiresAt: 9000 + 72 * hour });
  });

  it("keeps what a request gave when a later run gives none, whatever the spec says all along", async () => {
    await put(storage, "plans/kept.json", { steps: [] });
    for (const planHash of ["h", "kept"]) {
      await storage.deleteObject("b", object);
      await settle(1000, { planHash, timeToLiveSeconds: 5 * hour });
      await put(storage, object, { ...stored(storage, object), warned: ["2h"] });
      expect(await settle(9000, { planHash })).toEqual({ readyAt: 1000, expiresAt: 1000 + 5 * hour });
      expect(stored(storage, object)).toMatchObject({ timeToLiveSeconds: 5 * hour, warned: ["2h"] });
    }
  });

  it("takes what the spec says anew after that", async () => {
    await put(storage, "plans/other.json", { steps: [], timeToLiveSeconds: 24 * hour });
    await settle(1000, { timeToLiveSeconds: 5 * hour });
    expect(await settle(9000, { planHash: "other" })).toEqual({ readyAt: 1000, expiresAt: 9000 + 24 * hour });
  });

  it("begins anew after a removal that was not finished", async () => {
    await put(storage, object, { plans: ["h"], expiresAt: 50, timeToLiveSeconds: 72 * hour });
    expect(await settle(1000)).toEqual({ readyAt: 1000, expiresAt: 1000 + 72 * hour });
  });

  it("lives on as its ticket said, when a removal was broken off and it is asked for again", async () => {
    await put(storage, "plans/kept.json", { steps: [] });
    await settle(1000, { planHash: "kept", timeToLiveSeconds: 5 * hour });
    const { readyAt: _at, readyRun: _run, url: _url, ...begun } = stored(storage, object);
    await put(storage, object, { ...begun, warned: ["2h"] });
    const end = { readyAt: 9000, expiresAt: 9000 + 5 * hour };
    expect(await settle(9000, { planHash: "kept" })).toEqual(end);
    expect(stored(storage, object)).toMatchObject({ timeToLiveSeconds: 5 * hour, warned: [] });
    expect(await settle(9500, { planHash: "kept" })).toEqual(end);
  });

  it("notes which seed files it is ready with, but not of a rebuild that applies none", async () => {
    const planWith = (name: string) => ({ steps: [{ name: "seed", input: { seed: { object: name } } }] });
    await put(storage, "plans/one.json", planWith("seeds/one.tgz"));
    await put(storage, "plans/two.json", planWith("seeds/two.tgz"));
    await settle(1000, { planHash: "one" });
    expect(stored(storage, object)).toMatchObject({ seed: "seeds/one.tgz" });
    await settle(2000, { planHash: "two", action: "rebuild" });
    expect(stored(storage, object)).toMatchObject({ seed: "seeds/one.tgz" });
    await settle(3000, { planHash: "two" });
    expect(stored(storage, object)).toMatchObject({ seed: "seeds/two.tgz" });
  });

  it("ends what was unfinished of a rebuild, and keeps the plans", async () => {
    const target = { level: "data", generations: { database: 2, cluster: 1 } };
    await put(storage, object, { plans: ["h", "old"], target });
    await settle(1000);
    expect(stored(storage, object)).toMatchObject({ plans: ["h", "old"] });
    expect(stored(storage, object)).not.toHaveProperty("target");
  });

  it("keeps after a rebuild of the application what another has left unfinished, until a run builds all", async () => {
    const target = { level: "database", generations: { database: 1, cluster: 3 } };
    const rebuild = { action: "rebuild" } as const;
    const unfinished = { level: "database", overtaken: true, costPerDay: 9.74 };
    await put(storage, "plans/h.json", { steps: [{ name: "retire", input: { clusterCostPerDay: 9.738 } }] });
    await settle(1000);
    await put(storage, object, { ...stored(storage, object), target });
    const kept = { target: { ...target, overtaken: true }, spent: [{ cluster: 3 }] };
    expect(await settle(2000, rebuild)).toMatchObject({ unfinished });
    expect(stored(storage, object)).toMatchObject(kept);
    expect(await settle(3000, rebuild)).toMatchObject({ unfinished });
    expect(stored(storage, object)).toMatchObject(kept);
    for (const whole of [{ ...rebuild, level: "database", cluster: 4 } as const, {}]) {
      await put(storage, object, { ...stored(storage, object), ...kept });
      expect(await settle(4000, whole)).not.toHaveProperty("unfinished");
      expect(stored(storage, object)).not.toHaveProperty("target");
    }
  });

  it("knows of a rebuild that had its cluster serve already that the one before is left", async () => {
    await settle(1000);
    const target = { level: "database", generations: { database: 1, cluster: 2 } };
    await put(storage, object, { ...stored(storage, object), target });
    for (const now of [2000, 3000]) {
      await settle(now, { action: "rebuild", cluster: 2 });
      expect(stored(storage, object)).toMatchObject({ target: { overtaken: true }, spent: [{ cluster: 1 }] });
    }
  });

  it("forgets it where nothing was ready, for then a rebuild of the application takes every step", async () => {
    await put(storage, object, { plans: ["h"], target: { level: "data", generations: { database: 2, cluster: 1 } } });
    await settle(1000, { action: "rebuild" });
    expect(stored(storage, object)).not.toHaveProperty("target");
  });

  it("is asked again when somebody changes the environment's entry in between, and then has both", async () => {
    await settle(1000);
    const extend = () => put(storage, object, { ...stored(storage, object), expiresAt: 999_999 });
    const undisturbed = storage;
    storage = interruptedBefore(storage, { object, act: extend });
    await expect(settle(9000)).rejects.toMatchObject({ reason: "CONCURRENT_WRITE" });
    storage = undisturbed;
    expect(await settle(9000)).toEqual({ readyAt: 1000, expiresAt: 999_999 });
  });

  it("writes nothing for a run that lost the lock", async () => {
    await put(storage, "locks/staging.json", { other: true });
    await expect(settle(1000)).rejects.toMatchObject({ reason: "LOCK_LOST" });
    expect(stored(storage, object)).toBeUndefined();
  });
});
