import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { createPace, type Pace } from "../../../cli/view/pace.ts";
import { renderProgress, renderStep } from "../../../cli/view/progress.ts";
import { at, runView, step } from "../run-view.ts";

const change = {
  resource: "projects/p/global/networks/n",
  action: "create",
  fields: [],
  effects: { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 0 },
} as const;

function plain(pace: Pace = createPace(), width = 200) {
  return { pace, width, colour: false };
}

/** What a step's line needs of an `up` that was read at some second. */
const upAt = (seconds: number) => ({ readAt: at(seconds), action: "up" }) as const;

/** A pace at which 450 s of Google's pass in 0.2 s of the reader's. */
function simulating(): Pace {
  const pace = createPace();
  pace.note(at(0), 1000);
  pace.note(at(450), 1200);
  return pace;
}

describe("renderStep", () => {
  it("says how long a waiting step is expected to take", () => {
    expect(renderStep(step({ expectedSeconds: 450 }), upAt(0), plain())).toBe("· network    expected 7 min 30 s");
  });

  it("counts a running step up against what is expected and names the operation that is awaited", () => {
    const running = step({
      state: "running",
      startedAt: at(0),
      reason: "creating the network",
      operation: "projects/p/global/operations/operation-12",
    });
    const line = renderStep(running, upAt(12), plain());
    expect(line).toMatch(/^▸ network {4}12 s of 45 s +creating the network \(operation-12\)$/);
  });

  it("names a resource by its kind and id alone", () => {
    const running = step({
      state: "running",
      startedAt: at(0),
      reason: "creating projects/p/global/networks/n: it takes",
    });
    expect(renderStep(running, upAt(1), plain())).toMatch(/ creating networks\/n: it takes$/);
  });

  it("counts an ended step by its own end, not by the time of reading", () => {
    const done = step({ state: "done", startedAt: at(0), endedAt: at(30), changes: [change] });
    expect(renderStep(done, upAt(500), plain())).toMatch(/^✓ network {4}30 s +1 created$/);
  });

  it("tells a simulated wait by both clocks", () => {
    const done = step({ state: "done", startedAt: at(0), endedAt: at(450) });
    expect(renderStep(done, upAt(450), plain(simulating()))).toContain("simulated 7 min 30 s in 0.2 s");
  });

  it("does not call a wait simulated that was only first seen when it was over", () => {
    const pace = createPace();
    pace.note(at(600), 1000);
    const done = step({ state: "done", startedAt: at(0), endedAt: at(450) });
    expect(renderStep(done, upAt(600), plain(pace))).not.toContain("simulated");
  });

  it("says why a removal is held", () => {
    const held = step({ state: "held", startedAt: at(0), endedAt: at(5), reason: "Google holds the subnet" });
    expect(renderStep(held, upAt(9), plain())).toMatch(/^… network {4}5\.0 s +Google holds the subnet$/);
  });

  it("keeps a failed step's reason on one line", () => {
    const failed = step({ state: "failed", startedAt: at(0), endedAt: at(5), reason: "first line\n  second line" });
    expect(renderStep(failed, upAt(9), plain())).toMatch(/^✗ .*first line second line$/);
  });

  it("sums changes up by what was done, leaving out what was not", () => {
    const changes = [change, change, { ...change, action: "update" as const }, { ...change, action: "none" as const }];
    const done = step({ state: "done", startedAt: at(0), endedAt: at(5), changes });
    expect(renderStep(done, upAt(5), plain())).toMatch(/2 created, 1 updated$/);
  });

  it("says when nothing had to change", () => {
    const done = step({ state: "done", startedAt: at(0), endedAt: at(1), changes: [{ ...change, action: "none" }] });
    expect(renderStep(done, upAt(5), plain())).toMatch(/nothing to change$/);
  });

  it("says of a check what was proved", () => {
    const done = step({ state: "done", startedAt: at(0), endedAt: at(1) });
    expect(renderStep(done, { ...upAt(5), action: "check" }, plain())).toMatch(/its permissions are in effect$/);
  });

  it.each([true, false])("never exceeds the width of the terminal (colour: %s)", (colour) => {
    const running = step({ state: "running", startedAt: at(0), reason: "x".repeat(300) });
    const line = renderStep(running, upAt(5), { pace: createPace(), width: 60, colour });
    const visible = stripVTControlCharacters(line);
    expect(visible).toHaveLength(60);
    expect(visible).toMatch(/x…$/);
    if (colour) expect(line.endsWith("…")).toBe(true);
  });

  it("leaves a line that just fits uncut", () => {
    const waiting = step({});
    const { length } = renderStep(waiting, upAt(0), plain());
    expect(renderStep(waiting, upAt(0), plain(createPace(), length))).toHaveLength(length);
    expect(renderStep(waiting, upAt(0), plain(createPace(), length))).not.toContain("…");
  });

  it.each([
    ["running", "36"],
    ["done", "32"],
    ["held", "33"],
    ["failed", "31"],
  ] as const)("colours nothing but the mark of a step that is %s", (state, code) => {
    const line = renderStep(step({ state, startedAt: at(0) }), upAt(1), {
      pace: createPace(),
      width: 80,
      colour: true,
    });
    expect(line.startsWith(`\u001b[${code}m`)).toBe(true);
    expect(line.split("\u001b[")).toHaveLength(3);
    expect(line).toMatch(/^\S+ network/);
  });
});

describe("renderProgress", () => {
  it("draws every step in the order of the plan, timed by when the run was read", () => {
    const view = runView({
      readAt: at(20),
      steps: [
        step({ name: "services", state: "done", startedAt: at(0), endedAt: at(8) }),
        step({ state: "running", startedAt: at(8) }),
        step({ name: "peering" }),
      ],
    });
    const lines = renderProgress(view, plain());
    expect(lines.map((line) => line.split(/\s+/).slice(0, 2).join(" "))).toEqual([
      "✓ services",
      "▸ network",
      "· peering",
    ]);
    expect(lines[1]).toContain("12 s of 45 s");
  });
});
