import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { rest } from "../../support/local-cloud.ts";
import {
  connectorInput,
  type NetworkSide,
  namesOf,
  networkInput,
  ownership,
  startNetworkSide,
} from "./network-side.ts";

let side: NetworkSide;
let laid = 0;
beforeAll(async () => {
  side = await startNetworkSide(["network", "egress"]);
}, 30_000);
afterAll(() => side.stop());

const read = async (name: string) => (await rest(side.local, `GET vpcaccess.googleapis.com/v1/${name}`)).body;
const exists = async (id: string) => (await read(namesOf(id).connector)).name !== undefined;
const carryOut = (input: object, action: "ensure" | "remove" = "ensure") =>
  side.steps.carryOut("egress", { action, input });

async function lay(id: string): Promise<void> {
  laid += 1;
  const subnetwork = { name: namesOf(id).subnetwork, range: `192.168.${laid}.0/28`, prefix: { min: 28, max: 28 } };
  await side.steps.carryOut("network", { input: networkInput(id, { subnetworks: [subnetwork] }) });
}

describe("egress by connector", () => {
  it("makes the connector on its subnetwork and tells what it costs", async () => {
    await lay("made");
    const { connector } = namesOf("made");
    const planned = await side.steps.ask("egress", { action: "plan", input: connectorInput("made") });
    expect(planned.body.changes).toMatchObject([{ action: "create", effects: { costPerDay: expect.closeTo(0.4656) } }]);
    const { output, changes } = await carryOut(connectorInput("made"));
    expect(output).toEqual({ vpcAccess: { connector } });
    expect(changes).toEqual([`create ${connector}`]);
    expect(await read(connector)).toMatchObject({
      state: "READY",
      subnet: { name: "made-subnet" },
      machineType: "f1-micro",
    });
    expect((await carryOut(connectorInput("made"))).changes).toEqual([]);
  });

  it("changes its size in place when it is to grow", async () => {
    await lay("grown");
    const { connector } = namesOf("grown");
    await carryOut(connectorInput("grown"));
    const wanted = connectorInput("grown", { maxInstances: 5, machineType: "e2-micro" });
    const { body } = await side.steps.ask("egress", { action: "plan", input: wanted });
    const fields = [{ path: "maxInstances", from: 3, to: 5 }, { path: "machineType" }];
    expect(body.changes).toMatchObject([{ action: "update", fields, effects: { downtime: false } }]);
    expect((await carryOut(wanted)).changes).toEqual([`update ${connector}`]);
    expect(await read(connector)).toMatchObject({ maxInstances: 5, machineType: "e2-micro", state: "READY" });
  });

  it("makes it anew when it is to be smaller, and says that this interrupts", async () => {
    await lay("small");
    const { connector } = namesOf("small");
    await carryOut(connectorInput("small", { maxInstances: 5 }));
    const wanted = connectorInput("small", { maxInstances: 3 });
    const { body } = await side.steps.ask("egress", { action: "plan", input: wanted });
    expect(body.changes).toMatchObject([{ action: "replace", effects: { downtime: true } }]);
    expect((await carryOut(wanted)).changes).toEqual([`replace ${connector}`, `create ${connector}`]);
    expect(await read(connector)).toMatchObject({ maxInstances: 3, state: "READY" });
  });

  it("makes one anew that ended in ERROR and blocks its name", async () => {
    await lay("error");
    const { connector } = namesOf("error");
    await carryOut(connectorInput("error"));
    const connectors = side.local.cloud.store.collection<object>("vpcaccess.connectors");
    connectors.put(connector, { ...connectors.get(connector), state: "ERROR" });
    expect((await carryOut(connectorInput("error"))).changes).toEqual([`replace ${connector}`, `create ${connector}`]);
    expect(await read(connector)).toMatchObject({ state: "READY" });
  });

  it("ends with the operation's own text when making it fails", async () => {
    await lay("failed");
    const message = "Google APIs Service Agent needs editor role in the project.";
    const failures = [{ name: "operations/1", code: 7, message }];
    const { status, body } = await side.steps.ask("egress", { input: connectorInput("failed"), failures });
    expect(status).toBe(403);
    expect(body.error).toMatchObject({ message: expect.stringContaining(message) });
  });

  it("takes what a deletion does not find any more as removed", async () => {
    await lay("vanished");
    const failures = [{ name: "operations/1", code: 5, message: "Requested entity was not found." }];
    const input = connectorInput("vanished");
    const { status, body } = await side.steps.ask("egress", { action: "remove", input, failures });
    expect({ status, state: body.state }).toEqual({ status: 200, state: "done" });
    expect((await side.steps.ask("egress", { input, failures })).status).toBe(404);
  });

  it("refuses a connector on another subnetwork by name and leaves it alone", async () => {
    await lay("foreign");
    await lay("other");
    const { connector } = namesOf("foreign");
    const { subnetwork } = namesOf("other");
    await carryOut(connectorInput("foreign", { subnetwork }));
    const { status, body } = await side.steps.ask("egress", { input: connectorInput("foreign") });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ message: expect.stringContaining(connector) });
    expect(await side.steps.planRemoval("egress", connectorInput("foreign"))).toEqual({});
    const left = [`nothing proves that ${connector} is of ${ownership.mark}; it was left as it is`];
    expect(await carryOut(connectorInput("foreign"), "remove")).toMatchObject({ changes: [], output: { left } });
    expect(await read(connector)).toMatchObject({ state: "READY" });
  });

  it.each([
    [
      "on a marked subnetwork of another environment",
      { ownership: { ...ownership, mark: "alloyrun:x/other", environment: "other" } },
    ],
    [
      "on a subnetwork of that id in another project",
      { subnetwork: "projects/host/regions/asia-northeast1/subnetworks/theirs-subnet" },
    ],
    ["that the spec names in an existing network", { provenBy: "nothing" as const }],
  ])("never changes or removes one %s", async (_, changes) => {
    if (!(await exists("theirs"))) {
      await lay("theirs");
      await carryOut(connectorInput("theirs", { maxInstances: 5 }));
    }
    const before = await read(namesOf("theirs").connector);
    const theirs = connectorInput("theirs", { maxInstances: 9, ...changes });
    await side.steps.ask("egress", { input: theirs });
    await side.steps.ask("egress", { input: { ...theirs, maxInstances: 3 } });
    expect((await carryOut(theirs, "remove")).changes).toEqual([]);
    expect(await read(namesOf("theirs").connector)).toEqual(before);
  });

  it("uses one that the spec names in an existing network as it is, and refuses when there is none", async () => {
    await lay("shared");
    const { connector } = namesOf("shared");
    const shared = connectorInput("shared", { provenBy: "nothing", maxInstances: 9 });
    const missing = await side.steps.ask("egress", { input: shared });
    expect(missing.body.error).toMatchObject({ message: expect.stringContaining(`${connector} does not exist`) });
    await carryOut(connectorInput("shared"));
    expect(await carryOut(shared)).toMatchObject({ output: { vpcAccess: { connector } }, changes: [] });
    const { body } = await side.steps.ask("egress", { action: "plan", input: shared });
    expect(body).toMatchObject({ state: "done", changes: [] });
  });

  it("removes the one that it made in an existing network under its own name", async () => {
    await lay("named");
    await side.insert("regions/asia-northeast1/subnetworks", {
      name: "unmarked",
      network: namesOf("named").network,
      ipCidrRange: "192.168.99.0/28",
      privateIpGoogleAccess: true,
    });
    const subnetwork = namesOf("named").subnetwork.replace("named-subnet", "unmarked");
    const { connector } = namesOf("named");
    const named = connectorInput("named", { provenBy: "name", subnetwork });
    await carryOut(named);
    expect((await carryOut(named, "remove")).changes).toEqual([`delete ${connector}`]);
  });

  it("waits for one that is changing under an operation of somebody else", async () => {
    await lay("busy");
    side.local.cloud.clock.pause();
    await side.steps.ask("egress", { input: connectorInput("busy") });
    const { body } = await side.steps.ask("egress", { input: connectorInput("busy") });
    side.local.cloud.clock.resume();
    expect(body).toMatchObject({ state: "pending", operations: [], reason: expect.stringContaining("CREATING") });
  });

  it("removes it, and is done when there is none", async () => {
    await lay("gone");
    const { connector } = namesOf("gone");
    await carryOut(connectorInput("gone"));
    expect(await side.steps.planRemoval("egress", connectorInput("gone"))).toEqual({
      [`delete ${connector}`]: expect.objectContaining({ costPerDay: expect.closeTo(-0.4656), dataLoss: false }),
    });
    expect((await carryOut(connectorInput("gone"), "remove")).changes).toEqual([`delete ${connector}`]);
    expect((await carryOut(connectorInput("gone"), "remove")).changes).toEqual([]);
    expect(await side.steps.planRemoval("egress", connectorInput("gone"))).toEqual({});
  });
});

describe("direct egress", () => {
  it("is done with the network and subnetwork themselves, and has nothing to remove", async () => {
    const { network, subnetwork } = namesOf("direct");
    const input = { kind: "direct", network, subnetwork };
    expect(await carryOut(input)).toMatchObject({ output: { vpcAccess: { network, subnetwork } }, changes: [] });
    expect(await side.steps.planRemoval("egress", input)).toEqual({});
    expect((await carryOut(input, "remove")).changes).toEqual([]);
  });
});
