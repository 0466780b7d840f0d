import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { nameOf } from "./resume/case.ts";
import { drawChain, type Outcome, playChain } from "./resume/chain.ts";
import { playUndisturbed, type Undisturbed } from "./resume/undisturbed.ts";

jest.setTimeout(3_600_000);

/** The same sample for everybody; any other word gives another one, and a seed that was printed its own again. */
const seed = process.env.RESUME_SEED ?? "1";
/** Only these chains of the seed, as `3` or `0,7`. */
const only = process.env.RESUME_CHAINS?.split(",").map(Number);
/** Real seconds for the sample; `all` plays chains until every case has been drawn. */
const budget = process.env.RESUME_SECONDS ?? "200";
const isOver = (began: number) => budget !== "all" && (performance.now() - began) / 1000 > Number(budget);
/** One core works for the functions of one cloud while the other serves the other. */
const players = 2;
/** Runs that follow each other in one cloud share the start of its functions. */
const chainLength = 12;

describe("an up, a rebuild and a down that something kills at any call", () => {
  let directory: string;
  let undisturbed: Undisturbed;
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "alloyrun-test-"));
    chmodSync(directory, 0o711);
    undisturbed = await playUndisturbed({ directory, seed: "snapshots", share: 0.3 });
    log(
      `${undisturbed.boundaries.length} calls with an effect, ${undisturbed.cases.length} cases; RESUME_SEED=${seed}`,
    );
  });

  afterAll(() => {
    undisturbed?.remove();
    if (directory) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  it("end as they would have, once they are resumed or asked for again", async () => {
    const began = performance.now();
    let next = 0;
    const isDone = () => {
      if (only) return next >= only.length;
      if (budget === "all") return new Set(outcomes.map(({ name }) => name)).size >= undisturbed.cases.length;
      return isOver(began);
    };
    const play = async () => {
      while (!isDone()) {
        const chain = drawChain(undisturbed, `${seed}/${only?.[next] ?? next}`, chainLength);
        next += 1;
        const options = { course: undisturbed.course, directory, log, isOver: () => !only && isOver(began) };
        outcomes.push(...(await playChain(chain, options)));
      }
    };
    await Promise.all(Array.from({ length: only ? 1 : players }, play));
    const played = outcomes.filter(({ isMissed }) => !isMissed);
    const different = new Set(played.map(({ name }) => name)).size;
    log(
      `${played.length} cases, ${different} of them different, in ${Math.round((performance.now() - began) / 1000)} s, ${outcomes.length - played.length} never came to their call`,
    );
    expect(outcomes.filter(({ findings }) => findings.length > 0)).toEqual([]);
    expect(played.length).toBeGreaterThan(outcomes.length * 0.8);
  });

  it("are stopped at every kind of call, by every kind of victim", () => {
    const names = undisturbed.cases.map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    for (const victim of ["function", "execution", "client", "cloud", "seed", "database"]) {
      expect(undisturbed.cases.some((one) => one.victim === victim)).toBe(true);
    }
  });
});

/** Straight to the terminal: seeds and pids are wanted even when the test runner is killed. */
function log(line: string): void {
  process.stderr.write(`${line}\n`);
}
