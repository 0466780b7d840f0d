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
    const { findings } = await crashAgain({ seed: "late", rounds: 1, imports });
    expect(findings).not.toEqual([]);
  }, 60_000);
});
