import { describe, expect, it } from "@jest/globals";
import type { StoredPlan } from "../../../functions/entry/stored.ts";
import { readOlder } from "../../../functions/plan/older.ts";
import { createMemoryStorage } from "../../support/memory-storage.ts";
import { put } from "../../support/stored.ts";

/** A plan that names an instance of its own, and a network that all of them have. */
function planWith(hash: string): StoredPlan {
  const step = (name: string, input: object, costPerDay: number) => {
    return { name, title: name, function: `alloyrun-${name}`, needs: [], input, expectedSeconds: 1, costPerDay };
  };
  const steps = [
    step("network", { network: "shared", subnetworks: [] }, 0),
    step("instance", { instance: `i-${hash}` }, 9),
  ];
  return { environment: "users", project: "p", region: "r", hash, steps } as object as StoredPlan;
}

describe("readOlder", () => {
  it("reads however many plans a few at a time, and tells what each has alone, the latest first", async () => {
    const storage = createMemoryStorage();
    const plans = Array.from({ length: 100 }, (_, index) => `h${index}`);
    for (const hash of plans) await put(storage, `plans/${hash}.json`, planWith(hash));
    let atOnce = 0;
    let most = 0;
    let reads = 0;
    const readText: typeof storage.readText = async (bucket, object) => {
      most = Math.max(most, ++atOnce);
      reads += 1;
      const found = await storage.readText(bucket, object);
      atOnce -= 1;
      return found;
    };
    const asked = { bucket: "b", plan: planWith("h0"), ledger: { plans: [...plans, "missing"] } };
    for (const action of ["up", "down"] as const) {
      reads = 0;
      const { parts } = await readOlder({ readText }, { ...asked, run: { action } });
      expect(parts.map(({ input }) => input)).toEqual(plans.slice(1).map((hash) => ({ instance: `i-${hash}` })));
      expect(reads).toBe(plans.length);
    }
    expect(most).toBeLessThanOrEqual(16);
  });
});
