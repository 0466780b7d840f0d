import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createAlloyDb } from "../../local/alloydb/alloydb.ts";
import { createCompute } from "../../local/compute/compute.ts";
import type { LocalCloud } from "../../local/main.ts";
import { createServiceNetworking } from "../../local/servicenetworking/service-networking.ts";
import { createVpcAccess } from "../../local/vpcaccess/vpc-access.ts";
import { errorOf, rest, startTestCloud, testProject } from "../support/local-cloud.ts";
import { operate } from "../support/local-operation.ts";

/** What Google Cloud always does to those who automate it, and the test that proves it of the local one. */
// biome-ignore format: a table
const traps: readonly (readonly [trap: string, file: string, title: string])[] = [
  ["direct VPC egress holds its subnet for an hour or two", "run/egress.test.ts", "holds addresses in the subnet while a service is attached and for an hour or two after"],
  ["nothing frees a subnet held by direct VPC egress sooner", "compute/network.test.ts", "are held by the addresses of direct VPC egress until those are given back"],
  ["a connection is refused its end while a producer holds it", "servicenetworking/service-networking.test.ts", "fails its operation while a producer holds the connection"],
  ["a producer lets go late", "alloydb/clusters.test.ts", "needs force while it has instances, then holds the connection for a while"],
  ["a network deleted under its connection leaves it behind", "servicenetworking/service-networking.test.ts", "leaves a connection behind that stands in the way of another network of the name"],
  ["a change under way refuses another", "alloydb/clusters.test.ts", "refuses a change under way and one of another state"],
  ["a repeated request id answers the first operation", "compute/network.test.ts", "answer a repeated request id with the operation of the first"],
  ["a new service account is not seen everywhere", "iam/service-account.test.ts", "are seen by reads now and then, and always once they have spread"],
  ["a new service account cannot be granted anything yet", "access/access.test.ts", "refuses an account until others see it"],
  ["a stale etag refuses a policy", "access/access.test.ts", "refuses an etag that is not the present one"],
  ["conditions demand version 3", "access/access.test.ts", "insists on version 3"],
  ["a grant takes effect late", "access/access.test.ts", "lets a grant count only after a while, and so a removal"],
  ["an account made again is another", "iam/service-account.test.ts", "leaves its bindings behind under another name, and brings them back"],
  ["a deleted account comes back for thirty days", "iam/service-account.test.ts", "can come back for thirty days, unless its name is taken"],
  ["a custom role's id stays taken", "iam/role.test.ts", "are deleted softly: 7 days to come back, 37 until the id is free"],
  ["a secret must be readable when a revision is made", "run/egress.test.ts", "must be readable by the service account when a revision is made, and the same service is repaired then"],
  ["a service whose creation failed stays", "run/services.test.ts", "keeps the service and tells the reason when the container exits, and a PATCH then repairs it"],
  ["an enabled API cannot be called at once", "serviceusage/service-usage.test.ts", "lets the API be called once that has spread, and not when the operation is done"],
  ["a connector in ERROR blocks its name", "vpcaccess/vpc-access.test.ts", "leaves a connector in ERROR, which blocks its name until it is deleted"],
  ["a deleted connector leaves firewall rules", "vpcaccess/vpc-access.test.ts", "keeps its subnet, and leaves firewall rules behind that keep the network a while"],
  ["a connector shares its subnet with nothing", "vpcaccess/vpc-access.test.ts", "shares its subnet with nothing and its range with no subnetwork"],
  ["other ranges fail a second connection", "servicenetworking/service-networking.test.ts", "succeeds again with the same ranges and fails its operation with others"],
  ["a removed peering leaves half a connection", "servicenetworking/service-networking.test.ts", "can be removed by itself, and comes back with its ranges by an empty create"],
  ["a peering is ACTIVE after its operation is done", "servicenetworking/service-networking.test.ts", "gives a connection whose peering becomes ACTIVE a little after the operation is done"],
  ["an exhausted range leaves a FAILED instance", "alloydb/instances.test.ts", "leaves a FAILED instance when no block of addresses is free, which can be deleted"],
  ["Google's APIs are out of reach without Private Google Access", "run/egress.test.ts", "puts Google's APIs out of reach behind a subnet without Private Google Access"],
  ["users.create replaces a user", "alloydb/databases.test.ts", "replaces password and roles of a user that exists"],
  ["executeSql tells errors within a 200", "alloydb/databases.test.ts", "tells errors in the metadata of a 200, and undoes the whole batch"],
  ["a job retries three times unless told otherwise", "run/jobs.test.ts", "fills in defaults, keeps an explicit zero of retries, and refuses a second one"],
  ["a build with an account of its own needs a place for its log", "cloudbuild/cloud-build.test.ts", "refuses a service account without a place for the log"],
  ["an object may change about once a second", "storage/storage.test.ts", "are held to about one change a second, by the clock"],
  ["a bucket's name is everybody's", "storage/storage.test.ts", "have one space of names for all projects"],
];

describe("what Google Cloud always does", () => {
  it.each(traps)("%s", async (_, file, title) => {
    const text = await readFile(fileURLToPath(new URL(file, import.meta.url)), "utf8");
    expect(text).toContain(`it("${title}"`);
  });
});

