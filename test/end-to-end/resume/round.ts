import { setTimeout as delay } from "node:timers/promises";
import type { RunView } from "../../../functions/api.ts";
import type { Stop } from "./boundary.ts";
import { type Case, nameOf } from "./case.ts";
import { type CrashCloud, settled } from "./crash-cloud.ts";
import {
  type Asked,
  askFor,
  differences,
  endsOf,
  environment,
  latestRun,
  readRun,
  requestOf,
  type Stage,
  strike,
} from "./perform.ts";
import type { Standing } from "./standing.ts";

/** What strikes one run, in the order in which the calls come. */
export type Round = readonly [Case, ...Case[]];

/** How one case ended. */
export interface Outcome {
  readonly name: string;
  readonly findings: readonly string[];
  /** Whether the run never came to its call. */
  readonly isMissed: boolean;
  /** Whether a process got SIGKILL. */
  readonly isKilled: boolean;
}

/** What a round begins with: its first call is armed, and its run is asked for. */
export interface Playing {
  readonly stage: Stage;
  readonly asked: Asked;
  readonly counts: Standing["counts"];
  /** Where the run is held for the second case, and each after it. */
  readonly stops: readonly Stop[];
  /** Runs of earlier rounds. */
  readonly known: ReadonlySet<string>;
}

/** Plays a round; gives what stands once the run has come to its end. */
export async function playRound(round: Round, playing: Playing) {
  const { stage, asked, stops } = playing;
  const { cloud, log } = stage;
  const struck: { readonly one: Case; readonly pids: readonly number[] }[] = [];
  const runs = runsOf(round, playing);
  // Once for each strike, once when it is done, and once more for a lock that outlives a run.
  const mostEnds = round.length + 2;
  for (let ends = 0; ; ) {
    const one = round[struck.length];
    if (one && (await comes(cloud, runs.current))) {
      const pids = await strike(one, { asked, cloud, next: stops[struck.length] });
      log(`killed ${pids.join(" ") || "nobody"} at ${nameOf(one)}`);
      struck.push({ one, pids });
      continue;
    }
    const end = await endOfRun(stage, await runs.current(), round);
    ends += 1;
    if ((end.standing && !end.isHeld) || ends === mostEnds) {
      if (one) await cloud.release("go");
      return { ...report(round, struck, { playing, end, repeats: runs.repeats() }), run: await runs.current() };
    }
    const { goesOn } = struck.at(-1)?.one ?? round[0];
    const why = end.view.failures.map(({ step, message }) => `${step}: ${message}`).join("; ");
    log(`  ended ${end.view.state}${end.isHeld ? ", its lock still held" : ""}: ${goesOn} ${why}`);
    await runs.goOn(goesOn);
  }
}

/** The runs of a round: the one that was asked for first, and those that were asked for after it. */
function runsOf([{ boundary }]: Round, { stage: { cloud, course }, asked, known }: Playing) {
  const ask = () => askFor(requestOf(boundary.action, course), cloud).run();
  let found: Promise<string> | undefined;
  let repeats = 0;
  /** A client that is killed may not have heard of its run. */
  const find = async () => {
    const heard = await asked.run();
    if (heard !== undefined) return heard;
    const latest = await latestRun(cloud, boundary.action);
    return latest === undefined || known.has(latest) ? ask() : latest;
  };
  const current = () => {
    found ??= find();
    return found;
  };
  return {
    current,
    /** How many were asked for after the first. */
    repeats: () => repeats,
    async goOn(how: Case["goesOn"]) {
      const run = await current();
      if (how === "resume") return void (await cloud.ask("POST", `/v1/runs/${run}:resume`, {}));
      const next = await ask();
      if (next !== run) repeats += 1;
      found = Promise.resolve(next);
    },
  };
}

/** Whether the armed call comes before the run ends. */
async function comes(cloud: CrashCloud, current: () => Promise<string>): Promise<boolean> {
  const over = new AbortController();
  const ended = async () => {
    const run = await current();
    while (!over.signal.aborted) {
      const { execution } = await readRun(cloud, run);
      if (execution) return void (await cloud.end(execution));
      await delay(100);
    }
  };
  try {
    return await Promise.race([cloud.reached().then(() => true), ended().then(() => false)]);
  } finally {
    over.abort();
  }
}

interface RunEnd {
  readonly view: RunView;
  /** What stands, if the run has come to the end that it was to have. */
  readonly standing?: Standing;
  readonly isHeld: boolean;
}

async function endOfRun({ cloud, course }: Stage, run: string, [{ boundary }]: Round): Promise<RunEnd> {
  const { execution } = await readRun(cloud, run);
  if (execution) await cloud.end(execution);
  const view = await readRun(cloud, run);
  if (endsOf(course, boundary.action, view.state).length === 0) return { view, isHeld: false };
  const standing = await settled(cloud, environment);
  return { view, standing, isHeld: standing.problems.some((problem) => problem.startsWith("locks/")) };
}

interface Report {
  readonly playing: Playing;
  readonly end: RunEnd;
  readonly repeats: number;
}

function report(
  round: Round,
  struck: readonly { readonly one: Case; readonly pids: readonly number[] }[],
  { playing: { stage, counts }, end: { view, standing }, repeats }: Report,
): { readonly outcomes: readonly Outcome[]; readonly standing?: Standing } {
  const { action } = round[0].boundary;
  const compared = standing
    ? endsOf(stage.course, action, view.state).map((end) =>
        differences(end, standing, counts, action === "rebuild" ? repeats : 0),
      )
    : [];
  const ended = `the run ended ${view.state}: ${JSON.stringify(view.failures ?? view).slice(0, 1500)}`;
  const findings = compared.find((found) => found.length === 0) ?? compared[0] ?? [ended];
  const missed = round.slice(struck.length).map((one) => {
    stage.log(`never came at ${nameOf(one)}`);
    return { name: nameOf(one), findings: [], isMissed: true, isKilled: false };
  });
  const played = struck.map(({ one, pids }) => {
    return { name: nameOf(one), findings, isMissed: false, isKilled: pids.length > 0 };
  });
  const outcomes = played.length > 0 ? [...played, ...missed] : missed.map((one) => ({ ...one, findings }));
  return { outcomes, ...(standing && { standing }) };
}
