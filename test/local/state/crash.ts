import { createRandom } from "../../../local/random.ts";
import { allOperations } from "../../support/kept-calls.ts";
import { makeStateDirectory, startKeptCloud } from "../../support/kept-cloud.ts";
import { Load } from "./load.ts";

/** What was found after crashes. */
export interface CrashReport {
  readonly acknowledged: number;
  readonly findings: readonly string[];
  /** Operations that did not end after the last start. */
  readonly unfinished: readonly string[];
}

/** How to crash one. */
export interface Crashes {
  readonly seed: string;
  readonly rounds: number;
  /** How many ask at once. */
  readonly callers?: number;
  /** Modules that the local cloud has to load first. */
  readonly imports?: readonly string[];
}

/** Kills a local cloud again and again under load, each time after another number of answers, and looks what is left. */
export async function crashAgain({ seed, rounds, callers = 6, imports }: Crashes): Promise<CrashReport> {
  const state = makeStateDirectory();
  const random = createRandom(seed);
  const load = new Load(seed);
  const findings: string[] = [];
  let local = await startKeptCloud(state.path, { imports });
  try {
    await load.prepare(local);
    for (let round = 0; round < rounds; round += 1) {
      await load.run(local, { callers, answers: 20 + Math.floor(random.next() * 150) });
      local = await startKeptCloud(state.path, { imports });
      await endAll(local);
      findings.push(...(await load.findings(local)));
    }
    findings.push(...(await load.lastFindings(local)));
    const left = (await allOperations(local)).filter(({ endTime }) => endTime === undefined);
    return { acknowledged: load.acknowledged, findings, unfinished: left.map(({ name }) => String(name)) };
  } finally {
    await local.stop();
    state.remove();
  }
}

/** Time runs towards the end of what is unfinished; half a minute is far more than that takes. */
async function endAll(local: { readonly url: string }): Promise<void> {
  for (const until = performance.now() + 30_000; performance.now() < until; ) {
    if ((await allOperations(local)).every(({ endTime }) => endTime !== undefined)) return;
  }
}
