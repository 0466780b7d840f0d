import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

/** Another version is a copy of this one in which every function and the workflow differ. */
describe("an upgrade while a run is under way", () => {
  let cloud: InstalledCloud;
  let environment: Environment;
  let checkout: Checkout;
  let door: Door;
  let run: string;
  let before: string;

  beforeAll(async () => {
    cloud = await startInstalledCloud();
    environment = createEnvironment("upgraded", { policy: { approval: { when: ["always"] } } });
    door = await findDoor(cloud);
    await door.allow(boss);
    checkout = makeCheckout();
    change("functions/step.ts", "done({}, (await plan?.(", 'done({ version: "next" }, (await plan?.(');
    change("functions/entry/entry.ts", "response.status(200)", 'response.set("x-version", "next").status(200)');
    change("workflows/environment.yaml", /^/, "# The next version.\n");
  });

  afterAll(async () => {
    environment?.remove();
    checkout?.remove();
    await cloud?.stop();
  });

  it("changes functions and workflow under it", async () => {
    before = await revision();
    const asking = cloud.alloyrun("up", environment.file, "--json");
    ({ run } = await door.asked(({ environment: of }) => of === "upgraded"));
    expect(await deployNext()).toBe(0);
    expect(await revision()).not.toBe(before);
    expect((await door.view(run)).state).toBe("awaiting-approval");
    await door.approve(boss, run);
    await asking;
  });

  it("lets the run end well by the definition that it began with, and the next one take the new", async () => {
    const { state, failures } = await door.ended(run);
    expect([state, failures]).toEqual(["succeeded", []]);
    expect(await cloud.read("upgraded")).toEqual({ status: 200, body: "Select Users: [{3 sasashun}]\n" });
    environment.configure({});
    const again = await cloud.up(environment);
    expect([again.run.state, again.run.failures]).toEqual(["succeeded", []]);
    expect(again.run.steps.flatMap(({ changes }) => changes ?? [])).toEqual([]);
    expect(await revisionsOfRuns()).toEqual([before, await revision()]);
  });

  function change(path: string, from: string | RegExp, to: string): void {
    const file = join(checkout.directory, path);
    const text = readFileSync(file, "utf8");
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`${path} has no ${from}`);
    writeFileSync(file, changed);
  }

  async function deployNext(): Promise<number | null> {
    const session = startSession({
      command: [process.execPath, "cli/main.ts", "deploy", "--project", project, "--region", region],
      cwd: checkout.directory,
      env: { ...checkout.env, ...(await cloud.local.environment({ project })) },
    });
    return (await session.ended).code;
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
