import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { takeGrants, takeInventory } from "./support/inventory.ts";
import { invalidRequests } from "./support/journal.ts";
import { findTexts, storedPasswords } from "./support/passwords.ts";

describe("alloyrun", () => {
  let cloud: InstalledCloud;
  let environment: Environment;
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
    expect(code).toBe(0);
    expect(run.plan?.effects.costPerDay).toMatchObject({ before: 0, after: expect.closeTo(10.2, 0) });
    expect(run.url).toMatch(/^https:\/\/.+\.run\.app$/);
    expect(await cloud.read("users")).toEqual({ status: 200, body: "Select Users: [{3 sasashun}]\n" });
  }, 300_000);

  it("changes nothing when asked again, and says so", async () => {
    const inventory = takeInventory(cloud.local);
    const { code, stdout } = await cloud.alloyrun("up", environment.file);
    expect(stdout).toContain("Nothing had to be changed.");
    expect(code).toBe(0);
    expect(takeInventory(cloud.local)).toEqual(inventory);
  }, 300_000);

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
