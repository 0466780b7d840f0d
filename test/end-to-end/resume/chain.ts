import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Action, drawOf } from "./boundary.ts";
import { type Case, drawCases, nameOf } from "./case.ts";
import { startClient } from "./client.ts";
import { type CrashCloud, settled, startCrashCloud } from "./crash-cloud.ts";
import {
  type Asked,
  askFor,
  type Course,
  differences,
  endOf,
  environment,
  latestRun,
  requestOf,
  type Stage,
  strike,
} from "./perform.ts";
import type { Standing } from "./standing.ts";
import { snapshotOf, startOf, type Undisturbed } from "./undisturbed.ts";

/** How one case ended; a `missed` one never came to its call. */
export interface Outcome {
  readonly name: string;
  readonly chain: string;
  readonly findings: readonly string[];
  readonly isMissed: boolean;
  /** Whether a process got SIGKILL. */
  readonly isKilled: boolean;
}

/** Which cases follow each other in one fork. */
export interface Chain {
  /** The same seed and place give the same chain. */
  readonly name: string;
  readonly cases: readonly Case[];
  /** A snapshot from just before the first case's call, or before its run was asked for. */
  readonly from: string;
  /** The run that is under way in the snapshot, if one is. */
  readonly run?: string;
  /** What had been counted when the first case's run began. */
  readonly counts: Standing["counts"];
}

/**
 * Deals cases into chains: each begins at a snapshot, and goes on from one run to the next that fits. No case comes twice
 * before every other has come.
 */
export function dealChains(
  undisturbed: Undisturbed,
  { seed, count, length }: { readonly seed: string; readonly count: number; readonly length: number },
): Chain[] {
  const deck = createDeck(undisturbed, seed);
  const chains: Chain[] = [];
  for (let left = count; left > 0; left -= length) {
    const number = chains.length;
    const cases = [deck.takeFirst(number)];
    while (cases.length < Math.min(length, left)) {
      const before = cases.at(-1)?.boundary.action ?? "down";
      cases.push(deck.take(nextAction(before, seed, number, cases.length)));
    }
    chains.push(chainOf(undisturbed, `${seed}/${number}`, cases));
  }
  return chains;
}

/** The chain that plays one case alone. */
export function chainOf(undisturbed: Undisturbed, name: string, cases: readonly Case[]): Chain {
  const [first] = cases;
  if (!first) throw new Error("a chain has at least one case");
  const { action } = first.boundary;
  const snapshot = snapshotOf(undisturbed, first.boundary);
  const begun = snapshot === undefined ? undefined : { from: snapshot, run: undisturbed.runs[action] };
  return { name, cases, counts: undisturbed.before[action], ...(begun ?? { from: startOf(undisturbed, action) }) };
}

function createDeck(undisturbed: Undisturbed, seed: string) {
  const drawn = drawCases(undisturbed.cases, seed);
  const rest = { up: [...drawn.up], rebuild: [...drawn.rebuild], down: [...drawn.down] };
  function take(action: Action, fits = (_one: Case) => true): Case {
    if (!rest[action].some(fits)) rest[action] = [...drawn[action]];
    const [one] = rest[action].splice(Math.max(rest[action].findIndex(fits), 0), 1);
    if (!one) throw new Error(`there is no case for ${action}`);
    return one;
  }
  return {
    take,
    /** A fork is cold anyway: to kill all of it costs least at its beginning. */
    takeFirst: (number: number) =>
      take(actions[number % actions.length] ?? "up", (one) => {
        return one.victim === "cloud" && snapshotOf(undisturbed, one.boundary) !== undefined;
      }),
  };
}

const actions = ["rebuild", "up", "down"] as const;

/** A rebuild is the cheapest run, and has most to lose. */
function nextAction(before: Action, ...draw: readonly (string | number)[]): Action {
  if (before === "down") return "up";
  return drawOf("action", ...draw) < 0.75 ? "rebuild" : "down";
}

