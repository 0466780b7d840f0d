import { describe, expect, it } from "@jest/globals";
import type { RunResult } from "../../../functions/entry/stored.ts";
import { type EndedRebuild, tellRebuild } from "../../../functions/record/rebuild.ts";
import { createMemoryStorage } from "../../support/memory-storage.ts";
import { put } from "../../support/stored.ts";

const run: EndedRebuild["run"] = {
  ...{ id: "run-2", environment: "staging", action: "rebuild", level: "data", planHash: "h", now: 0 },
  ...{ databaseGeneration: 2, clusterGeneration: 1 },
};
const result: RunResult = {
  ...{ run: "run-2", environment: "staging", action: "rebuild", state: "succeeded" },
  ...{ failures: {}, remaining: {}, outputs: {}, startedAt: 0, endedAt: 840 },
};
const failed: RunResult = { ...result, state: "failed", failures: { seed: { message: "002.sql: syntax error" } } };
const traffic = { state: "done", startedAt: 0, endedAt: 1 } as const;

async function tell(ended: Partial<EndedRebuild>, path = "/", ready: object = { readyPlan: "ready" }) {
  const storage = createMemoryStorage();
  const planWith = (tested: string) => ({ steps: [{ name: "verify", input: { path: tested } }] });
  await put(storage, "environments/staging.json", { plans: ["h", "ready"], ...ready });
  await put(storage, "requests/run-1.json", { planHash: "ready" });
  await put(storage, "plans/ready.json", planWith("/"));
  await put(storage, "plans/h.json", planWith(path));
  await put(storage, "chains/staging.json", { records: [{ record: "run-1" }] });
  await put(storage, "runs/staging/run-1.json", { run, result: { ...result, endedAt: 780 } });
  return tellRebuild(storage, { bucket: "b", run, result, reports: {}, ...ended });
}

describe("tellRebuild", () => {
  it("tells of one that is ready how long it took, beside the usual", async () => {
    expect(await tell({ reports: { traffic } })).toEqual({
      ...{ outcome: "ready", minutes: 14, usualMinutes: 13 },
      summary: "Rebuild data of staging: ready (14 min, usually 13 min).",
    });
  });

  it.each([
    ["kept-old", "kept old", true, {}, "what served before goes on serving"],
    ["broken", "broken", false, {}, "it does not answer as it should"],
    ["broken", "broken", false, { traffic }, "it does not answer as it should"],
    ["broken", "broken", "otherwise", { traffic }, "it does not answer as it should"],
    ["ready", "ready", true, { traffic }, "what was built anew serves"],
    [undefined, "failed", undefined, {}, "whether it answers could not be asked"],
  ] as const)("calls one that failed %s when that is so", async (outcome, words, answers, reports, meaning) => {
    expect(await tell({ result: failed, answers, reports })).toEqual({
      ...{ outcome, minutes: 14, usualMinutes: 13 },
      summary: `Rebuild data of staging: ${words} (14 min, usually 13 min); ${meaning}. It failed at seed: 002.sql: syntax error`,
    });
  });

  it.each([
    [
      "another smoke test than what serves was made ready with",
      "/other",
      "kept-unproven",
      "but does not pass the smoke",
    ],
    ["the smoke test that it was made ready with", "/", "broken", "it does not answer as it should"],
  ])("tells of what serves, yet does not pass %s, that it does", async (_what, path, outcome, meaning) => {
    for (const ready of [{ readyPlan: "ready" }, { readyRun: "run-1" }]) {
      const told = await tell({ result: failed, answers: "otherwise" }, path, ready);
      expect(told).toMatchObject({ outcome, summary: expect.stringContaining(meaning) });
    }
  });

  it("claims nothing of what answers when another run has overtaken it, and says that its work stands", async () => {
    const workflow = { message: "run-3 has built staging since", details: [{ reason: "OVERTAKEN" }] };
    const overtaken = { ...failed, failures: { workflow } };
    const told = await tell({ result: overtaken, answers: false });
    expect(told?.outcome).toBeUndefined();
    expect(told?.summary).toBe(
      "Rebuild data of staging: failed (14 min, usually 13 min); what another run has made stands, and this one is not gone on with. It failed at workflow: run-3 has built staging since",
    );
  });

  it.each([
    ["that nobody approved", { ...result, state: "rejected" }],
    ["that only planned", { ...result, action: "plan" }],
    ["that built or removed", { ...result, action: "up" }],
    [
      "whose environment was taken down while it waited",
      { ...failed, failures: { workflow: { message: "it is gone", details: [{ reason: "GONE" }] } } },
    ],
  ] as const)("tells nothing of a run %s", async (_what, other) => {
    expect(await tell({ result: other, answers: false })).toBeUndefined();
  });
});
