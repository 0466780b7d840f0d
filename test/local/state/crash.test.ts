import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { crashAgain } from "./crash.ts";

describe("a local cloud that is killed", () => {
  it("has lost nothing that it acknowledged, has nothing half, and ends what it had begun", async () => {
    const { acknowledged, findings, unfinished } = await crashAgain({ seed: "quick", rounds: 1 });
    expect(acknowledged).toBeGreaterThan(19);
    expect(findings).toEqual([]);
    expect(unfinished).toEqual([]);
  }, 60_000);

  it("is caught when it acknowledges what it has not written yet", async () => {
    const imports = [fileURLToPath(new URL("../../support/late-log.mjs", import.meta.url))];
    const found: string[] = [];
    // On a busy machine a caller may hear of its answer so late that all was written.
    for (let crash = 0; crash < 10 && found.length === 0; crash += 1) {
      found.push(...(await crashAgain({ seed: `late ${crash}`, rounds: 1, callers: 12, imports })).findings);
    }
    expect(found).not.toEqual([]);
  }, 120_000);
});
