import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { rest, testProject } from "../../support/local-cloud.ts";
import {
  compute,
  type NetworkSide,
  namesOf,
  networkInput,
  ownership,
  peeringInput,
  startNetworkSide,
} from "./network-side.ts";

const peeringName = "servicenetworking-googleapis-com";
let side: NetworkSide;
beforeAll(async () => {
  side = await startNetworkSide(["network", "peering"]);
}, 30_000);
afterAll(() => side.stop());

const read = async (name: string) => (await rest(side.local, `GET ${compute}/${name}`)).body;
const carryOut = (input: object, action: "ensure" | "remove" = "ensure") =>
  side.steps.carryOut("peering", { action, input });

async function lay(id: string): Promise<void> {
  await side.steps.carryOut("network", { input: networkInput(id, { subnetworks: [] }) });
}

/** What the network itself shows, and what Service Networking lists. */
async function observe(id: string) {
  const { network } = namesOf(id);
  const { projectNumber } = (
    await rest(side.local, `GET cloudresourcemanager.googleapis.com/v1/projects/${testProject}`)
  ).body;
  const numbered = network.replace(testProject, String(projectNumber));
  const host = "servicenetworking.googleapis.com";
  const { body } = await rest(side.local, `GET ${host}/v1/services/${host}/connections?network=${numbered}`);
  return { peerings: (await read(network)).peerings, connections: body.connections };
}

