import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Stop } from "./boundary.ts";
import { startClient } from "./client.ts";
import { type CrashCloud, startCrashCloud } from "./crash-cloud.ts";
import { type Asked, askFor, type Course, environment, requestOf, type Stage } from "./perform.ts";
import { type Outcome, playRound, type Round } from "./round.ts";
import type { Standing } from "./standing.ts";
import { snapshotOf, startOf, type Undisturbed } from "./undisturbed.ts";

/** Which rounds follow each other in one fork. */
export interface Chain {
  /** The same seed and place give the same chain. */
  readonly name: string;
  readonly rounds: readonly Round[];
  /** Where each round's run is held for its second case, and each after it. */
  readonly stops: readonly (readonly Stop[])[];
  /** A snapshot from just before the first case's call, or before its run was asked for. */
  readonly from: string;
  /** The run that is under way in the snapshot, if one is. */
  readonly run?: string;
  /** What had been counted when the first round's run began. */
  readonly counts: Standing["counts"];
}

/** The chain that plays these rounds. */
export function chainOf(undisturbed: Undisturbed, name: string, rounds: readonly [Round, ...Round[]]): Chain {
  const [{ boundary, victim }] = rounds[0];
  // Whoever kills a client has to have one: it asks for the run.
  const snapshot = victim === "client" ? undefined : snapshotOf(undisturbed, boundary);
  const { action } = boundary;
  const begun = snapshot === undefined ? undefined : { from: snapshot, run: undisturbed.runs[action] };
  const stops = rounds.map((round) => stopsOf(undisturbed, round));
  const counts = undisturbed.before[action];
  return { name, rounds, stops, counts, ...(begun ?? { from: startOf(undisturbed, action) }) };
}

/** Calls are counted anew whenever one has been held. */
function stopsOf({ boundaries }: Undisturbed, round: Round): Stop[] {
  return round.slice(1).map(({ boundary, when }, index) => {
    const { caller, method } = boundary;
    const from = round[index] ? boundaries.indexOf(round[index].boundary) + 1 : 0;
    const between = boundaries.slice(from, boundaries.indexOf(boundary) + 1);
    const nth = between.filter((one) => one.caller === caller && one.method === method).length;
    return { caller, method, nth, when };
  });
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
  const [first] = chain.rounds;
  if (!first) return;
  const state = join(directory, encodeURIComponent(chain.name));
  mkdirSync(state, { recursive: true, mode: 0o711 });
  const [{ boundary, when }] = first;
  const stop = chain.run === undefined ? undefined : { ...boundary, nth: 1, when };
  const cloud = await startCrashCloud({ state: join(state, "state"), from: chain.from, ...(stop && { stop }) });
  const stage = stageOf(cloud, course, (line) => log(`${chain.name} ${line}`));
  const known = new Set<string>();
  try {
    let counts = chain.counts;
    for (const [index, round] of chain.rounds.entries()) {
      if (isEnough()) break;
      const isUnderWay = round === first && chain.run !== undefined;
      if (!isUnderWay) await cloud.arm({ ...round[0].boundary, when: round[0].when });
      const asked = isUnderWay ? { run: async () => chain.run } : await ask(round, stage);
      const stops = chain.stops[index] ?? [];
      const { outcomes, standing, run } = await playRound(round, { stage, asked, counts, stops, known });
      known.add(run);
      for (const outcome of outcomes) onOutcome(outcome);
      const findings = new Set(outcomes.flatMap((outcome) => outcome.findings));
      for (const finding of findings) stage.log(`  ${finding}`);
      if (findings.size > 0 || !standing) break;
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

async function ask(round: Round, stage: Stage): Promise<Asked> {
  const { action } = round[0].boundary;
  if (round[0].victim !== "client") return askFor(requestOf(action, stage.course), stage.cloud);
  const place = ["--project", "my-project", "--region", "asia-northeast1"];
  const client = await stage.startClient(action === "up" ? ["up", stage.course.file] : ["down", environment, ...place]);
  return { client, run: client.run };
}
