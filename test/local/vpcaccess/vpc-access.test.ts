import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { errorOf, rest, testProject } from "../../support/local-cloud.ts";
import { operate } from "../../support/local-operation.ts";
import { base, insertNetwork, insertSubnetwork, networkPath, region, startNetworks } from "../compute/fixture.ts";

const parent = `vpcaccess.googleapis.com/v1/projects/${testProject}/locations/${region}`;
const subnet = { subnet: { name: "sub" }, minInstances: 2, maxInstances: 3 };
let local: LocalCloud;

beforeEach(async () => {
  local = await startNetworks();
  await insertNetwork(local);
  await insertSubnetwork(local, "sub", "10.0.0.0/28");
});
afterEach(() => local.stop());

const create = (body: JsonObject, id = "my-connector") =>
  operate(local, `POST ${parent}/connectors?connectorId=${id}`, { body });
const get = async (id = "my-connector") => (await rest(local, `GET ${parent}/connectors/${id}`)).body;

describe("CreateConnector", () => {
  it("takes the subnet where a network is sent beside it, and is READY with the operation", async () => {
    local.cloud.clock.pause();
    const body = { ...subnet, network: "default", machineType: "f1-micro" };
    const started = await rest(local, `POST ${parent}/connectors?connectorId=my-connector`, { body });
    expect(started.body.done).toBeUndefined();
    expect(started.body.metadata).toMatchObject({
      method: "google.cloud.vpcaccess.v1.VpcAccessService.CreateConnector",
      target: `projects/${testProject}/locations/${region}/connectors/my-connector`,
    });
    expect(await get()).toMatchObject({ state: "CREATING" });
    await local.cloud.clock.advance(270_000);
    expect(await get()).toEqual({
      name: `projects/${testProject}/locations/${region}/connectors/my-connector`,
      state: "READY",
      subnet: { name: "sub" },
      network: "my-vpc",
      machineType: "f1-micro",
      ...{ minInstances: 2, maxInstances: 3, minThroughput: 200, maxThroughput: 300 },
    });
  });

  it.each<[string, string, JsonObject, string]>([
    ["an id that is too long", "a-connector-with-a-long-name", subnet, "Request contains an invalid argument."],
    ["a name", "c-name", { ...subnet, name: "x" }, "Connector name must not be set."],
    ["neither subnet nor range", "c-none", { minInstances: 2, maxInstances: 3 }, "Either a subnet"],
    ["a range that is no /28", "c-wide", { network: "my-vpc", ipCidrRange: "10.9.0.0/24" }, "must be a /28"],
    ["too few instances", "c-few", { ...subnet, minInstances: 1 }, "min_instances must be between 2 and 9"],
    ["no room between the two", "c-same", { ...subnet, minInstances: 3, maxInstances: 3 }, "less than max_instances"],
    ["an unknown machine", "c-big", { ...subnet, machineType: "n1-standard-1" }, "Machine type n1-standard-1"],
  ])("refuses %s", async (_, id, body, message) => {
    const answer = await rest(local, `POST ${parent}/connectors?connectorId=${id}`, { body });
    expect(answer.status).toBe(400);
    expect(errorOf(answer).message).toContain(message);
    expect((await rest(local, `GET ${parent}/connectors/${id}`)).status).toBe(404);
  });

  it("leaves a connector in ERROR, which blocks its name until it is deleted", async () => {
    await insertSubnetwork(local, "wide", "10.1.0.0/24");
    const failed = await create({ ...subnet, subnet: { name: "wide" } });
    expect(failed).toMatchObject({
      done: true,
      error: { code: 3, message: expect.stringContaining("a connector needs a /28") },
    });
    expect(await get()).toMatchObject({ state: "ERROR" });
    const again = await rest(local, `POST ${parent}/connectors?connectorId=my-connector`, { body: subnet });
    expect(errorOf(again).status).toBe("ALREADY_EXISTS");
    await operate(local, `DELETE ${parent}/connectors/my-connector`);
    expect(await create(subnet)).toMatchObject({ response: { state: "READY" } });
  });

  it("shares its subnet with nothing and its range with no subnetwork", async () => {
    await create(subnet);
    expect(await create(subnet, "second")).toMatchObject({
      error: { message: expect.stringContaining("subnet of its own") },
    });
    const range = { network: "my-vpc", ipCidrRange: "10.0.0.0/28" };
    expect(await create(range, "third")).toMatchObject({
      error: { message: expect.stringContaining("conflicts with an existing subnetwork") },
    });
  });
});

describe("Patch", () => {
  const patch = (mask: string, body: JsonObject) =>
    operate(local, `PATCH ${parent}/connectors/my-connector?updateMask=${mask}`, { body });

  it("changes the machines while the connector is UPDATING", async () => {
    await create(subnet);
    local.cloud.clock.pause();
    const body = { minInstances: 3, maxInstances: 5 };
    await rest(local, `PATCH ${parent}/connectors/my-connector?updateMask=minInstances,maxInstances`, { body });
    expect(await get()).toMatchObject({ state: "UPDATING", maxInstances: 3 });
    expect((await rest(local, `DELETE ${parent}/connectors/my-connector`)).status).toBe(400);
    await local.cloud.clock.advance(240_000);
    expect(await get()).toMatchObject({ state: "READY", ...body, maxThroughput: 500, machineType: "e2-micro" });
  });

  it.each<[string, string, JsonObject]>([
    ["only one of the numbers", "minInstances", { minInstances: 2 }],
    ["fewer machines at the most", "minInstances,maxInstances", { minInstances: 2, maxInstances: 3 }],
    ["the subnet", "subnet", { subnet: { name: "other" } }],
  ])("refuses %s", async (_, mask, body) => {
    await create({ ...subnet, maxInstances: 5 });
    expect(await patch(mask, body)).toMatchObject({ error: { code: 400 } });
    expect(await get()).toMatchObject({ state: "READY", maxInstances: 5 });
  });
});

describe("a connector", () => {
  it("keeps its subnet, and leaves firewall rules behind that keep the network a while", async () => {
    await create(subnet);
    const held = await rest(local, `DELETE ${base}/regions/${region}/subnetworks/sub`);
    expect(errorOf(held).message).toMatch(/used by 'projects\/test-project\/zones\/.*\/instances\/aet-/);
    await operate(local, `DELETE ${parent}/connectors/my-connector`);
    await operate(local, `DELETE ${base}/regions/${region}/subnetworks/sub`);
    local.cloud.clock.pause();
    const residue = await rest(local, `DELETE ${base}/global/networks/my-vpc`);
    expect(errorOf(residue).message).toContain(`/global/firewalls/aet-asianortheast1-my-connector-`);
    await local.cloud.clock.advance(120_000);
    expect((await rest(local, `DELETE ${base}/global/networks/my-vpc`)).status).toBe(200);
  });

  it("is told from one that does not exist", async () => {
    const missing = await rest(local, `GET ${parent}/connectors/none`);
    expect(missing.status).toBe(404);
    expect(errorOf(missing).message).toBe("The connector is not found.");
    expect((await rest(local, `GET ${parent}/connectors`)).body).toEqual({});
  });

  it("may have a range of its own in a network", async () => {
    await create({ network: networkPath, ipCidrRange: "10.9.0.0/28" });
    expect(await get()).toMatchObject({ network: "my-vpc", ipCidrRange: "10.9.0.0/28" });
    const body = { name: "late", network: networkPath, ipCidrRange: "10.9.0.0/24" };
    expect((await rest(local, `POST ${base}/regions/${region}/subnetworks`, { body })).status).toBe(400);
  });
});
