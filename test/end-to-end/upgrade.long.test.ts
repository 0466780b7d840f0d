import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { type Checkout, makeCheckout } from "./support/checkout.ts";
import { type Door, findDoor } from "./support/door.ts";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { startSession } from "./support/session.ts";

jest.setTimeout(600_000);

const project = "my-project";
const boss = "user:boss@example.com";
const locations = `projects/${project}/locations/${region}`;

/** How the versions after this one differ: functions, the workflow, and the name of a field that one sends the other. */
const first = [
  ["functions/step.ts", "done({}, (await plan?.(", 'done({ version: "1" }, (await plan?.('],
  ["functions/entry/entry.ts", "response.status(200)", 'response.set("x-version", "1").status(200)'],
  ["workflows/environment.yaml", /^/, "# Version 1.\n"],
] as const;
const second = [
  ["functions/step.ts", 'version: "1"', 'version: "2"'],
  ["functions/parse.ts", "failedOperations: failed = 0 } = body", "count: failed = body.failedOperations } = body"],
  ["functions/parse.ts", "{ ...request, ", "{ ...request, failedOperations: Number(failed), "],
  ["workflows/environment.yaml", /failedOperations: (?='\$\{failedOperations\}' \})/, "count: "],
] as const;
const third = [
  ["functions/step.ts", 'version: "2"', 'version: "3"'],
  ["functions/parse.ts", "count: failed = body.failedOperations", "tally: failed = body.count"],
  ["workflows/environment.yaml", /count: (?='\$\{failedOperations\}' \})/, "tally: "],
] as const;

/** The next version is a copy of this one that is changed; running executions go on by the definition they began with. */
describe("an upgrade while a run is under way", () => {
  let cloud: InstalledCloud;
  let environment: Environment;
  let checkout: Checkout;
  let door: Door;
  let run: string;
  let before: string;
  let isStopped = false;

  beforeAll(async () => {
    cloud = await startInstalledCloud();
    environment = createEnvironment("upgraded", { policy: { approval: { when: ["always"] } } });
    door = await findDoor(cloud);
    await door.allow(boss);
    checkout = makeCheckout();
  });

  afterAll(async () => {
    environment?.remove();
    checkout?.remove();
    await cloud?.stop();
  });

  it("changes functions and workflow while it awaits approval", async () => {
    before = await revision();
    const asking = cloud.alloyrun("up", environment.file, "--json");
    ({ run } = await door.asked(({ environment: of }) => of === "upgraded"));
    await deploy(first);
    expect(await revision()).not.toBe(before);
    expect((await door.view(run)).state).toBe("awaiting-approval");
    const reached = stopAt("instances.create");
    await door.approve(boss, run);
    await reached;
    void asking;
  });

  it("changes a field of their contract while a database is being made", async () => {
    const between = await revision();
    await deploy(second);
    expect(await revision()).not.toBe(between);
    expect(hasEnded("instances.create")).toBe(false);
    stopTime(false);
  });

  it("lets the run end well by the definition that it began with, and the next one take the new", async () => {
    const { state, failures } = await door.ended(run);
    expect([state, failures]).toEqual(["succeeded", []]);
    expect(await cloud.read("upgraded")).toEqual({ status: 200, body: "Select Users: [{3 sasashun}]\n" });
    environment.configure({});
    // A policy that asks for less than the stored one is itself asked about.
    const asking = cloud.up(environment);
    const looser = await door.asked((asked) => asked.environment === "upgraded" && asked.run !== run);
    await door.approve(boss, looser.run);
    const again = await asking;
    expect([again.run.state, again.run.failures]).toEqual(["succeeded", []]);
    expect(again.run.steps.flatMap(({ changes }) => changes ?? [])).toEqual([]);
    expect(await revisionsOfRuns()).toEqual([before, await revision()]);
  });

  it("lets an environment be taken down whole while the field changes once more", async () => {
    const inUse = await revision();
    const reached = stopAt("clusters.delete");
    const down = await door.request({ action: "down", environment: "upgraded" });
    await reached;
    await deploy(third);
    expect(hasEnded("clusters.delete")).toBe(false);
    stopTime(false);
    const { state, failures } = await door.ended(down);
    expect([["succeeded", "remaining"].includes(state), failures]).toEqual([true, []]);
    expect((await cloud.sweepUntilEmpty()).run.state).toBe("succeeded");
    const revisions = await revisionsOfRuns();
    expect(revisions[2]).toBe(inUse);
    expect(revisions.at(-1)).toBe(await revision());
  });

  /** Stops time when an operation of AlloyDB's has begun, which takes long enough for a version to be installed. */
  async function stopAt(work: string): Promise<void> {
    cloud.local.faults.load({
      faults: [{ on: "operation", match: `alloydb.googleapis.com/${work}`, effect: { kind: "slow", seconds: 4000 } }],
    });
    await new Promise<void>((resolve) => {
      const end = cloud.local.journal.subscribe((entry) => {
        if (entry.kind !== "operation" || entry.event !== "start" || entry.work !== work) return;
        stopTime(true);
        end();
        resolve();
      });
    });
  }

  function stopTime(isWanted: boolean): void {
    isStopped = isWanted;
    if (isWanted) cloud.local.cloud.clock.pause();
    else cloud.local.cloud.clock.resume();
  }

  function hasEnded(work: string): boolean {
    const entries = cloud.local.journal.entries();
    return entries.some((entry) => entry.kind === "operation" && entry.event === "end" && entry.work === work);
  }

  function change(path: string, from: string | RegExp, to: string): void {
    const file = join(checkout.directory, path);
    const text = readFileSync(file, "utf8");
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`${path} has no ${from}`);
    writeFileSync(file, changed);
  }

  /** Installs the next version; while time stands still it is moved on little by little, for what is installed takes some. */
  async function deploy(changes: readonly (readonly [string, string | RegExp, string])[]): Promise<void> {
    for (const each of changes) change(...each);
    let isOver = false;
    const moving = (async () => {
      while (!isOver) {
        if (isStopped) await cloud.local.cloud.clock.advance(1000);
        await delay(50);
      }
    })();
    const session = startSession({
      command: [process.execPath, "cli/main.ts", "deploy", "--project", project, "--region", region],
      cwd: checkout.directory,
      env: { ...checkout.env, ...(await cloud.local.environment({ project })) },
    });
    const { code } = await session.ended;
    isOver = true;
    await moving;
    expect([code, session.printed()]).toEqual([0, session.printed()]);
  }

  async function revision(): Promise<string> {
    const workflow = await cloud.ask(`GET workflows.googleapis.com/v1/${locations}/workflows/alloyrun-environment`);
    return String(workflow.revisionId);
  }

  /** Revisions by which the environment's runs were carried out, first come first. */
  async function revisionsOfRuns(): Promise<readonly string[]> {
    const list = `workflowexecutions.googleapis.com/v1/${locations}/workflows/alloyrun-environment/executions?view=FULL`;
    const { executions } = await cloud.ask(`GET ${list}`);
    return (executions as unknown as readonly Execution[])
      .filter(({ labels }) => labels?.environment === "upgraded")
      .sort((a, b) => (a.startTime < b.startTime ? -1 : 1))
      .map(({ workflowRevisionId }) => workflowRevisionId);
  }
});

interface Execution {
  readonly startTime: string;
  readonly workflowRevisionId: string;
  readonly labels?: Readonly<Record<string, string>>;
}
