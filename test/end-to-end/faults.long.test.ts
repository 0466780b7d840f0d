import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { type InstalledCloud, type RunResult, startInstalledCloud } from "./support/installed-cloud.ts";
import { takeInventory } from "./support/inventory.ts";
import { countCreations, invalidRequests } from "./support/journal.ts";
import { findTexts, storedPasswords } from "./support/passwords.ts";

jest.setTimeout(600_000);

const project = "projects/my-project";
const connectorRole = `iam.googleapis.com/v1/${project}/roles/alloyrun_egress`;
const seed = "CREATE TABLE users (id varchar(128), name varchar(128));\nINSERT INTO users VALUES ('3', 'sasashun');\n";

/** Google leaves a connector whose creation failed in the way of the next one, so that it is deleted and made again. */
const failedCreations: Readonly<Record<string, number>> = { "vpcaccess.connectors": 1 };

/** One environment that meets one fault after the other; each run begins where the one before stopped. */
describe("a run that fails", () => {
  let cloud: InstalledCloud;
  let environment: Environment;
  let installed: string[];
  let kept: string[] = [];

  beforeAll(async () => {
    cloud = await startInstalledCloud();
    environment = createEnvironment("faults");
    installed = takeInventory(cloud.local);
  });

  afterAll(async () => {
    environment?.remove();
    await cloud?.stop();
  });

  it("names the permission that the account of a step lacks", async () => {
    const { includedPermissions = [] } = (await cloud.ask(`GET ${connectorRole}`)) as Role;
    await setPermissions(includedPermissions.filter((one) => one !== "vpcaccess.connectors.create"));
    const { run } = await failIn("egress");
    expect(run.failures[0]).toMatchObject({ code: "PERMISSION_DENIED" });
    expect(run.failures[0]?.message).toContain("vpcaccess.connectors.create");
    expect(run.failures[0]?.message).toContain(`${project}/locations/${region}`);
    await setPermissions(includedPermissions);
  });

  it("names the operation of Google's that ended in error", async () => {
    const connectors = `vpcaccess.googleapis.com/v1/${project}/locations/${region}/connectors`;
    const subnet = { name: "faults-subnet" };
    await cloud.ask(`POST ${connectors}?connectorId=foreign`, { subnet, minInstances: 2, maxInstances: 3 });
    const { run } = await failIn("egress");
    expect(run.failures[0]?.message).toMatch(/operation .+ ended with/);
    expect(run.failures[0]?.message).toContain("faults-subnet");
    await cloud.ask(`DELETE ${connectors}/foreign`);
  });

  it("shows the statement of the seed that failed", async () => {
    environment.write("seed/001_users.sql", seed.replace("INSERT INTO users", "INSERT INTO userz"));
    const { run } = await failIn("seed");
    const told = JSON.stringify(run.failures);
    expect(told).toContain("001_users.sql");
    expect(told).toContain("userz");
    environment.write("seed/001_users.sql", seed);
  });

  it("shows the log of an application that crashes when it starts", async () => {
    environment.edit("app/server.ts", /$/, '\nthrow new Error("crashed before it listened");\n');
    const { run } = await failIn("service");
    expect(JSON.stringify(run.failures[0]?.evidence)).toContain("crashed before it listened");
    environment.edit("app/server.ts", /\nthrow new Error.*\n/, "");
  });

  it("shows the dependency that the application does not declare", async () => {
    environment.edit("app/server.ts", /^/, 'import "yaml";\n');
    const { run } = await failIn("service");
    expect(JSON.stringify(run.failures[0]?.evidence)).toMatch(/Cannot find package 'yaml'/);
    environment.edit("app/server.ts", 'import "yaml";\n', "");
  });

  it("names the image that does not exist", async () => {
    const image = `${region}-docker.pkg.dev/my-project/alloyrun-faults/app@sha256:${"0".repeat(64)}`;
    environment.configure({ service: { image } });
    const { run } = await failIn("image");
    expect(run).toMatchObject({ hasBegun: false, failures: [{ message: expect.stringContaining(image) }] });
    environment.configure({});
  });

  it("is completed by the next once the cause is gone, and nothing was made twice", async () => {
    const { code, run } = await cloud.up(environment);
    expect(run).toMatchObject({ state: "succeeded", failures: [] });
    expect(code).toBe(0);
    expect(await cloud.read("faults")).toEqual({ status: 200, body: "Select Users: [{3 sasashun}]\n" });
    const made = takeInventory(cloud.local).filter((line) => !installed.includes(line));
    for (const [collection, count] of Object.entries(countCreations(cloud.local))) {
      const resources = made.filter((line) => line.startsWith(`${collection} `)).length;
      expect(resources).toBeGreaterThan(0);
      expect({ collection, count }).toEqual({ collection, count: resources + (failedCreations[collection] ?? 0) });
    }
  });

  it("tells no password, whatever went wrong", () => {
    const passwords = storedPasswords(cloud.local);
    expect(passwords).toHaveLength(2);
    expect(findTexts(cloud, passwords)).toEqual([]);
  });

  it("leaves nothing that `down` does not find, whichever of its specs made it", async () => {
    const { run } = await cloud.down("faults");
    expect(run.failures).toEqual([]);
    expect((await cloud.sweepUntilEmpty()).run).toMatchObject({ state: "succeeded", remaining: [] });
    expect(takeInventory(cloud.local)).toEqual(installed);
  });

  it("costs no request that the definitions of Google's APIs refuse", () => {
    expect(invalidRequests(cloud.local)).toEqual([]);
  });

  /** Asks for the environment, which must fail in one step for people and programs alike, and keep what there is. */
  async function failIn(step: string): Promise<RunResult> {
    const result = await cloud.up(environment);
    expect(result.run.state).toBe("failed");
    expect(result.run.failures.map((failure) => failure.step)).toEqual([step]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`Step ${step} failed: ${result.run.failures[0]?.code}`);
    expect(result.stderr).toContain(`alloyrun resume ${result.run.run} --project ${cloud.project}`);
    const inventory = takeInventory(cloud.local);
    expect(inventory).toEqual(expect.arrayContaining(kept));
    kept = inventory.filter((line) => !line.endsWith("/connectors/foreign"));
    return result;
  }

  async function setPermissions(includedPermissions: readonly string[]): Promise<void> {
    await cloud.ask(`PATCH ${connectorRole}?updateMask=includedPermissions`, { includedPermissions });
    await cloud.local.cloud.clock.advance(10 * 60_000);
  }
});

interface Role {
  readonly includedPermissions?: readonly string[];
}
