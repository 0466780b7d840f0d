import { describe, expect, it } from "@jest/globals";
import { coveredSeconds, longestChain, type TimedStep } from "../../bench/chain.ts";

function step(name: string, seconds: number, ...needs: string[]): TimedStep {
  return { name, seconds, needs };
}

describe("longestChain", () => {
  it("adds up what must come one after the other", () => {
    expect(longestChain([step("a", 1), step("b", 2, "a"), step("c", 3, "b")])).toEqual({
      steps: ["a", "b", "c"],
      seconds: 6,
    });
  });

  it("takes the slower of two branches", () => {
    const steps = [step("a", 1), step("fast", 2, "a"), step("slow", 5, "a"), step("end", 1, "fast", "slow")];
    expect(longestChain(steps)).toEqual({ steps: ["a", "slow", "end"], seconds: 7 });
  });

  it("may end before the last step", () => {
    expect(longestChain([step("a", 1), step("b", 1, "a"), step("alone", 9)])).toEqual({ steps: ["alone"], seconds: 9 });
  });

  it("passes over needs that the run did not have", () => {
    expect(longestChain([step("b", 2, "absent")])).toEqual({ steps: ["b"], seconds: 2 });
  });

  it("names steps that took no time of their own", () => {
    const steps = [step("a", 1), step("b", 0, "a"), step("c", 2, "a", "b")];
    expect(longestChain(steps)).toEqual({ steps: ["a", "b", "c"], seconds: 3 });
  });

  it("is empty without steps", () => {
    expect(longestChain([])).toEqual({ steps: [], seconds: 0 });
  });
});

describe("coveredSeconds", () => {
  it("counts time that spans share once, and gaps not at all", () => {
    const spans = [
      { from: 9000, to: 10_000 },
      { from: 0, to: 4000 },
      { from: 1000, to: 2000 },
      { from: 3000, to: 5000 },
    ];
    expect(coveredSeconds(spans)).toBe(6);
  });

  it("is nothing without spans", () => {
    expect(coveredSeconds([])).toBe(0);
  });
});
