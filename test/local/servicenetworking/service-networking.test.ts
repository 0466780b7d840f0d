import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { errorOf, rest, testProject } from "../../support/local-cloud.ts";
import { operate } from "../../support/local-operation.ts";
import { base, insertNetwork, insertRange, networkPath, startNetworks } from "../compute/fixture.ts";

const connections = "servicenetworking.googleapis.com/v1/services/servicenetworking.googleapis.com/connections";
const peering = { name: "servicenetworking-googleapis-com" };
let local: LocalCloud;
let network: string;

beforeEach(async () => {
  local = await startNetworks();
  network = `projects/${local.cloud.projects.ensure(testProject).projectNumber}/global/networks/my-vpc`;
  await insertNetwork(local);
  await insertRange(local);
});
afterEach(() => local.stop());

const connect = (reservedPeeringRanges: readonly string[] = ["my-range"]) =>
  operate(local, `POST ${connections}`, { body: { network, reservedPeeringRanges } });
const disconnect = () => operate(local, `POST ${connections}/-`, { body: { consumerNetwork: network } });
const getPeerings = async () => (await rest(local, `GET ${base}/global/networks/my-vpc`)).body.peerings;
const removePeering = () => operate(local, `POST ${base}/global/networks/my-vpc/removePeering`, { body: peering });

describe("CreateConnection", () => {
  it("gives a connection whose peering becomes ACTIVE a little after the operation is done", async () => {
    local.cloud.clock.pause();
    const { body } = await rest(local, `POST ${connections}`, {
      body: { network, reservedPeeringRanges: ["my-range"] },
    });
    expect(body.name).toMatch(/^operations\/pssn\./);
    const look = () => rest(local, `GET servicenetworking.googleapis.com/v1/${body.name}`);
    while (!(await look()).body.done) await local.cloud.clock.advance(500);
    expect((await look()).body.response).toEqual({
      "@type": "type.googleapis.com/google.cloud.servicenetworking.v1.Connection",
      network,
      reservedPeeringRanges: ["my-range"],
      peering: peering.name,
      service: "services/servicenetworking.googleapis.com",
    });
    expect(await getPeerings()).toMatchObject([{ ...peering, state: "INACTIVE" }]);
    await local.cloud.clock.advance(15_000);
    expect(await getPeerings()).toMatchObject([{ ...peering, state: "ACTIVE" }]);
  });

  it("knows the network by the project's number only", async () => {
    const answer = await rest(local, `POST ${connections}`, {
      body: { network: networkPath, reservedPeeringRanges: ["my-range"] },
    });
    expect(answer.status).toBe(400);
    expect(errorOf(answer).status).toBe("INVALID_ARGUMENT");
  });

  it("succeeds again with the same ranges and fails its operation with others", async () => {
    await connect();
    expect(await connect()).toMatchObject({ done: true, response: { reservedPeeringRanges: ["my-range"] } });
    await insertRange(local, { name: "other-range" });
    expect(await connect(["other-range"])).toMatchObject({
      done: true,
      error: { code: 9, message: expect.stringContaining("Cannot modify allocated ranges in CreateConnection") },
    });
  });

  it("refuses ranges that are not reserved, and a second change at the same time", async () => {
    const unknown = await rest(local, `POST ${connections}`, { body: { network, reservedPeeringRanges: ["nothing"] } });
    expect(unknown.status).toBe(404);
    local.cloud.clock.pause();
    await rest(local, `POST ${connections}`, { body: { network, reservedPeeringRanges: ["my-range"] } });
    const second = await rest(local, `POST ${connections}`, { body: { network, reservedPeeringRanges: ["my-range"] } });
    expect(errorOf(second).message).toContain("There is a peering operation in progress");
  });

  it("demands its permission in the network's project", async () => {
    const answer = await rest(local, `POST ${connections}`, {
      as: "user:jane@example.com",
      body: { network, reservedPeeringRanges: ["my-range"] },
    });
    expect(answer.status).toBe(403);
    expect(errorOf(answer).message).toContain("servicenetworking.services.addPeering");
  });
});

describe("UpdateConnection", () => {
  it("makes or changes a connection, and removes ranges only by force", async () => {
    const patch = (range: string, force: boolean) =>
      operate(local, `PATCH ${connections}/-?updateMask=reservedPeeringRanges&force=${force}`, {
        body: { network, reservedPeeringRanges: [range] },
      });
    expect(await patch("my-range", true)).toMatchObject({
      done: true,
      response: { reservedPeeringRanges: ["my-range"] },
    });
    await insertRange(local, { name: "other-range" });
    expect(await patch("other-range", false)).toMatchObject({ error: { code: 400 } });
    expect(await patch("other-range", true)).toMatchObject({ response: { reservedPeeringRanges: ["other-range"] } });
  });
});

describe("ListConnections", () => {
  it("answers those of one producer or of all, and nothing where there is none", async () => {
    expect((await rest(local, `GET ${connections}?network=${network}`)).body).toEqual({});
    await connect();
    const all = await rest(local, `GET servicenetworking.googleapis.com/v1/services/-/connections?network=${network}`);
    expect(all.body).toMatchObject({ connections: [{ network, peering: peering.name }] });
  });
});

describe("DeleteConnection", () => {
  it("fails its operation while a producer holds the connection", async () => {
    await connect();
    const { clock, store } = local.cloud;
    const holds = store.collection("servicenetworking.holds");
    holds.put(`${networkPath}/cluster`, { network: networkPath });
    expect(await disconnect()).toMatchObject({
      done: true,
      error: { code: 9, message: expect.stringContaining("are still using this connection") },
    });
    clock.pause();
    holds.put(`${networkPath}/cluster`, { network: networkPath, releaseTime: clock.now() + 600_000 });
    await clock.advance(700_000);
    clock.resume();
    expect(await disconnect()).toMatchObject({ done: true, response: {} });
    expect(await getPeerings()).toBeUndefined();
    expect((await rest(local, `POST ${connections}/-`, { body: { consumerNetwork: network } })).status).toBe(404);
  });
});

describe("the peering on the network", () => {
  it("keeps the network and its range from being deleted", async () => {
    await connect();
    expect(errorOf(await rest(local, `DELETE ${base}/global/addresses/my-range`)).message).toContain(
      `used by '${networkPath}'`,
    );
    expect(errorOf(await rest(local, `DELETE ${base}/global/networks/my-vpc`)).message).toContain("/peerings/");
  });

  it("can be removed by itself, and comes back with its ranges by an empty create", async () => {
    await connect();
    await removePeering();
    expect(await getPeerings()).toBeUndefined();
    const listed = await rest(local, `GET ${connections}?network=${network}`);
    expect(listed.body).toMatchObject({ connections: [{ reservedPeeringRanges: ["my-range"] }] });
    expect(await connect([])).toMatchObject({ response: { reservedPeeringRanges: ["my-range"] } });
    expect(await getPeerings()).toMatchObject([peering]);
  });

  it("leaves a connection behind that stands in the way of another network of the name", async () => {
    await connect();
    await removePeering();
    await operate(local, `DELETE ${base}/global/addresses/my-range`);
    await operate(local, `DELETE ${base}/global/networks/my-vpc`);
    await insertNetwork(local);
    await insertRange(local, { name: "new-range" });
    expect(await connect(["new-range"])).toMatchObject({ error: { code: 9 } });
  });
});
