import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { PlanDocument } from "../../cli/view/plan-document.ts";
import { createEnvironment, type Environment, type EnvironmentOptions, region } from "./support/environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { takeInventory } from "./support/inventory.ts";
import { invalidRequests } from "./support/journal.ts";
import { findTexts, storedPasswords } from "./support/passwords.ts";
import { findChildren } from "./support/processes.ts";

jest.setTimeout(600_000);

const row = { status: 200, body: "Select Users: [{3 sasashun}]\n" };
const project = "projects/my-project";
const shared = `${project}/global/networks/shared`;

/** The ranges are the same in both: each has a network of its own. */
const options = {
  iam: { egress: { direct: {} }, database: { login: { auth: "iam" } } },
  pooled: {
    network: { existing: shared, subnet: { name: "shared-subnet" }, serviceRange: { name: "shared-range" } },
    database: { readPool: { name: "pool", nodeCount: 1 } },
  },
} satisfies Record<string, EnvironmentOptions>;

describe("alloyrun up", () => {
  let cloud: InstalledCloud;
  let before: string[];
  const environments: Environment[] = [];

  beforeAll(async () => {
    cloud = await startInstalledCloud();
    await makeSharedNetwork(cloud);
    before = takeInventory(cloud.local);
  });

  afterAll(async () => {
    for (const environment of environments) environment.remove();
    await cloud?.stop();
  });

  it("reaches an answering URL with IAM login over Direct VPC egress", async () => {
    await build("iam");
    const service = await cloud.ask(`GET run.googleapis.com/v2/${project}/locations/${region}/services/iam`);
    expect(JSON.stringify(service)).toContain("--auto-iam-authn");
    expect(JSON.stringify(service)).not.toContain("DB_PASS");
    expect(JSON.stringify(service)).toContain("networkInterfaces");
  });

  it("reaches an answering URL in a network that was there before, with a read pool", async () => {
    await build("pooled");
    const pool = `clusters/pooled-cluster/instances/pool`;
    expect(await cloud.ask(`GET alloydb.googleapis.com/v1/${project}/locations/${region}/${pool}`)).toMatchObject({
      instanceType: "READ_POOL",
      state: "READY",
    });
  });

  it("serves two revisions at once beside another environment's service", async () => {
    const [iam] = environments;
    iam?.edit("app/server.ts", "Select Users", "Chosen Users");
    iam?.configure({ ...options.iam, service: { smoke: { expect: { contains: "Chosen Users" } } } });
    if (iam) await upTo(iam, "Chosen Users: [{3 sasashun}]\n");
    const revisions = await splitTraffic();
    expect(revisions).toHaveLength(2);
    expect(await readAll("iam", 40)).toEqual(new Set([row.body, "Chosen Users: [{3 sasashun}]\n"]));
    expect(await cloud.read("pooled")).toEqual(row);
    expect(findChildren(/\bpostgres\b.* -D /)).toHaveLength(3);
    expect(findChildren(/proxy.* --port=5432/)).toHaveLength(3);
  });

  it("tells what a spec no longer names and is billed all the same, and that a removal takes it", async () => {
    const pooled = environments.find(({ name }) => name === "pooled");
    if (!pooled) throw new Error("it was not built");
    const { network } = options.pooled;
    const named = await planOf(pooled.file);
    expect(named).not.toHaveProperty("standing");
    pooled.configure({ network });
    const unnamed = await planOf(pooled.file);
    const pool = `${project}/locations/${region}/clusters/pooled-cluster/instances/pool`;
    expect(unnamed.standing).toMatchObject([{ step: "readPool", resource: pool }]);
    expect(unnamed.effects.costPerDay).toEqual(named.effects.costPerDay);
    await upTo(pooled, row.body);
    const removal = await planOf(pooled.file, "--of", "down");
    expect(removal.changes).toContainEqual(
      expect.objectContaining({ step: "readPool", action: "delete", resource: pool }),
    );
    expect(removal.effects.costPerDay).toMatchObject({ before: named.effects.costPerDay.after, after: 0 });
  });

  it("keeps every password in Secret Manager alone", () => {
    const passwords = storedPasswords(cloud.local);
    expect(passwords).toHaveLength(3);
    expect(findTexts(cloud, passwords)).toEqual([]);
  });

  it("tells of other names that the rows stay behind, and afterwards what stands and is billed", async () => {
    const pooled = environments.find(({ name }) => name === "pooled");
    if (!pooled) throw new Error("it was not built");
    const { network } = options.pooled;
    pooled.configure({ network, database: { cluster: "moved" }, service: { name: "moved-service" } });
    const moving = await planOf(pooled.file);
    expect(moving.effects.dataLoss).toBe(true);
    const says = "stay there, for moved/pooled-primary/app answers then";
    expect(JSON.stringify(moving.changes)).toContain(says);
    const { run } = await cloud.up(pooled);
    expect(run.failures).toEqual([]);
    expect(await cloud.read("moved-service")).toEqual(row);
    const settled = await planOf(pooled.file);
    expect(settled).toMatchObject({ changes: [], effects: { dataLoss: false } });
    const cluster = `${project}/locations/${region}/clusters/pooled-cluster`;
    const left = [cluster, `${cluster}/instances/pooled-primary`, `${cluster}/instances/pool`];
    const names = settled.standing?.map(({ resource }) => resource) ?? [];
    expect(names).toEqual(expect.arrayContaining([...left, `${project}/locations/${region}/services/pooled`]));
    expect(settled.effects.costPerDay.after).toBe(moving.effects.costPerDay.after);
    const { stdout } = await cloud.alloyrun("status", "pooled", "--project", "my-project", "--region", region);
    expect(stdout).toMatch(/clusters\/pooled-cluster: \d+\.\d\d USD a day/);
    expect(stdout).toMatch(/gcloud run services delete pooled/);
  });

  it("is undone by `down`, which leaves the network that was there before as it was", async () => {
    for (const { name } of environments) {
      const { run } = await cloud.down(name);
      expect(run.failures).toEqual([]);
    }
    const { run } = await cloud.sweepUntilEmpty();
    expect(run).toMatchObject({ state: "succeeded", remaining: [] });
    expect(takeInventory(cloud.local)).toEqual(before);
  });

  it("costs no request that the definitions of Google's APIs refuse", () => {
    expect(invalidRequests(cloud.local)).toEqual([]);
  });

  async function planOf(...args: string[]): Promise<PlanDocument> {
    const { code, stdout, stderr } = await cloud.alloyrun("plan", ...args, "--json");
    if (code !== 0) throw new Error(`alloyrun plan: ${stdout}${stderr}`);
    return JSON.parse(stdout) as PlanDocument;
  }

  async function build(name: keyof typeof options): Promise<void> {
    const environment = createEnvironment(name, options[name]);
    environments.push(environment);
    await upTo(environment, row.body);
  }

  async function upTo(environment: Environment, body: string): Promise<void> {
    const { run } = await cloud.up(environment);
    expect(run.failures).toEqual([]);
    expect(await cloud.read(environment.name)).toEqual({ status: 200, body });
  }

  /** Halves the traffic of the first environment's service between its revisions, and gives their ids. */
  async function splitTraffic(): Promise<string[]> {
    const service = `run.googleapis.com/v2/${project}/locations/${region}/services/iam`;
    const { revisions } = await cloud.ask(`GET ${service}/revisions`);
    const names = (revisions as unknown as { readonly name: string }[]).map(({ name }) => name.split("/").at(-1) ?? "");
    const type = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";
    const traffic = names.map((revision) => ({ type, revision, percent: 100 / names.length }));
    await cloud.ask(`PATCH ${service}?updateMask=traffic`, { traffic });
    return names;
  }

  /** Everything that a service answers in so many requests. */
  async function readAll(service: string, requests: number): Promise<Set<string>> {
    const answers = await Promise.all(Array.from({ length: requests }, () => cloud.read(service)));
    return new Set(answers.map(({ body }) => body));
  }
});

