import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { toTimestamp } from "../../../local/clock.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { errorOf, rest, testProject } from "../../support/local-cloud.ts";
import { member, operate } from "../../support/local-operation.ts";
import {
  base,
  insertNetwork,
  insertRange,
  insertSubnetwork,
  networkPath,
  region,
  startNetworks,
  subnetworkPath,
} from "./fixture.ts";

let local: LocalCloud;

beforeEach(async () => {
  local = await startNetworks();
});
afterEach(() => local.stop());

const reasonOf = (answer: Awaited<ReturnType<typeof rest>>) => errorOf(answer).errors;

describe("networks", () => {
  it("are made by an operation in the form of Compute Engine", async () => {
    const body = { name: "my-vpc", autoCreateSubnetworks: false };
    const started = await rest(local, `POST ${base}/global/networks`, { body });
    expect(started.body).toMatchObject({
      kind: "compute#operation",
      operationType: "insert",
      progress: 0,
      targetLink: `https://www.googleapis.com/compute/v1/${networkPath}`,
      user: "owner@example.com",
    });
    expect(["PENDING", "RUNNING"]).toContain(started.body.status);
    const done = await rest(local, `POST ${base}/global/operations/${started.body.name}/wait`);
    expect(done.body).toMatchObject({ status: "DONE", progress: 100, name: started.body.name });
    expect(Date.parse(String(done.body.endTime))).toBeGreaterThan(Date.parse(String(done.body.insertTime)));
    const network = await rest(local, `GET ${base}/global/networks/my-vpc`);
    expect(network.body).toMatchObject({ ...body, routingConfig: { routingMode: "REGIONAL" }, id: done.body.targetId });
  });

  it("answer 409, 404 and 400 with the reasons that Compute Engine gives", async () => {
    await insertNetwork(local);
    const again = await rest(local, `POST ${base}/global/networks`, {
      body: { name: "my-vpc", autoCreateSubnetworks: false },
    });
    expect(again.status).toBe(409);
    expect(errorOf(again).message).toBe(`The resource '${networkPath}' already exists`);
    expect(reasonOf(again)).toMatchObject([{ reason: "alreadyExists", domain: "global" }]);
    const missing = await rest(local, `GET ${base}/global/networks/other`);
    expect(missing.status).toBe(404);
    expect(reasonOf(missing)).toMatchObject([{ reason: "notFound" }]);
    const misnamed = await rest(local, `POST ${base}/global/networks`, {
      body: { name: "My_VPC", autoCreateSubnetworks: false },
    });
    expect(misnamed.status).toBe(400);
    expect(reasonOf(misnamed)).toMatchObject([{ reason: "invalid" }]);
  });

  it("answer a repeated request id with the operation of the first", async () => {
    const target = `POST ${base}/global/networks?requestId=7d1e3b1c-5d84-4f0a-9a43-0d9c2e0a1b2c`;
    const body = { name: "my-vpc", autoCreateSubnetworks: false };
    const first = await rest(local, target, { body });
    const second = await rest(local, target, { body });
    expect(second.body.name).toBe(first.body.name);
    const zero = await rest(local, `POST ${base}/global/networks?requestId=00000000-0000-0000-0000-000000000000`, {
      body,
    });
    expect(zero.status).toBe(400);
  });

  it("are not ready for others while an operation changes them", async () => {
    local.cloud.clock.pause();
    await rest(local, `POST ${base}/global/networks`, { body: { name: "my-vpc", autoCreateSubnetworks: false } });
    const body = { name: "sub", network: networkPath, ipCidrRange: "10.0.0.0/24" };
    const early = await rest(local, `POST ${base}/regions/${region}/subnetworks`, { body });
    expect(reasonOf(early)).toMatchObject([{ reason: "resourceNotReady" }]);
    await local.cloud.clock.advance(60_000);
    expect((await rest(local, `POST ${base}/regions/${region}/subnetworks`, { body })).status).toBe(200);
  });

  it("stay while something is in them, which the refusal names", async () => {
    await insertNetwork(local);
    await insertSubnetwork(local, "sub", "10.0.0.0/24");
    const refused = await rest(local, `DELETE ${base}/global/networks/my-vpc`);
    expect(reasonOf(refused)).toMatchObject([
      {
        reason: "resourceInUseByAnotherResource",
        message: `The network resource '${networkPath}' is already being used by '${subnetworkPath("sub")}'`,
      },
    ]);
    await operate(local, `DELETE ${base}/regions/${region}/subnetworks/sub`);
    expect(await operate(local, `DELETE ${base}/global/networks/my-vpc`)).toMatchObject({ status: "DONE" });
    expect((await rest(local, `GET ${base}/global/networks/my-vpc`)).status).toBe(404);
  });

  it("fail an operation with a reason when something came in between", async () => {
    await insertNetwork(local);
    local.cloud.clock.pause();
    const { body } = await rest(local, `DELETE ${base}/global/networks/my-vpc`);
    local.cloud.store.collection("compute.firewalls").put(`projects/${testProject}/global/firewalls/late`, {
      network: `https://www.googleapis.com/compute/v1/${networkPath}`,
    });
    await local.cloud.clock.advance(60_000);
    const operation = await rest(local, `GET ${base}/global/operations/${body.name}`);
    expect(operation.status).toBe(200);
    expect(operation.body).toMatchObject({
      status: "DONE",
      httpErrorStatusCode: 400,
      httpErrorMessage: "BAD REQUEST",
      error: { errors: [{ code: "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE" }] },
    });
  });

  it("in auto mode have a subnetwork in every region", async () => {
    await insertNetwork(local, { autoCreateSubnetworks: true });
    const found = await rest(local, `GET ${base}/regions/${region}/subnetworks`);
    expect(found.body.items).toMatchObject([{ name: "my-vpc", ipCidrRange: "10.146.0.0/20" }]);
  });

  it("come with a route to the internet", async () => {
    await insertNetwork(local);
    const { body } = await rest(local, `GET ${base}/global/routes`);
    expect(body.items).toMatchObject([
      { destRange: "0.0.0.0/0", priority: 1000, network: expect.stringContaining("my-vpc") },
    ]);
  });
});

