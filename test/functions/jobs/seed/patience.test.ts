import { describe, expect, it } from "@jest/globals";
import { persist } from "../../../../functions/jobs/seed/patience.ts";

describe("persist", () => {
  const trial = (failures: number, attempts: number, isLasting = false) => {
    const told: number[] = [];
    let pauses = 0;
    let count = 0;
    const patience = {
      attempts,
      pause: async () => {
        pauses += 1;
      },
    };
    const attempt = async () => {
      count += 1;
      if (count <= failures) throw new Error(`failure ${count}`);
      return count;
    };
    const result = persist(patience, attempt, { isLasting: () => isLasting, onFailure: (_, n) => told.push(n) });
    return { result, told, pauses: () => pauses };
  };

  it("gives the first success and pauses between attempts", async () => {
    const { result, told, pauses } = trial(2, 5);
    await expect(result).resolves.toBe(3);
    expect(told).toEqual([1, 2]);
    expect(pauses()).toBe(2);
  });

  it("throws the last failure when the attempts are used up", async () => {
    const { result, pauses } = trial(9, 3);
    await expect(result).rejects.toThrow("failure 3");
    expect(pauses()).toBe(2);
  });

  it("does not try again what time does not heal", async () => {
    const { result, told } = trial(9, 3, true);
    await expect(result).rejects.toThrow("failure 1");
    expect(told).toEqual([]);
  });
});
