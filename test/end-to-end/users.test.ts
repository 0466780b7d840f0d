import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Orphans } from "../../deploy/orphans.ts";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { takeGrants, takeInventory } from "./support/inventory.ts";
import { invalidRequests } from "./support/journal.ts";
import { findTexts, storedPasswords } from "./support/passwords.ts";

/** A line that one of alloyrun's functions wrote. */
interface FunctionLine {
  readonly resource: { readonly type: string };
  readonly trace?: string;
  readonly jsonPayload: {
    readonly step?: string;
    readonly entry?: string;
    readonly run?: string;
    readonly message?: string;
  };
}

/** The lines by which functions tell of their calls; the sweep's look for expiries is about no run. */
function linesOfFunctions({ local }: InstalledCloud): readonly FunctionLine[] {
  const lines = local.cloud.logs.list("my-project") as readonly object[] as readonly FunctionLine[];
  return lines.filter(({ resource, jsonPayload: { step, entry, message } = {} }) => {
    return resource.type === "cloud_run_revision" && (step ?? entry) && !message?.includes("/v1/expiries");
  });
}

describe("alloyrun", () => {
  let cloud: InstalledCloud;
  let environment: Environment;
  let execution: string;
  let before: { readonly inventory: string[]; readonly grants: string[] };

  beforeAll(async () => {
    cloud = await startInstalledCloud();
    environment = createEnvironment("users");
    before = { inventory: takeInventory(cloud.local), grants: takeGrants(cloud.local) };
  }, 300_000);

  afterAll(async () => {
    environment?.remove();
    await cloud?.stop();
  }, 60_000);

  it("touches nothing for a spec that is wrong, and says where", async () => {
    const wrong = createEnvironment("wrong", { service: { colour: "red" } });
    const calls = cloud.local.journal.list().length;
    const { code, stderr } = await cloud.alloyrun("up", wrong.file);
    wrong.remove();
    expect(stderr).toMatch(/environment\.yaml:\d+:\d+:[^:]*colour/);
    expect(code).toBe(2);
    expect(cloud.local.journal.list()).toHaveLength(calls);
  });

  it("builds an environment up to a URL that answers with the row of the seed", async () => {
    const { code, run } = await cloud.up(environment);
    expect(run).toMatchObject({ state: "succeeded", failures: [] });
    execution = run.execution;
    expect(code).toBe(0);
    expect(run.plan?.effects.costPerDay).toMatchObject({ before: 0, after: expect.closeTo(10.2, 0) });
    expect(run.url).toMatch(/^https:\/\/.+\.run\.app$/);
    expect(await cloud.read("users")).toEqual({ status: 200, body: "Select Users: [{3 sasashun}]\n" });
  }, 300_000);

  it("writes in every line of every function which run it is about, and in which trace", () => {
    const lines = linesOfFunctions(cloud);
    const speakers = new Set(lines.map(({ jsonPayload: { step, entry } }) => step ?? entry));
    expect([...speakers]).toEqual(expect.arrayContaining(["request", "plan", "lock", "record", "network", "traffic"]));
    const [traces, runs] = [/^projects\/my-project\/traces\/[0-9a-f]{32}$/, /^run-[0-9a-f]{20}$/];
    const silent = lines.filter(({ trace = "", jsonPayload: { run = "" } }) => !traces.test(trace) || !runs.test(run));
    expect(silent).toEqual([]);
  });

  it("changes nothing when asked again, and says so", async () => {
    const inventory = takeInventory(cloud.local);
    const { code, stdout } = await cloud.alloyrun("up", environment.file);
    expect(stdout).toContain("Nothing had to be changed.");
    expect(code).toBe(0);
    expect(takeInventory(cloud.local)).toEqual(inventory);
  }, 300_000);

  it("proves its records by what the executions themselves ended with", async () => {
    const verified = await cloud.alloyrun("audit", "verify", "users", "--project", "my-project", "--json");
    expect(JSON.parse(verified.stdout)).toMatchObject({ valid: true, records: 2, confirmed: 2 });
    const unknown = await cloud.alloyrun("audit", "verify", "nosuch", "--project", "my-project");
    expect([unknown.code, unknown.stderr]).toEqual([7, expect.stringContaining("no environment nosuch")]);
  });

  const place = ["--project", "my-project", "--region", region];
  const look = async () => {
    const { code, stdout } = await cloud.alloyrun("sweep", "--dry-run", ...place, "--json");
    return { code, ...(JSON.parse(stdout) as Orphans) };
  };
  const objectsOf = (api: string) => `storage.googleapis.com/${api}storage/v1/b/my-project-alloyrun/o`;
  const addressOf = (name: string) => `${objectsOf("")}/${encodeURIComponent(name)}`;
  const write = (name: string, content: object) =>
    cloud.ask(`POST ${objectsOf("upload/")}?uploadType=media&name=${encodeURIComponent(name)}`, content);

  it("finds what no environment owns, and the commands that remove it", async () => {
    expect(await look()).toMatchObject({ code: 0, orphans: [], waiting: [], unfinished: [] });
    const ledger = await cloud.ask(`GET ${addressOf("environments/users.json")}?alt=media`);
    await cloud.ask(`DELETE ${addressOf("environments/users.json")}`);
    const { code, orphans } = await look();
    expect(code).toBe(8);
    expect(new Set(orphans.map(({ environment }) => environment))).toEqual(new Set(["users"]));
    expect([...new Set(orphans.map(({ kind }) => kind))]).toEqual([
      ...["service", "job", "connector", "instance", "cluster"],
      ...["repository", "secret", "account", "range", "subnetwork", "network"],
    ]);
    expect((await cloud.alloyrun("sweep", "--dry-run", ...place)).stdout).toContain("alloyrun down users");
    await write("environments/users.json", ledger);
    expect(await look()).toMatchObject({ code: 0, orphans: [] });
  });

  it("finds what a cancelled rebuild has left, though its lock lies there until another run takes it", async () => {
    const ledger = await cloud.ask(`GET ${addressOf("environments/users.json")}?alt=media`);
    const target = { level: "database", generations: { database: 1, cluster: 2 } };
    await write("environments/users.json", { ...ledger, target });
    await write("locks/users.json", { run: "run-1", execution });
    const unfinished = [{ environment: "users", level: "database", isHeld: false, beside: [] }];
    expect(await look()).toMatchObject({ code: 8, unfinished });
    await cloud.ask(`DELETE ${addressOf("locks/users.json")}`);
    await write("environments/users.json", ledger);
  });

  it("keeps its passwords in Secret Manager alone", () => {
    const find = (...texts: string[]) => findTexts(cloud, texts);
    expect(find("sasashun")).toEqual(expect.arrayContaining(["printed", "workflows.executions", "files"]));
    const passwords = storedPasswords(cloud.local);
    expect(passwords).toHaveLength(2);
    expect(find(...passwords)).toEqual([]);
  });

  it("takes everything down that it made, and nothing else", async () => {
    const down = await cloud.down("users");
    expect(["succeeded", "remaining"]).toContain(down.run.state);
    // Both find the same, and neither minds the other.
    const sweep = () => cloud.alloyrun("sweep", "--project", cloud.project, "--region", region);
    for (const { code, stderr } of await Promise.all([sweep(), sweep()])) {
      expect([stderr, code === 0 || code === 3]).toEqual(["", true]);
    }
    const swept = await cloud.sweepUntilEmpty();
    expect(swept.run).toMatchObject({ state: "succeeded", remaining: [] });
    expect(takeInventory(cloud.local)).toEqual(before.inventory);
    expect(takeGrants(cloud.local)).toEqual(before.grants);
  }, 300_000);

  it("sends no request that the definitions of Google's APIs refuse", () => {
    expect(invalidRequests(cloud.local)).toEqual([]);
  });
});