describe("subnetworks", () => {
  beforeEach(() => insertNetwork(local));

  it("keep out of each other's ranges and those reserved", async () => {
    await insertRange(local, { address: "10.8.0.0", prefixLength: 16 });
    await insertSubnetwork(local, "first", "10.0.0.0/24");
    const insert = (ipCidrRange: string) =>
      rest(local, `POST ${base}/regions/${region}/subnetworks`, {
        body: { name: "second", network: networkPath, ipCidrRange },
      });
    expect(errorOf(await insert("10.0.0.128/25")).message).toContain("conflicts with existing subnetwork");
    expect(errorOf(await insert("10.8.4.0/24")).message).toContain("conflicts with existing allocated range");
    expect(errorOf(await insert("10.1.0.1/24")).message).toContain("no bits set behind the prefix");
    expect(errorOf(await insert("10.1.0.0/30")).message).toContain("between 4 and 29");
    expect((await insert("10.0.1.0/24")).status).toBe(200);
  });

  it("are patched only with their present fingerprint", async () => {
    await insertSubnetwork(local, "sub", "10.0.0.0/24");
    const target = `${base}/regions/${region}/subnetworks/sub`;
    const { fingerprint } = (await rest(local, `GET ${target}`)).body;
    const stale = await rest(local, `PATCH ${target}`, {
      body: { fingerprint: "AAAAAAAAAAA=", privateIpGoogleAccess: false },
    });
    expect(stale.status).toBe(412);
    expect(errorOf(stale).message).toBe("Invalid fingerprint.");
    await operate(local, `PATCH ${target}`, { body: { fingerprint, privateIpGoogleAccess: false } });
    const patched = (await rest(local, `GET ${target}`)).body;
    expect(patched.privateIpGoogleAccess).toBe(false);
    expect(patched.fingerprint).not.toBe(fingerprint);
    await operate(local, `POST ${target}/setPrivateIpGoogleAccess`, { body: { privateIpGoogleAccess: true } });
    expect((await rest(local, `GET ${target}`)).body.privateIpGoogleAccess).toBe(true);
  });

  it("grow and do not shrink", async () => {
    await insertSubnetwork(local, "sub", "10.0.0.0/24");
    const target = `POST ${base}/regions/${region}/subnetworks/sub/expandIpCidrRange`;
    expect((await rest(local, target, { body: { ipCidrRange: "10.0.0.0/25" } })).status).toBe(400);
    await operate(local, target, { body: { ipCidrRange: "10.0.0.0/20" } });
    expect((await rest(local, `GET ${base}/regions/${region}/subnetworks/sub`)).body.ipCidrRange).toBe("10.0.0.0/20");
  });

  it("are held by the addresses of direct VPC egress until those are given back", async () => {
    await insertSubnetwork(local, "sub", "10.0.0.0/24");
    const { clock, store } = local.cloud;
    const hold = { subnetwork: subnetworkPath("sub"), count: 2 };
    store.collection("run.addressHolds").put(hold.subnetwork, hold);
    const addresses = await rest(local, `GET ${base}/regions/${region}/addresses`);
    expect(addresses.body.items).toMatchObject([{ subnetwork: expect.stringContaining("/sub") }, {}]);
    const refused = await rest(local, `DELETE ${base}/regions/${region}/subnetworks/sub`);
    const [, blocker = ""] = /used by '(.*)'$/.exec(String(errorOf(refused).message)) ?? [];
    expect(blocker).toMatch(new RegExp(`^projects/${testProject}/regions/${region}/addresses/serverless-ipv4-\\d+$`));
    expect((await rest(local, `DELETE ${base}/regions/${region}/addresses/${blocker.split("/").at(-1)}`)).status).toBe(
      400,
    );
    clock.pause();
    store
      .collection("run.addressHolds")
      .put(hold.subnetwork, { ...hold, count: 0, releaseTime: toTimestamp(clock.now() + 4_620_000) });
    await clock.advance(4_000_000);
    expect((await rest(local, `DELETE ${base}/regions/${region}/subnetworks/sub`)).status).toBe(400);
    await clock.advance(700_000);
    expect((await rest(local, `DELETE ${base}/regions/${region}/subnetworks/sub`)).status).toBe(200);
  });

  it("are listed across regions, with a warning for those that have none", async () => {
    await insertSubnetwork(local, "sub", "10.0.0.0/24");
    const { body } = await rest(
      local,
      `GET ${base}/aggregated/subnetworks?includeAllScopes=True&returnPartialSuccess=True`,
    );
    expect(member(body, "items")).toMatchObject({
      [`regions/${region}`]: { subnetworks: [{ name: "sub" }] },
      "regions/us-central1": { warning: { code: "NO_RESULTS_ON_PAGE" } },
    });
    const plain = await rest(local, `GET ${base}/aggregated/subnetworks`);
    expect(Object.keys(member(plain.body, "items"))).toEqual([`regions/${region}`]);
  });

  it("are listed by page and filter", async () => {
    for (const [index, name] of ["a", "b", "c"].entries()) await insertSubnetwork(local, name, `10.0.${index}.0/24`);
    const target = `GET ${base}/regions/${region}/subnetworks`;
    const first = (await rest(local, `${target}?maxResults=2`)).body;
    expect(first.items).toMatchObject([{ name: "a" }, { name: "b" }]);
    const second = (await rest(local, `${target}?maxResults=2&pageToken=${first.nextPageToken}`)).body;
    expect(second.items).toMatchObject([{ name: "c" }]);
    expect(second.nextPageToken).toBeUndefined();
    expect((await rest(local, `${target}?filter=${encodeURIComponent('name = "b"')}`)).body.items).toMatchObject([
      { name: "b" },
    ]);
    expect((await rest(local, `${target}?filter=${encodeURIComponent("name eq [ac]")}`)).body.items).toMatchObject([
      { name: "a" },
      { name: "c" },
    ]);
    expect((await rest(local, `${target}?filter=nonsense`)).status).toBe(400);
  });
});

