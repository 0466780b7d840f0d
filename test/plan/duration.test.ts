import { describe, expect, it } from "@jest/globals";
import { expectedDuration } from "../../plan/duration.ts";
import type { PlanStep } from "../../plan/plan.ts";
import type { StepName } from "../../plan/step.ts";
import { edit } from "../spec/example.ts";
import { planOf } from "./context.ts";

function step(name: StepName, expectedSeconds: number, needs: readonly StepName[] = []): PlanStep {
  return { name, needs, input: {}, expectedSeconds, costPerDay: 0 };
}

describe("expectedDuration", () => {
  it("is the longest chain, not the sum", () => {
    const steps = [step("services", 10), step("network", 20, ["services"]), step("identity", 5, ["services"])];
    expect(expectedDuration({ steps })).toEqual({ seconds: 30, criticalPath: ["services", "network"] });
  });

  it("goes through the longer of two needs", () => {
    const steps = [step("peering", 70), step("cluster", 20), step("instance", 400, ["cluster", "peering"])];
    expect(expectedDuration({ steps })).toEqual({ seconds: 470, criticalPath: ["peering", "instance"] });
  });

  it("is nothing for nothing", () => {
    expect(expectedDuration({ steps: [] })).toEqual({ seconds: 0, criticalPath: [] });
  });

  it("goes through the database as a rule", () => {
    expect(expectedDuration(planOf()).criticalPath).toEqual([
      "services",
      "network",
      "peering",
      "instance",
      "seed",
      "service",
      "verify",
      "traffic",
      "retire",
    ]);
  });

  it("grows with a second zone and with a read pool that outlasts the rest", () => {
    const { seconds } = expectedDuration(planOf());
    expect(expectedDuration(planOf(edit("cpuCount: 2 }", "availability: REGIONAL }"))).seconds).toBeGreaterThan(
      seconds,
    );
    const pool = expectedDuration(planOf(edit("name: mydb", "name: mydb\n    readPool: {}")));
    expect(pool.criticalPath.at(-1)).toBe("readPool");
  });
});
