import { describe, expect, it } from "@jest/globals";
import { countSteps } from "../../../bench/runs/billed-steps.ts";
import { costOf } from "../../../bench/runs/cost.ts";
import { makeRun, observe } from "./observed.ts";

describe("countSteps", () => {
  const entry = (id: number, step: string, stepType: string, parent?: number, routine = "main") => ({
    ...{ entryId: String(id), step, stepType, routine },
    navigationInfo: parent === undefined ? {} : { parent: String(parent) },
  });

  it("counts a step once whatever a history keeps of it, and each further try", () => {
    const entries = [
      entry(1, "ask", "STEP_TRY_RETRY_EXCEPT"),
      entry(2, "ask", "STEP_TRY", 1),
      entry(3, "ask", "STEP_STD_LIB_CALL", 2),
      entry(4, "ask", "STEP_RETRY", 1),
      entry(5, "each", "STEP_FOR"),
      entry(6, "each", "STEP_FOR_ITERATION", 5),
      entry(7, "add", "STEP_ASSIGN", 6),
      entry(8, "each", "STEP_FOR_ITERATION", 5),
      entry(9, "add", "STEP_ASSIGN", 8),
      entry(10, "call", "STEP_SUBWORKFLOW_CALL"),
      entry(11, "call", "STEP_ASSIGN", 10, "other"),
    ];
    expect(countSteps(entries)).toEqual({ internal: 7, external: 0 });
  });

  it("counts waiting for a callback as external", () => {
    const wait = entry(1, "wait", "STEP_TRY_RETRY_EXCEPT", undefined, "awaitApproval");
    const entries = [wait, entry(2, "wait", "STEP_TRY", 1, "awaitApproval"), entry(3, "wait", "STEP_GOTO")];
    expect(countSteps(entries)).toEqual({ internal: 1, external: 1 });
  });
});

describe("costOf", () => {
  it("adds up steps, calls with the memory they are allotted, and builds, and leaves out who watches", () => {
    const made = makeRun([{ step: "services", from: 0, until: 0.95, answer: {} }], { until: 100 });
    const watching = { ...made.calls[0], function: "alloyrun-request", principal: "somebody@example.com" };
    const delivery = { ...made.calls[0], function: "alloyrun-events", principal: "alloyrun-push@p.iam" };
    const [call] = made.calls;
    if (!call) throw new Error("no call was made");
    const run = {
      ...made,
      calls: [call, { ...call, ...watching }, { ...call, ...delivery }],
      steps: { internal: 2000, external: 40 },
    };
    const build = { host: "cloudbuild.googleapis.com", name: "b", kind: "build", from: 10, until: 70 };
    const others = [
      { ...build, from: 200, until: 300 },
      { ...build, host: "run.googleapis.com" },
    ];
    const memory = { "alloyrun-services": "512M", "alloyrun-events": "256M" };
    const cost = costOf(run, observe([run], { operations: [build, ...others], memory }));
    expect(cost).toMatchObject({ workflowCalls: 1, eventCalls: 1, buildMinutes: 1, internalSteps: 2000 });
    expect(cost.vcpuSeconds).toBeCloseTo(0.333 + 0.167, 6);
    expect(cost.gibSeconds).toBeCloseTo(0.75, 6);
    expect(cost.usd).toBeCloseTo(0.02 + 0.001 + 0.000_000_8 + 0.000_012 + 0.000_001_875 + 0.006, 8);
  });
});