describe("global addresses", () => {
  beforeEach(() => insertNetwork(local));

  it("have their address once the operation is done", async () => {
    await insertSubnetwork(local, "sub", "10.0.0.0/16");
    local.cloud.clock.pause();
    const range = {
      name: "my-range",
      purpose: "VPC_PEERING",
      addressType: "INTERNAL",
      prefixLength: 20,
      network: networkPath,
    };
    await rest(local, `POST ${base}/global/addresses`, { body: range });
    const early = (await rest(local, `GET ${base}/global/addresses/my-range`)).body;
    expect(early).toMatchObject({ status: "RESERVING" });
    expect(early.address).toBeUndefined();
    await local.cloud.clock.advance(20_000);
    const { body } = await rest(local, `GET ${base}/global/addresses/my-range`);
    expect(body).toMatchObject({ status: "RESERVED", address: "10.1.0.0", prefixLength: 20 });
  });

  it("take labels with the present fingerprint only", async () => {
    await insertRange(local);
    const { labelFingerprint } = (await rest(local, `GET ${base}/global/addresses/my-range`)).body;
    const labels = { owner: "me" };
    const target = `POST ${base}/global/addresses/my-range/setLabels`;
    expect((await rest(local, target, { body: { labels, labelFingerprint: "AAAA" } })).status).toBe(412);
    await operate(local, target, { body: { labels, labelFingerprint } });
    expect((await rest(local, `GET ${base}/global/addresses/my-range`)).body.labels).toEqual(labels);
  });
});