/** How chains are played. */
export interface Play {
  readonly course: Course;
  readonly directory: string;
  readonly log: (line: string) => void;
  readonly isEnough: () => boolean;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Plays a chain; a finding ends it, for what follows would begin elsewhere. */
export async function playChain(chain: Chain, { course, directory, log, isEnough, onOutcome }: Play): Promise<void> {
  const [first] = chain.cases;
  if (!first) return;
  const state = join(directory, encodeURIComponent(chain.name));
  mkdirSync(state, { recursive: true, mode: 0o711 });
  const stop = chain.run === undefined ? undefined : { ...first.boundary, nth: 1, when: first.when };
  const cloud = await startCrashCloud({ state: join(state, "state"), from: chain.from, ...(stop && { stop }) });
  const stage = stageOf(cloud, course, (line) => log(`${chain.name} ${line}`));
  try {
    let counts = chain.counts;
    for (const one of chain.cases) {
      if (isEnough()) break;
      const isUnderWay = one === chain.cases[0] && chain.run !== undefined;
      if (!isUnderWay) await cloud.arm({ ...one.boundary, when: one.when });
      const asked = isUnderWay ? { run: async () => chain.run } : await ask(one, stage);
      const { standing, ...outcome } = await playCase(one, { stage, asked, counts });
      const { findings } = outcome;
      onOutcome({ name: nameOf(one), chain: chain.name, ...outcome });
      for (const finding of findings) stage.log(`  ${finding}`);
      if (findings.length > 0 || !standing) break;
      counts = standing.counts;
    }
  } finally {
    await cloud.stop();
  }
}

function stageOf(cloud: CrashCloud, course: Course, log: (line: string) => void): Stage {
  const start = async (args: readonly string[]) => startClient(args, await cloud.environment());
  return { cloud, course, startClient: start, log };
}

async function ask({ boundary: { action }, victim }: Case, stage: Stage): Promise<Asked> {
  if (victim !== "client") return askFor(requestOf(action, stage.course), stage.cloud);
  const place = ["--project", "my-project", "--region", "asia-northeast1"];
  const client = await stage.startClient(action === "up" ? ["up", stage.course.file] : ["down", environment, ...place]);
  return { client, run: client.run };
}

interface Playing {
  readonly stage: Stage;
  readonly asked: Asked;
  readonly counts: Standing["counts"];
}

/** How a case ended, and what stands then if the run came to its end. */
type Played = Pick<Outcome, "findings" | "isMissed" | "isKilled"> & { readonly standing?: Standing };

async function playCase(one: Case, { stage, asked, counts }: Playing): Promise<Played> {
  const { cloud, course, log } = stage;
  const { action } = one.boundary;
  const isThere = await Promise.race([cloud.reached().then(() => true), ended(asked, cloud).then(() => false)]);
  const pids = isThere ? await strike(one, { asked, cloud }) : [];
  log(`${isThere ? `killed ${pids.join(" ") || "nobody"}` : "never came"} at ${nameOf(one)}`);
  if (!isThere) await cloud.release("go");
  const run =
    (await asked.run()) ??
    (await latestRun(cloud, action)) ??
    (await askFor(requestOf(action, stage.course), stage.cloud).run());
  const { view, standing, isAnother } = await goOn(one, run ?? "", stage);
  const end = endOf(course, action, view.state);
  const struck = { isMissed: !isThere, isKilled: pids.length > 0 };
  if (!standing || !end) {
    const why = JSON.stringify(view.failures ?? view).slice(0, 1500);
    return { findings: [`the run ended ${view.state}: ${why}`], ...struck };
  }
  const mayRepeat = isAnother && action === "rebuild";
  return { findings: differences(end, standing, counts, mayRepeat), ...struck, standing };
}

/** Waits for the end, and goes on while that is not the end that the run was to have, or the environment is still held. */
async function goOn(one: Case, first: string, stage: Stage) {
  const { cloud, course } = stage;
  const { action } = one.boundary;
  let run = first;
  for (let tries = 1; ; tries += 1) {
    const { body: begun } = await cloud.ask("GET", `/v1/runs/${run}`);
    if (begun.execution) await cloud.end(begun.execution);
    const { body: view } = await cloud.ask("GET", `/v1/runs/${run}`);
    const isDone = endOf(course, action, view.state) !== undefined;
    const standing = isDone ? await settled(cloud, environment) : undefined;
    const isHeld = standing?.problems.some((problem) => problem.startsWith("locks/")) === true;
    if ((isDone && !isHeld) || tries === 3) return { view, standing, isAnother: run !== first };
    const why = view.failures.map(({ step, message }) => `${step}: ${message}`).join("; ");
    stage.log(`  ended ${view.state}${isHeld ? ", its lock still held" : ""}: ${one.goesOn} ${why}`);
    if (one.goesOn === "resume") await cloud.ask("POST", `/v1/runs/${run}:resume`, {});
    else run = (await askFor(requestOf(action, course), cloud).run()) ?? run;
  }
}

async function ended(asked: Asked, cloud: CrashCloud): Promise<void> {
  const run = await asked.run();
  for (;;) {
    const { body } = await cloud.ask("GET", `/v1/runs/${run}`);
    if (body.execution) {
      await cloud.end(body.execution);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