/** A network as another team has made it: a connector's subnet and private services access, with the ranges that are ours by default. */
async function makeSharedNetwork(cloud: InstalledCloud): Promise<void> {
  const services = ["compute", "servicenetworking"].map((name) => `${name}.googleapis.com`);
  for (const service of services)
    await cloud.ask(`POST serviceusage.googleapis.com/v1/${project}/services/${service}:enable`, {});
  const compute = `compute.googleapis.com/compute/v1/${project}`;
  await cloud.ask(`POST ${compute}/global/networks`, { name: "shared", autoCreateSubnetworks: false });
  await cloud.ask(`POST ${compute}/regions/${region}/subnetworks`, {
    name: "shared-subnet",
    network: shared,
    ipCidrRange: "192.168.100.0/28",
    privateIpGoogleAccess: true,
  });
  await cloud.ask(`POST ${compute}/global/addresses`, {
    name: "shared-range",
    purpose: "VPC_PEERING",
    addressType: "INTERNAL",
    address: "192.168.208.0",
    prefixLength: 20,
    network: shared,
  });
  const { projectNumber } = await cloud.ask(`GET cloudresourcemanager.googleapis.com/v1/${project}`);
  await cloud.ask("POST servicenetworking.googleapis.com/v1/services/servicenetworking.googleapis.com/connections", {
    network: `projects/${projectNumber}/global/networks/shared`,
    reservedPeeringRanges: ["shared-range"],
  });
}