describe("instances", () => {
  it("hold their subnetwork", async () => {
    await insertNetwork(local);
    await insertSubnetwork(local, "sub", "10.0.0.0/29");
    const body = {
      name: "vm",
      machineType: `zones/${region}-a/machineTypes/e2-micro`,
      networkInterfaces: [{ subnetwork: subnetworkPath("sub") }],
    };
    await operate(local, `POST ${base}/zones/${region}-a/instances`, { body });
    const instance = (await rest(local, `GET ${base}/zones/${region}-a/instances/vm`)).body;
    expect(instance).toMatchObject({ status: "RUNNING", networkInterfaces: [{ networkIP: "10.0.0.2" }] });
    const refused = await rest(local, `DELETE ${base}/regions/${region}/subnetworks/sub`);
    expect(errorOf(refused).message).toContain(`zones/${region}-a/instances/vm'`);
    await operate(local, `DELETE ${base}/zones/${region}-a/instances/vm`);
    expect((await rest(local, `DELETE ${base}/regions/${region}/subnetworks/sub`)).status).toBe(200);
  });
});

describe("firewalls", () => {
  it("are inserted with defaults, patched and deleted", async () => {
    await insertNetwork(local);
    const body = { name: "allow-ssh", network: networkPath, allowed: [{ IPProtocol: "tcp", ports: ["22"] }] };
    await operate(local, `POST ${base}/global/firewalls`, { body });
    const target = `${base}/global/firewalls/allow-ssh`;
    expect((await rest(local, `GET ${target}`)).body).toMatchObject({
      direction: "INGRESS",
      priority: 1000,
      sourceRanges: ["0.0.0.0/0"],
      allowed: body.allowed,
    });
    await operate(local, `PATCH ${target}`, { body: { priority: 900 } });
    expect((await rest(local, `GET ${target}`)).body).toMatchObject({ priority: 900, allowed: body.allowed });
    await operate(local, `DELETE ${target}`);
    expect((await rest(local, `GET ${target}`)).status).toBe(404);
    expect(
      (await rest(local, `POST ${base}/global/firewalls`, { body: { name: "none", network: networkPath } })).status,
    ).toBe(400);
  });
});

describe("permissions", () => {
  it("are demanded by Google's names", async () => {
    const refused = await rest(local, `POST ${base}/global/networks`, {
      as: "user:jane@example.com",
      body: { name: "my-vpc", autoCreateSubnetworks: false },
    });
    expect(refused.status).toBe(403);
    expect(errorOf(refused).message).toContain("compute.networks.create");
    expect((await rest(local, `GET ${base}/global/networks`, { as: "" })).status).toBe(401);
  });
});

describe("a PATCH", () => {
  it("takes away what it names as an empty list or null", async () => {
    await insertNetwork(local);
    await insertSubnetwork(local, "my-subnet", "192.168.100.0/24");
    const address = `${base}/regions/${region}/subnetworks/my-subnet`;
    const patch = async (body: object) => {
      const { fingerprint } = (await rest(local, `GET ${address}`)).body;
      await operate(local, `PATCH ${address}`, { body: { fingerprint, ...body } });
      return (await rest(local, `GET ${address}`)).body;
    };
    const pods = [{ rangeName: "pods", ipCidrRange: "10.1.0.0/20" }];
    const ranged = await patch({ secondaryIpRanges: pods, logConfig: { enable: true } });
    expect(ranged).toMatchObject({ secondaryIpRanges: pods, logConfig: { enable: true } });
    const cleared = await patch({ secondaryIpRanges: [], logConfig: null });
    expect(cleared).not.toHaveProperty("secondaryIpRanges");
    expect(cleared).not.toHaveProperty("logConfig");
  });
});
