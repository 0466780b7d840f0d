import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { JsonObject } from "../../local/json.ts";
import { hasEffect } from "./resume/boundary.ts";
import { type Door, findDoor } from "./support/door.ts";
import { createEnvironment, type Environment, type EnvironmentOptions, region } from "./support/environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { takeInventory } from "./support/inventory.ts";
import { invalidRequests } from "./support/journal.ts";
import { letTimePass, type PassingTime } from "./support/passing-time.ts";

jest.setTimeout(600_000);

const project = "projects/my-project";
const place = ["--project", "my-project", "--region", region];
const compute = `compute.googleapis.com/compute/v1/${project}`;
const clusters = `alloydb.googleapis.com/v1/${project}/locations/${region}/clusters`;
const network = `${project}/global/networks/held-vpc`;
const range = `${project}/global/addresses/held-services`;
const teardown = `storage.googleapis.com/storage/v1/b/my-project-alloyrun/o/${encodeURIComponent("teardowns/held.json")}`;
const hour = 60 * 60_000;

/** Somebody else than who asks. */
const boss = "user:boss@example.com";

const options: EnvironmentOptions = { egress: { direct: {} } };

/** One environment whose subnet, connection and network Google, and others, hold when it is taken down. */
describe("a removal that is held up", () => {
  let cloud: InstalledCloud;
  let time: PassingTime;
  let environment: Environment;
  let before: readonly string[];
  let door: Door;
  /** Ids of what waits, and the generation of the list of it, after the first removal. */
  let waiting: Readonly<Record<string, unknown>>;
  let generation: string;

  beforeAll(async () => {
    cloud = await startInstalledCloud({ seed: "removal" });
    time = await letTimePass(cloud);
    door = await findDoor(cloud);
    await door.allow(boss);
    await makeTheirNetwork();
    before = takeInventory(cloud.local);
    environment = createEnvironment("held", options);
    expect((await cloud.up(environment)).run.failures).toEqual([]);
    leak();
  });

  afterAll(async () => {
    environment?.remove();
    await cloud?.stop();
  });

  it("fails while an API is off behind which something stands, names the command, and touches nothing", async () => {
    const alloydb = `serviceusage.googleapis.com/v1/${project}/services/alloydb.googleapis.com`;
    const standing = takeInventory(cloud.local);
    await cloud.ask(`POST ${alloydb}:disable`, {});
    await cloud.local.cloud.clock.advance(10 * 60_000);
    const { code, stdout, stderr } = await cloud.alloyrun("down", "held", ...place);
    expect(code).toBe(1);
    const told = (stdout + stderr).replace(/\s+/g, " ");
    expect(told).toContain("gcloud services enable alloydb.googleapis.com --project=my-project");
    expect(told).not.toContain("nothing that is billed is left");
    await cloud.ask(`POST ${alloydb}:enable`, {});
    await cloud.local.cloud.clock.advance(10 * 60_000);
    expect(takeInventory(cloud.local)).toEqual(standing);
  });

  it("returns when nothing billed is left, and says what remains, why and when that is tried again", async () => {
    const { code, stdout } = await cloud.alloyrun("down", "held", ...place);
    expect(code).toBe(3);
    const [said = ""] = /^held: nothing that is billed is left[\s\S]*$/m.exec(stdout) ?? [];
    // Lines that are too long for a terminal go on in the next one, further in.
    expect(
      said
        .trimEnd()
        .replace(/\n {4}/g, " ")
        .replaceAll("/ ", "/")
        .split("\n"),
    ).toEqual([
      "held: nothing that is billed is left. Still held:",
      expect.stringMatching(/^ {2}network: held: .*\/held-egress is still used by .*\/serverless-ipv4-\d+$/),
      `  peering: held: Google has not released the connection of ${network} yet`,
      expect.stringMatching(/^It is tried again at 20.* UTC \(.*\)\.$/),
      expect.stringMatching(/^Sooner: alloyrun sweep --project my-project/),
    ]);
    waiting = await idsOf();
    generation = String((await cloud.ask(`GET ${teardown}`)).generation);
    const left = takeInventory(cloud.local).filter((line) => !before.includes(line));
    expect(left.filter((line) => !/^(compute|servicenetworking)\./.test(line))).toEqual([]);
  });

  it("is called off by an up of the same name, which takes over what waits", async () => {
    const from = lastEntry();
    expect((await cloud.up(environment)).run.failures).toEqual([]);
    expect(await idsOf()).toEqual(waiting);
    expect(effectsSince(from, /^alloyrun-(network|peering|egress)@/)).toEqual([]);
    expect((await cloud.read("held")).status).toBe(200);
  });

  it("is not taken up again by sweeps, even by one that had found it before", async () => {
    const standing = takeInventory(cloud.local);
    const from = lastEntry();
    const late = { action: "down", environment: "held", teardown: generation };
    expect((await time.post("/v1/requests", late, "sweep")).status).toBe(202);
    await pass(hour);
    expect(effectsSince(from, /^alloyrun-(network|peering|egress|service|instance|cluster)@/)).toEqual([]);
    expect(takeInventory(cloud.local)).toEqual(standing);
    expect((await cloud.read("held")).status).toBe(200);
  });

  it("is refused to whoever asks for it while the spec protects the environment, and nothing is touched", async () => {
    environment.configure({ ...options, policy: { protect: true } });
    expect((await cloud.up(environment)).run.failures).toEqual([]);
    const standing = takeInventory(cloud.local);
    const from = lastEntry();
    const { code, stderr } = await cloud.alloyrun("down", "held", ...place);
    expect(code).toBe(2);
    expect(stderr.replace(/\s+/g, " ")).toContain(
      "held is protected by its spec: send it with policy.protect: false first",
    );
    expect(effectsSince(from, /^alloyrun-/)).toEqual([]);
    expect(takeInventory(cloud.local)).toEqual(standing);
    environment.configure(options);
    // Nobody lifts the protection alone.
    const lifted = cloud.up(environment);
    const { run } = await door.asked((asked) => asked.environment === "held");
    await door.approve(boss, run);
    expect((await lifted).run.failures).toEqual([]);
  });

  it("keeps the cluster and its primary while somebody else's database is in it, names it, and is called off by an up", async () => {
    const cluster = `${clusters}/held-cluster`;
    await cloud.ask(`POST ${cluster.replace("/v1/", "/v1beta/")}/databases?databaseId=analytics`, {});
    const planned = await door.ended(await door.request({ action: "plan", of: "down", environment: "held" }));
    const kept = (planned.plan?.changes ?? []).filter(({ action }) => action === "none");
    expect(kept.map(({ step, resource }) => [step, resource.split("/").at(-1)])).toEqual([
      ["cluster", "held-cluster"],
      ["instance", "held-primary"],
    ]);
    expect((await cloud.down("held")).run).toMatchObject({ state: "remaining", failures: [] });
    const says = expect.stringMatching(/databases\/analytics is not of .*USD a day.*`DROP DATABASE "analytics"`/);
    expect(await remaining()).toMatchObject({ cluster: says, instance: says });
    expect(await cloud.ask(`GET ${cluster}`)).toMatchObject({ state: "READY" });
    await drop("analytics");
    expect((await cloud.up(environment)).run.failures).toEqual([]);
    expect((await cloud.read("held")).status).toBe(200);
  });

  it("leaves the connection to Google for an hour, and for as long as any cluster uses the network", async () => {
    await makeForeign();
    const from = lastEntry();
    expect((await cloud.down("held")).run).toMatchObject({ state: "remaining", failures: [] });
    await pass(0.75 * hour);
    expect(abandoned(from)).toBe(0);
    await cloud.ask(`POST ${clusters}?clusterId=theirs`, {
      networkConfig: { network },
      initialUser: { password: "of-another-team-1" },
    });
    await pass(hour);
    expect(abandoned(from)).toBe(0);
    expect(await remaining()).toEqual({
      network: expect.stringContaining("/instances/theirs"),
      peering: expect.stringContaining("has not released the connection"),
    });
  });

  it("removes the peering without it when the last cluster is gone, and tells what stays at Google's", async () => {
    const from = lastEntry();
    await cloud.ask(`DELETE ${clusters}/theirs`);
    await pass(hour);
    expect(abandoned(from)).toBe(1);
    expect(Object.keys(await remaining())).toEqual(["network"]);
    expect((await cloud.ask(`GET ${compute}/global/networks/held-vpc`)).peerings ?? []).toEqual([]);
  });

  it("names whatever of somebody else's is in the way, one after the other, and leaves it alone", async () => {
    expect((await remaining()).network).toContain(`${project}/zones/${region}-a/instances/theirs`);
    await cloud.ask(`DELETE ${compute}/zones/${region}-a/instances/theirs`);
    await pass(0.5 * hour);
    expect((await remaining()).network).toContain(`${project}/regions/${region}/subnetworks/theirs`);
    await cloud.ask(`DELETE ${compute}/regions/${region}/subnetworks/theirs`);
    expect(time.heard.filter(({ type }) => type === "dev.alloyrun.gone")).toEqual([]);
  });

  it("is done when an inventory finds nothing of the environment's own any more, and names what stays", async () => {
    await reserve();
    await time.until("the end", () => time.heard.at(-1)?.type === "dev.alloyrun.gone");
    expect(time.heard.at(-1)?.data).toMatchObject({
      left: [`${range} is not of alloyrun:my-project-alloyrun/held; it was left as it is`],
      degraded: [`producer residue: Google still lists the private connection of ${network}`],
    });
    const residue = `servicenetworking.connections ${network}/servicenetworking.googleapis.com`;
    const staying = [residue, `compute.addresses ${range}`];
    expect(
      takeInventory(cloud.local)
        .filter((line) => !before.includes(line))
        .sort(),
    ).toEqual(staying.sort());
    expect(takeInventory(cloud.local)).toEqual(expect.arrayContaining([...before]));
  });

  it("names a network of somebody else under the same name, and touches nothing", async () => {
    await cloud.ask(`POST ${compute}/global/networks`, { name: "held-vpc", autoCreateSubnetworks: false });
    const standing = takeInventory(cloud.local);
    const { code, stdout } = await cloud.alloyrun("down", "held", ...place);
    expect(code).toBe(0);
    expect(stdout).toContain("held is gone: every step found nothing of its own left.");
    const told = stdout.replace(/\s+/g, " ");
    for (const name of [network, range]) {
      expect(told).toContain(`${name} is not of alloyrun:my-project-alloyrun/held; it was left as it is`);
    }
    expect(takeInventory(cloud.local)).toEqual(standing);
  });

  it("costs no request that the definitions of Google's APIs refuse", () => {
    expect(invalidRequests(cloud.local)).toEqual([]);
  });

  /** Lets time pass with all that it sets off. */
  async function pass(ms: number): Promise<void> {
    const end = cloud.local.cloud.clock.now() + ms;
    await time.until("that time", () => cloud.local.cloud.clock.now() >= end);
  }

  async function remaining(): Promise<Readonly<Record<string, string>>> {
    const { remaining: left } = (await time.get("/v1/environments/held")).body;
    return left as Readonly<Record<string, string>>;
  }

  /** How often a peering was removed without its connection. */
  function abandoned(number: number): number {
    const methods = effectsSince(number, /^alloyrun-peering@/);
    return methods.filter((method) => method === "google.cloud.compute.v1.Networks.RemovePeering").length;
  }

  async function makeTheirNetwork(): Promise<void> {
    for (const api of ["compute", "alloydb"]) {
      await cloud.ask(`POST serviceusage.googleapis.com/v1/${project}/services/${api}.googleapis.com:enable`, {});
    }
    await cloud.local.cloud.clock.advance(10 * 60_000);
    await cloud.ask(`POST ${compute}/global/networks`, { name: "theirs", autoCreateSubnetworks: false });
  }

  /** A subnet and an instance in the environment's network, as another team has made them there. */
  async function makeForeign(): Promise<void> {
    await cloud.ask(`POST ${compute}/regions/${region}/subnetworks`, {
      ...{ name: "theirs", network, ipCidrRange: "10.9.0.0/24" },
    });
    await cloud.ask(`POST ${compute}/zones/${region}-a/instances`, {
      name: "theirs",
      machineType: `zones/${region}-a/machineTypes/e2-micro`,
      disks: [
        { boot: true, initializeParams: { sourceImage: "projects/debian-cloud/global/images/family/debian-12" } },
      ],
      networkInterfaces: [{ subnetwork: `${project}/regions/${region}/subnetworks/held-egress` }],
    });
  }

  /** Somebody else takes the name of the environment's range, which is free by now, for their network. */
  async function reserve(): Promise<void> {
    await cloud.ask(`POST ${compute}/global/addresses`, {
      ...{ name: range.split("/").at(-1), purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 24 },
      network: `${project}/global/networks/theirs`,
    });
  }

  /** Drops a database, as whoever made it does. */
  async function drop(name: string): Promise<void> {
    const secret = `secretmanager.googleapis.com/v1/${project}/secrets/alloyrun-held-admin-password/versions/latest`;
    const { payload } = await cloud.ask(`GET ${secret}:access`);
    const { data } = payload as { readonly data: string };
    const password = Buffer.from(data, "base64").toString();
    const query = { database: "postgres", user: "postgres", password, sqlStatement: `DROP DATABASE ${name}` };
    const answer = await cloud.ask(`POST ${clusters}/held-cluster/instances/held-primary:executeSql`, query);
    expect(answer.metadata).toMatchObject({ status: "OK" });
  }

  /** The producer's side never notices that the cluster is gone. */
  function leak(): void {
    cloud.local.cloud.store.collection("servicenetworking.holds").put(`${network}/leaked`, { network });
  }

  function lastEntry(): number {
    return cloud.local.journal.entries().at(-1)?.number ?? 0;
  }

  /** Methods of calls that changed something, in their order. */
  function effectsSince(number: number, caller: RegExp): readonly string[] {
    return cloud.local.journal
      .entries(number + 1)
      .flatMap((entry) => (entry.kind === "call" && caller.test(entry.principal) ? [entry.method] : []))
      .filter(hasEffect);
  }

  /** What tells one network, subnet, range and connection from another of the same name. */
  async function idsOf(): Promise<Readonly<Record<string, unknown>>> {
    const [vpc, subnet, range] = await Promise.all([
      cloud.ask(`GET ${compute}/global/networks/held-vpc`),
      cloud.ask(`GET ${compute}/regions/${region}/subnetworks/held-egress`),
      cloud.ask(`GET ${compute}/global/addresses/held-services`),
    ]);
    const [peering] = (vpc.peerings ?? []) as readonly JsonObject[];
    return { network: vpc.id, subnet: subnet.id, range: range.id, peering: peering?.stateDetails };
  }
});
