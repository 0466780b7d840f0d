import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { nameOf } from "./resume/case.ts";
import { type Chain, chainOf, playChain } from "./resume/chain.ts";
import { dealChains } from "./resume/deal.ts";
import { callsOf, recordBoundaries, recordedBoundaries } from "./resume/recorded.ts";
import type { Outcome } from "./resume/round.ts";
import { playUndisturbed, type Undisturbed } from "./resume/undisturbed.ts";

jest.setTimeout(3_600_000);

/** Another sample every day; a seed that was printed gives its own again. */
const seed = process.env.RESUME_SEED ?? new Date().toISOString().slice(0, 10);
/** How many cases in which a process is killed, or `all`. Those of cancelled executions come on top. */
const count = process.env.RESUME_CASES ?? "200";
/** Only these chains of the seed, as `3` or `0,7`. */
const chosen = process.env.RESUME_CHAINS?.split(",").map(Number);
/** Only the case of this name, alone. */
const alone = process.env.RESUME_CASE;
/** Each cloud waits now and then for what cannot be hurried: more of them than cores leave none idle. */
const players = 3;
/** Runs that follow each other in one cloud share the start of its functions: one chain for each player, of the usual count. */
const chainLength = 100;
/** How many of the cases may turn out to be none, because their call does not come again. */
const misses = 0.15;
/** How many are dealt for each that is wanted: some are missed, and in some an execution is cancelled. */
const dealt = 1.5;

describe("an up, a rebuild and a down that something kills at any call", () => {
  let directory: string;
  let undisturbed: Undisturbed;
  const outcomes: (Outcome & { readonly chain: string })[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "alloyrun-test-"));
    chmodSync(directory, 0o711);
    undisturbed = await playUndisturbed({ directory, seed: "snapshots", share: 0.12 });
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
    const wanted = count === "all" ? Number.POSITIVE_INFINITY : Number(count);
    const chains = draw(wanted);
    const played = () => outcomes.filter(({ isMissed }) => !isMissed);
    const killed = () => new Set(played().flatMap(({ name, isKilled }) => (isKilled ? [name] : []))).size;
    const isEnough = () => !alone && !chosen && killed() >= wanted;
    const play = async () => {
      for (let chain = chains.shift(); chain && !isEnough(); chain = chains.shift()) {
        const onOutcome = (outcome: Outcome) => void outcomes.push({ ...outcome, chain: chain.name });
        await playChain(chain, { course: undisturbed.course, directory, log, isEnough, onOutcome });
      }
    };
    await Promise.all(Array.from({ length: players }, play));
    const seconds = Math.round((performance.now() - began) / 1000);
    const different = new Set(played().map(({ name }) => name)).size;
    const missed = outcomes.length - played().length;
    log(`${different} different cases, ${killed()} with SIGKILL, in ${seconds} s; ${missed} never came to their call`);
    const found = outcomes.filter(({ findings }) => findings.length > 0);
    for (const { chain } of found)
      log(`again by RESUME_SEED=${seed} RESUME_CHAINS=${chain.split("/").at(-1)} npm run test:resume`);
    expect(found).toEqual([]);
    if (alone || chosen) return;
    if (count === "all") expect(different).toBeGreaterThanOrEqual(undisturbed.cases.length * (1 - misses));
    else expect(killed()).toBeGreaterThanOrEqual(wanted);
  });

  it("are stopped at every kind of call, by every kind of victim", () => {
    const names = undisturbed.cases.map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    for (const victim of ["function", "execution", "client", "cloud", "seed", "database"]) {
      expect(undisturbed.cases.some((one) => one.victim === victim)).toBe(true);
    }
  });

  it("are stopped at the calls that the quick sample deals its cases from", () => {
    if (process.env.RESUME_RECORD) recordBoundaries(undisturbed.boundaries);
    // Once they differ, `RESUME_RECORD=1 RESUME_CASES=1 npm run test:resume` records those of today.
    expect(callsOf(recordedBoundaries())).toEqual(callsOf(undisturbed.boundaries));
  });

  function draw(wanted: number): Chain[] {
    if (alone) {
      const cases = undisturbed.cases.filter((one) => nameOf(one) === alone);
      if (cases.length === 0) throw new Error(`no case is named ${alone}`);
      return cases.map((one) => chainOf(undisturbed, "alone", [[one]]));
    }
    const count = Math.min(Math.ceil(wanted * dealt), undisturbed.cases.length);
    const chains = dealChains(undisturbed, { seed, count, length: chainLength });
    return chosen ? chains.filter((_chain, number) => chosen.includes(number)) : chains;
  }
});

/** Straight to the terminal: seeds and pids are wanted even when the test runner is killed. */
function log(line: string): void {
  process.stderr.write(`${line}\n`);
}