const region = "us-central1";
const project = `projects/${testProject}`;
const networks = `compute.googleapis.com/compute/v1/${project}/global/networks`;
const connectors = `vpcaccess.googleapis.com/v1/${project}/locations/${region}/connectors`;
const clusters = `alloydb.googleapis.com/v1/${project}/locations/${region}/clusters`;
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createAlloyDb, createCompute, createServiceNetworking, createVpcAccess] });
  await operate(local, `POST ${networks}`, { body: { name: "vpc", autoCreateSubnetworks: false } });
}, 60_000);
afterEach(() => local.faults.clear());
afterAll(() => local.stop());

const createConnector = (id: string) =>
  operate(local, `POST ${connectors}?connectorId=${id}`, {
    body: { network: "vpc", ipCidrRange: "10.8.0.0/28", minInstances: 2, maxInstances: 3 },
  });
const get = async (address: string) => (await rest(local, `GET ${address}`)).body;

describe("an operation that fails", () => {
  it("leaves a cluster FAILED under its name, which can be deleted and made again", async () => {
    const message = "Failed to perform tenant project creation";
    local.faults.add({
      on: "operation",
      match: "clusters.create",
      when: { times: 1 },
      effect: { kind: "error", code: "ABORTED", message },
    });
    const body = {
      networkConfig: { network: `${project}/global/networks/vpc` },
      initialUser: { password: "s3cret-Word" },
    };
    const create = () => operate(local, `POST ${clusters}?clusterId=tenant`, { body });
    expect(await create()).toMatchObject({ done: true, error: { code: 10, message } });
    expect(await get(`${clusters}/tenant`)).toMatchObject({ state: "FAILED" });
    expect(await create()).toMatchObject({ error: { status: "ALREADY_EXISTS" } });
    expect(await operate(local, `DELETE ${clusters}/tenant`)).toMatchObject({ done: true, response: {} });
    expect(await create()).toMatchObject({ done: true, response: { state: "READY" } });
  }, 60_000);

  it("leaves a cluster as it was when it was to be deleted", async () => {
    local.faults.add({ on: "operation", match: "clusters.delete", effect: { kind: "error", code: "INTERNAL" } });
    expect(await operate(local, `DELETE ${clusters}/tenant`)).toMatchObject({ error: { code: 13 } });
    expect(await get(`${clusters}/tenant`)).toMatchObject({ state: "READY" });
  });

  it("leaves a connector in ERROR when Google's own agent lacks a role", async () => {
    const message = "Google APIs Service Agent needs editor role in the project.";
    local.faults.add({
      on: "operation",
      match: "vpcaccess.googleapis.com/create",
      when: { times: 1 },
      effect: { kind: "error", code: "PERMISSION_DENIED", message },
    });
    expect(await createConnector("agentless")).toMatchObject({ error: { code: 7, message } });
    expect(await get(`${connectors}/agentless`)).toMatchObject({ state: "ERROR" });
    expect(await createConnector("agentless")).toMatchObject({ error: { status: "ALREADY_EXISTS" } });
    await operate(local, `DELETE ${connectors}/agentless`);
    expect(await createConnector("agentless")).toMatchObject({ response: { state: "READY" } });
  });
});

describe("a name", () => {
  it("stays taken while what had it is being deleted", async () => {
    const { body } = await rest(local, `DELETE ${connectors}/agentless`);
    expect(await createConnector("agentless")).toMatchObject({ error: { status: "ALREADY_EXISTS" } });
    const { clock, operations } = local.cloud;
    await clock.working((hold) => operations.wait("vpcaccess.googleapis.com", String(body.name), 60_000, hold));
    expect(await createConnector("agentless")).toMatchObject({ response: { state: "READY" } });
  });
});

describe("the wait of Compute Engine", () => {
  it("answers RUNNING after two minutes of the clock, and 200 with the error once it is there", async () => {
    local.faults.add({ on: "operation", match: "network.insert", effect: { kind: "slow", seconds: 240 } });
    const started = await rest(local, `POST ${networks}`, { body: { name: "late", autoCreateSubnetworks: false } });
    const wait = () =>
      rest(local, `POST compute.googleapis.com/compute/v1/${project}/global/operations/${started.body.name}/wait`);
    expect((await wait()).body).toMatchObject({ status: "RUNNING" });
    await wait();
    expect((await wait()).body).toMatchObject({ status: "DONE" });
    local.faults.clear();
    local.faults.add({ on: "operation", match: "network.insert", effect: { kind: "error", code: "INTERNAL" } });
    const failed = await rest(local, `POST ${networks}`, { body: { name: "broken", autoCreateSubnetworks: false } });
    const polled = await rest(
      local,
      `POST compute.googleapis.com/compute/v1/${project}/global/operations/${failed.body.name}/wait`,
    );
    expect(polled).toMatchObject({ status: 200, body: { status: "DONE", httpErrorStatusCode: 500 } });
  });

  it("takes no zero for a request id", async () => {
    const zero = "00000000-0000-0000-0000-000000000000";
    const body = { name: "zero", autoCreateSubnetworks: false };
    const answer = await rest(local, `POST ${networks}?requestId=${zero}`, { body });
    expect(errorOf(answer)).toMatchObject({ code: 400, errors: [{ reason: "invalid" }] });
  });
});
