import { beforeEach, describe, expect, it } from "@jest/globals";
import { usualMinutes } from "../../../functions/record/usual.ts";
import { createMemoryStorage, type MemoryStorage } from "../../support/memory-storage.ts";
import { put } from "../../support/stored.ts";

const asked = { environment: "staging", action: "rebuild", level: "data" } as const;

describe("usualMinutes", () => {
  let storage: MemoryStorage;
  beforeEach(() => {
    storage = createMemoryStorage();
  });

  /** Records runs of so many minutes, oldest first, of which some are otherwise. */
  async function record(
    ...runs: readonly { readonly minutes: number; readonly run?: object; readonly result?: object }[]
  ) {
    const names = runs.map((_, index) => `run-${index}`);
    for (const [index, { minutes, run, result }] of runs.entries()) {
      await put(storage, `runs/staging/${names[index]}.json`, {
        run: { ...asked, ...run },
        result: { action: "rebuild", state: "succeeded", startedAt: 600, endedAt: 600 + minutes * 60, ...result },
      });
    }
    await put(storage, "chains/staging.json", { records: names.map((name) => ({ record: name })) });
  }

  it("is the median of those alike that succeeded", async () => {
    await record(
      ...[{ minutes: 9 }, { minutes: 14.25 }, { minutes: 30 }],
      { minutes: 1, run: { level: "app" } },
      { minutes: 1, run: { action: "up" } },
      { minutes: 1, result: { action: "plan" } },
      { minutes: 1, result: { state: "failed" } },
    );
    expect(await usualMinutes(storage, "b", asked)).toBe(14.3);
  });

  it("counts the newest alone", async () => {
    await record(...Array(9).fill({ minutes: 90 }), ...Array(9).fill({ minutes: 10 }));
    expect(await usualMinutes(storage, "b", asked)).toBe(10);
  });

  it("is not known before the first, and passes over a record that is gone", async () => {
    expect(await usualMinutes(storage, "b", asked)).toBeUndefined();
    await record({ minutes: 5 }, { minutes: 7 });
    await storage.deleteObject("b", "runs/staging/run-1.json");
    expect(await usualMinutes(storage, "b", asked)).toBe(5);
  });
});
