import { describe, expect, it } from "@jest/globals";
import { costOf, nameSource } from "../../plan/cost.ts";
import { edit, exampleText } from "../spec/example.ts";
import { planOf } from "./context.ts";

const instance = "cpuCount: 2 }";
const region = (name: string) => edit("asia-northeast1", name);
const stepCost = (text: string, step: string) =>
  costOf(planOf(text)).steps.find(({ name }) => name === step)?.usdPerDay;

describe("costOf", () => {
  it("adds up what is billed by time, dearest first", () => {
    const { usdPerDay, steps } = costOf(planOf());
    expect(steps.map(({ name }) => name)).toEqual(["instance", "egress", "cluster", "identity", "image"]);
    expect(usdPerDay).toBeCloseTo(
      steps.reduce((sum, step) => sum + step.usdPerDay, 0),
      2,
    );
  });

  it("counts a 2 vCPU instance as its vCPUs and 16 GB", () => {
    expect(stepCost(region("us-central1"), "instance")).toBeCloseTo(24 * (2 * 0.066 + 16 * 0.0112), 2);
  });

  it("doubles a REGIONAL instance and counts each node of a read pool", () => {
    const zonal = stepCost(exampleText, "instance") ?? 0;
    expect(stepCost(edit(instance, "cpuCount: 2, availability: REGIONAL }"), "instance")).toBeCloseTo(2 * zonal, 2);
    expect(stepCost(edit("name: mydb", "name: mydb\n    readPool: { nodeCount: 3 }"), "readPool")).toBeCloseTo(
      3 * zonal,
      2,
    );
  });

  it("counts a connector by its fewest machines and direct egress not at all", () => {
    const two = stepCost(exampleText, "egress") ?? 0;
    expect(
      stepCost(edit("minInstances: 2, maxInstances: 3", "minInstances: 4, maxInstances: 5"), "egress"),
    ).toBeCloseTo(2 * two, 2);
    expect(stepCost(edit(/connector:.*/.exec(exampleText)?.[0] ?? "", "direct: {}"), "egress")).toBeUndefined();
  });

  it("counts instances of the service only when they are kept warm", () => {
    expect(stepCost(exampleText, "service")).toBeUndefined();
    expect(stepCost(edit("maxInstances: 10", "minInstances: 1"), "service")).toBeGreaterThan(0);
  });

  it("says whose prices it took, and from when", () => {
    const { source } = costOf(planOf());
    expect(source).toEqual({ region: "asia-northeast1", pricesOf: expect.stringMatching(/^\d{4}-\d{2}$/) });
    expect(nameSource(source)).toBe(`asia-northeast1, ${source.pricesOf}`);
    expect(costOf(planOf(region("us-central1"))).source.region).toBe("us-central1");
  });

  it("never estimates a region without prices below the dearest one it knows", () => {
    const other = costOf(planOf(region("europe-west1")));
    expect(other.source).toMatchObject({ region: "asia-northeast1", standsInFor: "europe-west1" });
    expect(nameSource(other.source)).toMatch(/^asia-northeast1, .*, for want of those of europe-west1$/);
    expect(other.usdPerDay).toBe(costOf(planOf()).usdPerDay);
  });
});
