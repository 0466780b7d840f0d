import { describe, expect, it } from "@jest/globals";
import { estimateOf, expectedDuration, secondsByPlan } from "../../plan/duration.ts";
import type { PlanStep } from "../../plan/plan.ts";
import type { StepName } from "../../plan/step.ts";
import { expectedSeconds } from "../../spec/expected.ts";
import { parseSpec } from "../../spec/load.ts";
import { edit, exampleText } from "../spec/example.ts";
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

describe("estimateOf", () => {
  const levels = ["app", "data", "database", "all"] as const;
  const anew: Readonly<Record<(typeof levels)[number], readonly StepName[]>> = {
    app: [],
    data: ["seed", "retire"],
    database: ["cluster", "instance", "readPool", "seed", "retire"],
    all: ["image", "cluster", "instance", "readPool", "seed", "retire"],
  };

  it.each(levels)("counts a rebuild at level %s by its longest chain of steps, the grace included", (level) => {
    const text = edit("name: mydb", "name: mydb\n    readPool: { nodeCount: 3 }");
    const plan = planOf(text);
    const spec = parseSpec(text);
    const gone = level === "data" ? 5 : 180;
    const taken: readonly StepName[] = [...anew[level], "service", "verify", "traffic"];
    const secondsOf = ({ name, expectedSeconds }: PlanStep) =>
      name === "retire" ? spec.service.timeoutSeconds + gone : expectedSeconds;
    const steps = plan.steps.map((each) => ({
      ...each,
      expectedSeconds: taken.includes(each.name) ? secondsOf(each) : 0,
    }));
    expect(estimateOf({ action: "rebuild", level, spec }, plan)).toBe(expectedDuration({ steps }).seconds);
  });

  it("tells an up, a plan, a check and a removal apart", () => {
    const plan = planOf();
    const seconds = (action: Parameters<typeof estimateOf>[0]["action"]) =>
      estimateOf({ action, level: "app", spec: parseSpec(exampleText) }, plan);
    expect(seconds("up")).toBe(expectedDuration(plan).seconds);
    expect(seconds("check")).toBe(expectedDuration(plan).seconds);
    expect(seconds("plan")).toBeLessThan(60);
    expect(seconds("down")).toBeGreaterThanOrEqual(120 + 180);
    expect(seconds("down")).toBeLessThan(seconds("up"));
    expect(estimateOf({ action: "down", level: "app" }, { steps: [step("services", 30)] })).toBe(0);
  });

  describe("of an up, where the environment is ready", () => {
    const up = { action: "up", level: "app", spec: parseSpec(exampleText) } as const;
    const seconds = (text: string) => estimateOf(up, planOf(text), planOf());

    it("is no time to speak of when nothing differs, and that of what does", () => {
      expect(seconds(exampleText)).toBeLessThan(30);
      const pool = seconds(edit("name: mydb", "name: mydb\n    readPool: { nodeCount: 3 }"));
      expect(pool).toBeGreaterThanOrEqual(expectedSeconds.readPool);
      expect(pool).toBeLessThan(expectedSeconds.readPool + 30);
    });

    it("counts the proof of a new revision", () => {
      const { service, verify, traffic, image } = { ...expectedSeconds, image: expectedSeconds.build };
      const other = planOf().steps.map((step) => (step.name === "image" ? { ...step, input: { other: true } } : step));
      const built = estimateOf(up, { steps: other }, planOf());
      expect(built).toBeGreaterThanOrEqual(image + service + verify + traffic);
      expect(built).toBeLessThan(image + service + verify + traffic + 30);
    });
  });

  it("never tells less of a planned run than it takes to look", () => {
    expect(secondsByPlan({ expectedSeconds: 0 })).toBe(expectedSeconds.plan);
    expect(secondsByPlan({ expectedSeconds: 400 })).toBe(400);
  });
});
