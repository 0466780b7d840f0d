import { describe, expect, it } from "@jest/globals";
import { goalsOf, measure } from "../../../bench/runs/critical.ts";
import { timelinesOf } from "../../../bench/runs/timeline.ts";
import { type MadeCall, makeRun, waitingFor } from "./observed.ts";

const operation = (name: string, from: number, until: number) => ({
  host: "google.googleapis.com",
  name,
  kind: name,
  from,
  until,
});

function measureAll(calls: readonly MadeCall[], operations: readonly ReturnType<typeof operation>[], action = "up") {
  const run = makeRun(calls, { action: action as "up" | "rebuild" | "down" });
  return goalsOf(run, timelinesOf(run, { operations, waits: [] })).map((goal) => measure(run, goal));
}

describe("measure", () => {
  it("compares an up with the longest chain of its operations, and says where the rest went", () => {
    const [measured, ...others] = measureAll(
      [
        { step: "services", from: 3, until: 4, answer: {} },
        { step: "network", from: 4, until: 5, answer: waitingFor("network", 10) },
        { step: "network", from: 18, until: 19, answer: {} },
        { step: "image", from: 4, until: 5, answer: waitingFor("image", 10) },
        { step: "image", from: 9, until: 10, answer: {} },
        { step: "peering", from: 21, until: 22, answer: {} },
        { step: "traffic", from: 22, until: 23, answer: {} },
        { step: "retire", from: 23, until: 30, answer: {} },
      ],
      [operation("network", 5, 15), operation("image", 5, 8)],
    );
    expect(others).toEqual([]);
    expect(measured).toMatchObject({ goal: "serving", clockSeconds: 23, criticalSeconds: 10 });
    expect(measured?.criticalPath).toContain("network");
    expect(Object.fromEntries(measured?.excess ?? [])).toEqual({
      "calls of functions": 5,
      "before the first step": 3,
      "noticing google network": 3,
      "between steps": 2,
    });
  });

  it("tells a join that no need explains from a need, on the way back", () => {
    const [measured] = measureAll(
      [
        { step: "service", from: 0, until: 1, answer: {} },
        { step: "egress", from: 1, until: 2, answer: waitingFor("egress", 60) },
        { step: "egress", from: 82, until: 83, answer: {} },
        { step: "instance", from: 83, until: 84, answer: waitingFor("instance", 100) },
        { step: "instance", from: 184, until: 185, answer: {} },
        { step: "network", from: 185, until: 190, answer: {} },
      ],
      [operation("egress", 2, 82), operation("instance", 84, 184)],
      "down",
    );
    expect(measured).toMatchObject({ goal: "billing stopped", clockSeconds: 185, criticalSeconds: 100 });
    expect(measured?.excess[0]).toEqual(["waiting for egress before instance", 82]);
  });

  it("measures a rebuild twice when what served before has to go", () => {
    const goals = measureAll(
      [
        { step: "traffic", from: 1, until: 2, answer: waitingFor("traffic", 10) },
        { step: "traffic", from: 12, until: 13, answer: {} },
        { step: "retire", from: 13, until: 14, answer: waitingFor("cluster", 180) },
        { step: "retire", from: 200, until: 201, answer: {} },
      ],
      [operation("traffic", 2, 12), operation("cluster", 14, 194)],
      "rebuild",
    );
    expect(goals).toMatchObject([
      { goal: "serving", clockSeconds: 13, criticalSeconds: 10 },
      { goal: "old one gone", clockSeconds: 201, criticalSeconds: 190 },
    ]);
  });

  it("has nothing to compare with when nothing was waited for", () => {
    expect(measureAll([{ step: "services", from: 1, until: 2, answer: {} }], [])).toMatchObject([
      { goal: "end", clockSeconds: 2, criticalSeconds: 0 },
    ]);
  });
});
