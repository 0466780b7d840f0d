import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Action, drawOf } from "./boundary.ts";
import { type Case, drawCase, nameOf } from "./case.ts";
import { startClient } from "./client.ts";
import { type CrashCloud, settled, startCrashCloud } from "./crash-cloud.ts";
import {
  type Asked,
  askFor,
  type Course,
  differences,
  environment,
  latestRun,
  requestOf,
  type Stage,
  strike,
} from "./perform.ts";
import type { Standing } from "./standing.ts";
import { snapshotOf, type Undisturbed } from "./undisturbed.ts";

/** How one case ended; a `missed` one never came to its call. */
export interface Outcome {
  readonly name: string;
  readonly chain: string;
  readonly findings: readonly string[];
  readonly isMissed: boolean;
}

/** Which cases follow each other in one fork. */
export interface Chain {
  /** Seeds every draw: the same seed gives the same chain. */
  readonly seed: string;
  readonly cases: readonly Case[];
  /** A snapshot from just before the first case's call, and what had been counted when its run began. */
  readonly from: string;
  readonly counts: Standing["counts"];
  /** The run that is under way in the snapshot. */
  readonly run: string;
}

/** Draws a chain: it begins at a snapshot, and goes on from one run to the next that fits. */
export function drawChain(undisturbed: Undisturbed, seed: string, length: number): Chain {
  const begun = undisturbed.cases.filter((one) => snapshotOf(undisturbed, one.boundary) !== undefined);
  // A fork is cold anyway: killing all of it at the beginning costs least.
  const cold = begun.filter(
    ({ victim, boundary }) => victim === "cloud" || (victim === "function" && boundary.caller !== "alloyrun-request"),
  );
  const first = cold[Math.floor(drawOf(seed, "first") * cold.length)];
  if (!first) throw new Error("there is no snapshot to begin from");
  const cases = [first];
  for (let number = 1; number < length; number += 1) {
    const before = cases.at(-1)?.boundary.action ?? "down";
    cases.push(drawCase(undisturbed.cases, nextAction(before, seed, number), seed, number));
  }
  const from = snapshotOf(undisturbed, first.boundary) ?? "";
  return {
    seed,
    cases,
    from,
    counts: undisturbed.before[first.boundary.action],
    run: undisturbed.runs[first.boundary.action],
  };
}

/** A rebuild is the cheapest run, and has most to lose. */
function nextAction(before: Action, seed: string, number: number): Action {
  if (before === "down") return "up";
  return drawOf(seed, "action", number) < 0.75 ? "rebuild" : "down";
}

/** Plays a chain; a finding ends it, for what follows would begin elsewhere. */
export async function playChain(
  chain: Chain,
  {
    course,
    directory,
    log,
    isOver,
  }: { course: Course; directory: string; log: (line: string) => void; isOver: () => boolean },
): Promise<Outcome[]> {
  const [first, ...others] = chain.cases;
  if (!first) return [];
  const state = join(directory, chain.seed.replaceAll("/", "-"));
  mkdirSync(state, { recursive: true, mode: 0o711 });
  const stop = { ...first.boundary, nth: 1, when: first.when };
  const cloud = await startCrashCloud({ state: join(state, "state"), from: chain.from, stop });
  const stage = stageOf(cloud, course, (line) => log(`${chain.seed} ${line}`));
  const outcomes: Outcome[] = [];
  try {
    let counts = chain.counts;
    for (const one of [first, ...others]) {
      if (isOver() && outcomes.length > 0) break;
      if (one !== first) await cloud.arm({ ...one.boundary, when: one.when });
      const asked = one === first ? { run: async () => chain.run } : await ask(one, stage);
      const { findings, isMissed, standing } = await playCase(one, { stage, asked, counts });
      outcomes.push({ name: nameOf(one), chain: chain.seed, findings, isMissed });
      for (const finding of findings) stage.log(`  ${finding}`);
      if (findings.length > 0 || !standing) break;
      counts = standing.counts;
    }
  } finally {
    await cloud.stop();
  }
  return outcomes;
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

async function playCase(one: Case, { stage, asked, counts }: Playing) {
  const { cloud, course, log } = stage;
  const { action } = one.boundary;
  const isThere = await Promise.race([cloud.reached().then(() => true), endOf(asked, cloud).then(() => false)]);
  const pids = isThere ? await strike(one, { asked, cloud }) : [];
  log(`${isThere ? `killed ${pids.join(" ") || "nobody"}` : "never came"} at ${nameOf(one)}`);
  if (!isThere) await cloud.release("go");
  const run =
    (await asked.run()) ??
    (await latestRun(cloud, action)) ??
    (await askFor(requestOf(action, stage.course), stage.cloud).run());
  const end = course.ends[action];
  const { view, standing, isAnother } = await goOn(one, run ?? "", stage);
  if (!standing) {
    const why = JSON.stringify(view.failures ?? view).slice(0, 1500);
    return { findings: [`the run ended ${view.state}: ${why}`], isMissed: !isThere };
  }
  const mayRepeat = isAnother && action === "rebuild";
  return { findings: differences(end, standing, counts, mayRepeat), isMissed: !isThere, standing };
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
    const isDone = view.state === course.ends[action].state;
    const standing = isDone ? await settled(cloud, environment) : undefined;
    const isHeld = standing?.problems.some((problem) => problem.startsWith("locks/")) === true;
    if ((isDone && !isHeld) || tries === 3) return { view, standing, isAnother: run !== first };
    const why = view.failures.map(({ step, message }) => `${step}: ${message}`).join("; ");
    stage.log(`  ended ${view.state}${isHeld ? ", its lock still held" : ""}: ${one.goesOn} ${why}`);
    if (one.goesOn === "resume") await cloud.ask("POST", `/v1/runs/${run}:resume`, {});
    else run = (await askFor(requestOf(action, course), cloud).run()) ?? run;
  }
}

async function endOf(asked: Asked, cloud: CrashCloud): Promise<void> {
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
