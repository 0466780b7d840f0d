import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { type Case, casesOf, drawCases, nameOf, type Victim } from "./resume/case.ts";
import { type CrashCloud, settled, startCrashCloud } from "./resume/crash-cloud.ts";
import { askFor, differences, environment, readRun, strike } from "./resume/perform.ts";
import { recordedBoundaries } from "./resume/recorded.ts";
import type { Standing } from "./resume/standing.ts";
import { type Packed, packEnvironment } from "./resume/undisturbed.ts";
import { installationSnapshot } from "./support/installation.ts";

jest.setTimeout(300_000);

/** Another pair every day; a seed that was printed gives its own again. */
const seed = process.env.RESUME_SEED ?? new Date().toISOString().slice(0, 10);
/** Those whose end costs seconds: the others are left to the long suite. */
const victims: readonly Victim[] = ["function", "database", "seed"];

/** Two of the cases of `resume.long.test.ts`. */
describe("a run in which something is killed", () => {
  let directory: string;
  let cloud: CrashCloud;
  let packed: Packed;
  let built: Standing;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "alloyrun-test-"));
    chmodSync(directory, 0o711);
    cloud = await startCrashCloud({ state: join(directory, "state"), from: await installationSnapshot() });
    packed = await packEnvironment(cloud);
  });

  afterAll(async () => {
    packed?.remove();
    await cloud?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  it("builds what it would have built", async () => {
    const { spec, folders } = packed;
    await survive("up", { action: "up", spec, folders });
    built = await settled(cloud, environment);
    expect(built.problems).toEqual([]);
    expect(built.counts).toEqual({ builds: 1, seeds: 1, revisions: 1 });
    expect(built.resources).toContain("answer 200 Select Users: [{3 sasashun}]");
  });

  it("builds the data anew beside what serves, and leaves nothing else", async () => {
    const { repeats } = await survive("rebuild", { action: "rebuild", level: "data", environment });
    const end = {
      state: "succeeded",
      resources: built.resources,
      added: { builds: 0, seeds: 1, revisions: 1 },
    } as const;
    expect(differences(end, await settled(cloud, environment), built.counts, repeats)).toEqual([]);
  });

  /** Kills somebody in a run, and goes on as the case says until it has succeeded. */
  async function survive(action: "up" | "rebuild", body: object): Promise<{ readonly repeats: number }> {
    const cases = drawCases(casesOf(recordedBoundaries()), seed)[action];
    const one = cases.find(({ victim }) => victims.includes(victim));
    if (!one) throw new Error(`there is no case for ${action}`);
    const first = await play(one, body);
    let run = first;
    let repeats = 0;
    for (let tries = 1; (await end(run)).state !== "succeeded" && tries <= 3; tries += 1) {
      if (one.goesOn === "resume") await cloud.ask("POST", `/v1/runs/${run}:resume`, {});
      else {
        run = await askFor(body, cloud).run();
        repeats += 1;
      }
    }
    expect(await end(run)).toMatchObject({ state: "succeeded", failures: [] });
    return { repeats };
  }

  /** Plays one up to its kill. */
  async function play(one: Case, body: object): Promise<string> {
    await cloud.arm({ ...one.boundary, when: one.when });
    const asked = askFor(body, cloud);
    await cloud.reached();
    const pids = await strike(one, { asked, cloud });
    process.stderr.write(`RESUME_SEED=${seed}: killed ${pids.join(" ")} at ${nameOf(one)}\n`);
    expect(pids.length).toBeGreaterThan(0);
    return await asked.run();
  }

  async function end(run: string) {
    await cloud.end((await readRun(cloud, run)).execution);
    return await readRun(cloud, run);
  }
});
