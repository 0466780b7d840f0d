import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createEnvironment, type Environment, region } from "./support/environment.ts";
import { type InstalledCloud, startInstalledCloud } from "./support/installed-cloud.ts";
import { takeGrants, takeInventory } from "./support/inventory.ts";
import { invalidRequests } from "./support/journal.ts";

jest.setTimeout(600_000);

const project = "projects/my-project";
const network = `${project}/global/networks/my-vpc`;
const cluster = `${project}/locations/${region}/clusters/owned-cluster`;
const account = `${project}/serviceAccounts/owned-service@my-project.iam.gserviceaccount.com`;
const secret = `${project}/secrets/alloyrun-owned-admin-password`;

describe("what bears no mark of the environment", () => {
  let cloud: InstalledCloud;
  let environment: Environment;
  let before: { readonly inventory: string[]; readonly grants: string[] };

  beforeAll(async () => {
    cloud = await startInstalledCloud();
    environment = createEnvironment("owned", { network: { name: "my-vpc" } });
    await makeForeign(cloud);
    before = { inventory: takeInventory(cloud.local), grants: takeGrants(cloud.local) };
  });

  afterAll(async () => {
    environment?.remove();
    await cloud?.stop();
  });

  it("is refused by name when it is the network, and left alone", async () => {
    const found = await read(network);
    await expectRefusal("network", network);
    expect(await read(network)).toEqual(found);
    expect(takeInventory(cloud.local)).toEqual(before.inventory);
  });

  it("is refused by name when it is a service account", async () => {
    environment.configure({});
    await expectRefusal("identity", account);
  });

  it("is refused by name when it is a secret", async () => {
    environment.configure({ identity: { serviceAccount: "owned-runner" } });
    await expectRefusal("identity", secret);
  });

  it("is refused by name when it is the cluster, although all else is free", async () => {
    await cloud.ask(`DELETE secretmanager.googleapis.com/v1/${secret}`);
    const found = await read(cluster);
    await expectRefusal("cluster", cluster);
    expect(await read(cluster)).toEqual(found);
  });

  it("keeps everything from being made: there is nothing to take down", async () => {
    const place = ["--project", "my-project", "--region", region, "--json"];
    const { code, stderr } = await cloud.alloyrun("down", "owned", ...place);
    expect(code).not.toBe(0);
    expect(stderr).toContain("no environment owned is known here");
    const isDeletedByUs = (line: string) => line.includes(secret);
    expect(takeInventory(cloud.local)).toEqual(before.inventory.filter((line) => !isDeletedByUs(line)));
    expect(takeGrants(cloud.local)).toEqual(before.grants);
    for (const name of [network, cluster, account]) expect(await read(name)).toBeDefined();
  });

  it("costs no request that the definitions of Google's APIs refuse", () => {
    expect(invalidRequests(cloud.local)).toEqual([]);
  });

  async function expectRefusal(step: string, name: string): Promise<void> {
    const { code, run, stderr } = await cloud.up(environment);
    expect(code).toBe(1);
    // All that is somebody else's is named at once.
    expect(run.failures).toContainEqual(
      expect.objectContaining({ step, code: "FAILED_PRECONDITION", message: expect.stringContaining(name) }),
    );
    // On a screen of eighty columns the name goes on in the next line.
    expect(stderr.replaceAll(/\s+/g, "")).toContain(name);
  }

  function read(name: string) {
    return cloud.ask(`GET ${hostOf(name)}/${name}`);
  }
});

/** Host and version of the API that a resource belongs to. */
function hostOf(name: string): string {
  if (name.includes("/networks/")) return "compute.googleapis.com/compute/v1";
  if (name.includes("/clusters/")) return "alloydb.googleapis.com/v1";
  return name.includes("/secrets/") ? "secretmanager.googleapis.com/v1" : "iam.googleapis.com/v1";
}

/** A network, an account, a secret and a cluster as somebody else has made them under the names that we would give. */
async function makeForeign(cloud: InstalledCloud): Promise<void> {
  for (const api of ["compute", "servicenetworking", "alloydb", "secretmanager"]) {
    await cloud.ask(`POST serviceusage.googleapis.com/v1/${project}/services/${api}.googleapis.com:enable`, {});
  }
  const compute = `compute.googleapis.com/compute/v1/${project}/global`;
  await cloud.ask(`POST ${compute}/networks`, {
    name: "my-vpc",
    description: "of another team",
    autoCreateSubnetworks: false,
  });
  await cloud.ask(`POST ${compute}/addresses`, {
    name: "my-range",
    purpose: "VPC_PEERING",
    addressType: "INTERNAL",
    prefixLength: 20,
    network,
  });
  const { projectNumber } = await cloud.ask(`GET cloudresourcemanager.googleapis.com/v1/${project}`);
  await cloud.ask("POST servicenetworking.googleapis.com/v1/services/servicenetworking.googleapis.com/connections", {
    network: `projects/${projectNumber}/global/networks/my-vpc`,
    reservedPeeringRanges: ["my-range"],
  });
  await cloud.ask(`POST iam.googleapis.com/v1/${project}/serviceAccounts`, { accountId: "owned-service" });
  await cloud.ask(`POST secretmanager.googleapis.com/v1/${project}/secrets?secretId=alloyrun-owned-admin-password`, {
    replication: { automatic: {} },
  });
  await cloud.ask(`POST alloydb.googleapis.com/v1/${project}/locations/${region}/clusters?clusterId=owned-cluster`, {
    networkConfig: { network },
    initialUser: { password: "of-another-team-1" },
  });
}