describe("peering", () => {
  it("reserves the range, connects, and is done when the network shows the peering as active", async () => {
    await lay("made");
    const { network, range } = namesOf("made");
    const { output, changes, reasons } = await carryOut(peeringInput("made"));
    expect(output).toEqual({ peering: peeringName, ranges: ["made-range"] });
    expect(changes).toEqual([`create ${range}`, `create ${network}/connections/${peeringName}`]);
    expect(reasons.at(-1)).toMatch(/connecting|INACTIVE/);
    expect((await observe("made")).peerings).toMatchObject([{ name: peeringName, state: "ACTIVE" }]);
    expect(await read(range)).toMatchObject({ purpose: "VPC_PEERING", prefixLength: 24, description: ownership.mark });
  });

  it("changes nothing the second time", async () => {
    await lay("again");
    await carryOut(peeringInput("again"));
    expect((await carryOut(peeringInput("again"))).changes).toEqual([]);
    const { body } = await side.steps.ask("peering", { action: "plan", input: peeringInput("again") });
    expect(body).toMatchObject({ state: "done", changes: [] });
  });

  it("plans range and connection for a network that is not there yet", async () => {
    const { body } = await side.steps.ask("peering", { action: "plan", input: peeringInput("planned") });
    expect(body.changes).toHaveLength(2);
  });

  it("brings back a peering that somebody removed by hand", async () => {
    await lay("half");
    await carryOut(peeringInput("half"));
    const body = { name: peeringName };
    await rest(side.local, `POST ${compute}/${namesOf("half").network}/removePeering`, { body });
    await side.local.cloud.clock.advance(120_000);
    const broken = await observe("half");
    expect(broken.peerings ?? []).toEqual([]);
    expect(broken.connections).toHaveLength(1);
    await carryOut(peeringInput("half"));
    expect(await observe("half")).toMatchObject({
      peerings: [{ state: "ACTIVE" }],
      connections: [{ reservedPeeringRanges: ["half-range"] }],
    });
  });

  it("gives an existing connection of its network the range that it lacks", async () => {
    await lay("grown");
    await carryOut(peeringInput("grown"));
    const range = { name: `${namesOf("grown").range}2`, address: "192.168.202.0", prefixLength: 24 };
    const { changes, output } = await carryOut(peeringInput("grown", { range }));
    expect(changes).toEqual([`create ${range.name}`, expect.stringMatching(/^update .*connections/)]);
    expect(output.ranges).toEqual(["grown-range", "grown-range2"]);
  });

  it("replaces ranges that an earlier network of the name left behind, when creating says so", async () => {
    await lay("left");
    await side.steps.ask("peering", { input: peeringInput("left") });
    await side.local.cloud.clock.advance(60_000);
    const failures = [
      { name: "operations/1", code: 9, message: "Cannot modify allocated ranges in CreateConnection." },
    ];
    const { status, body } = await side.steps.ask("peering", { input: peeringInput("left"), failures });
    expect(status).toBe(200);
    expect(body.operations).toHaveLength(1);
    const sent = side.local.journal
      .list()
      .filter(({ method }) => method.includes("ServiceNetworking") || method.includes("servicenetworking"));
    expect(sent.at(-1)?.method).toMatch(/Update|patch/i);
  });

  it("refuses a range of somebody else by name", async () => {
    await lay("foreign");
    const { network, range } = namesOf("foreign");
    const body = { name: "foreign-range", purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 24, network };
    await side.insert("global/addresses", body);
    const answer = await side.steps.ask("peering", { input: peeringInput("foreign") });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ message: expect.stringContaining(range) });
    expect(await side.steps.planRemoval("peering", peeringInput("foreign"))).toEqual({});
    const left = [`${range} is not of ${ownership.mark}; it was left as it is`];
    expect(await carryOut(peeringInput("foreign"), "remove")).toMatchObject({ changes: [], output: { left } });
    expect(await read(range)).toMatchObject({ name: "foreign-range" });
  });

  it("disconnects, then releases the range, and is done when there is nothing", async () => {
    await lay("gone");
    const { network, range } = namesOf("gone");
    await carryOut(peeringInput("gone"));
    const planned = await side.steps.planRemoval("peering", peeringInput("gone"));
    const { changes } = await carryOut(peeringInput("gone"), "remove");
    expect(Object.keys(planned)).toEqual(changes);
    expect(changes).toEqual([`delete ${network}/connections/${peeringName}`, `delete ${range}`]);
    expect(await observe("gone")).toEqual({ peerings: undefined, connections: undefined });
    expect((await carryOut(peeringInput("gone"), "remove")).changes).toEqual([]);
  });

  it("tells how to remove a peering that has outlived its connection, and goes on once it is gone", async () => {
    await lay("outlived");
    const { network, range } = namesOf("outlived");
    await carryOut(peeringInput("outlived"));
    const connections = side.local.cloud.store.collection<object>("servicenetworking.connections");
    connections.delete(`${network}/servicenetworking.googleapis.com`);
    const { status, body } = await side.steps.ask("peering", { action: "remove", input: peeringInput("outlived") });
    expect(status).toBe(400);
    const command = `gcloud compute networks peerings delete ${peeringName} --network=outlived-vpc --project=${testProject}`;
    expect(body.error).toMatchObject({ message: expect.stringContaining(command) });
    await rest(side.local, `POST ${compute}/${network}/removePeering`, { body: { name: peeringName } });
    await side.local.cloud.clock.advance(120_000);
    expect((await carryOut(peeringInput("outlived"), "remove")).changes).toEqual([`delete ${range}`]);
  });

  it("is held while AlloyDB has something in the network, and goes on when it has not", async () => {
    await lay("held");
    const { network } = namesOf("held");
    await carryOut(peeringInput("held"));
    const holds = side.local.cloud.store.collection<object>("servicenetworking.holds");
    holds.put("cluster", { network, releaseTime: side.local.cloud.clock.now() + 3_600_000 });
    const first = await side.steps.ask("peering", { action: "remove", input: peeringInput("held") });
    expect(first.body.state).toBe("pending");
    const failures = [{ name: "operations/1", code: 9, message: "Producer services are still using this connection." }];
    const { body } = await side.steps.ask("peering", {
      action: "remove",
      input: peeringInput("held"),
      failures,
      failedOperations: 9,
    });
    expect(body).toMatchObject({ held: true, operations: [], reason: expect.stringContaining(network) });
    await side.local.cloud.clock.advance(3_700_000);
    await carryOut(peeringInput("held"), "remove");
    expect((await observe("held")).connections).toBeUndefined();
  });

  describe("whose connection the producer does not release", () => {
    const refusal = [{ name: "operations/1", code: 9, message: "Producer services are still using this connection." }];
    const now = () => Math.floor(side.local.cloud.clock.now() / 1000);

    async function refuse(id: string): Promise<void> {
      await lay(id);
      await carryOut(peeringInput(id));
      const holds = side.local.cloud.store.collection<object>("servicenetworking.holds");
      holds.put(`for ever ${id}`, { network: namesOf(id).network });
    }

    const remove = (id: string, heldSince?: number, failures: typeof refusal = refusal) =>
      side.steps.ask("peering", { action: "remove", input: peeringInput(id), failures, run: { heldSince } });

    it("waits for an hour, counted from the first try", async () => {
      await refuse("patient");
      expect((await remove("patient")).body).toMatchObject({ held: true });
      expect((await remove("patient", now() - 3500)).body).toMatchObject({ held: true, operations: [] });
    });

    it("waits for as long as a cluster uses the network", async () => {
      await refuse("used");
      const parent = `alloydb.googleapis.com/v1/projects/${testProject}/locations/europe-west1`;
      const body = {
        networkConfig: { network: namesOf("used").network },
        initialUser: { password: "of-another-team-1" },
      };
      const made = await rest(side.local, `POST ${parent}/clusters?clusterId=theirs`, { body });
      expect(made.status).toBe(200);
      await side.local.cloud.clock.advance(600_000);
      expect((await remove("used", now() - 7200)).body).toMatchObject({ held: true, operations: [] });
    });

    it("goes without it then: peering and range are gone, and what the producer keeps is told", async () => {
      await refuse("given-up");
      const { network, range } = namesOf("given-up");
      const heldSince = now() - 3700;
      const call = { action: "remove", input: peeringInput("given-up"), run: { heldSince } } as const;
      const { changes, output } = await side.steps.carryOut("peering", call);
      expect(changes).toContain(`delete ${network}/peerings/${peeringName}`);
      expect(changes.at(-2)).toBe(`delete ${range}`);
      expect(output).toEqual({ degraded: [expect.stringContaining(`producer residue`)] });
      expect((await observe("given-up")).peerings).toBeUndefined();
      expect((await read(range)).name).toBeUndefined();
    });
  });

  it("ends with the operation's own text when connecting fails for good", async () => {
    await lay("failed");
    const failures = [{ name: "operations/1", code: 13, message: "An internal exception occurred." }];
    const { status, body } = await side.steps.ask("peering", { input: peeringInput("failed"), failures });
    expect(status).toBe(500);
    expect(body.error).toMatchObject({ message: expect.stringContaining("An internal exception occurred.") });
  });

  it("takes an existing network's access as it is, and refuses one that has none", async () => {
    const shared = peeringInput("shared", { existing: true, range: undefined });
    await lay("shared");
    const refused = await side.steps.ask("peering", { input: shared });
    expect(refused.body.error).toMatchObject({ message: expect.stringContaining("has no private services access") });
    await carryOut(peeringInput("shared"));
    expect(await carryOut(shared)).toMatchObject({ changes: [], output: { ranges: ["shared-range"] } });
    expect((await carryOut(shared, "remove")).changes).toEqual([]);
    expect((await observe("shared")).connections).toHaveLength(1);
  });
});
