import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { rest, testProject } from "../../support/local-cloud.ts";
import { compute, type NetworkSide, namesOf, networkInput, ownership, startNetworkSide } from "./network-side.ts";

let side: NetworkSide;
beforeAll(async () => {
  side = await startNetworkSide(["network"]);
}, 30_000);
afterAll(() => side.stop());

const read = async (name: string) => (await rest(side.local, `GET ${compute}/${name}`)).body;
const carryOut = (input: object, action: "ensure" | "remove" = "ensure") =>
  side.steps.carryOut("network", { action, input });
const plan = async (input: object) => (await side.steps.ask("network", { action: "plan", input })).body;

describe("network", () => {
  it("makes a marked network with subnetworks that reach Google's APIs, and says so", async () => {
    const { network, subnetwork } = namesOf("made");
    const { output, changes } = await carryOut(networkInput("made"));
    expect(output).toEqual({ network, subnetworks: [subnetwork] });
    expect(changes).toEqual([`create ${network}`, `create ${subnetwork}`]);
    expect(await read(network)).toMatchObject({ description: ownership.mark, autoCreateSubnetworks: false });
    expect(await read(subnetwork)).toMatchObject({ privateIpGoogleAccess: true, ipCidrRange: "192.168.100.0/28" });
  });

  it("changes nothing the second time", async () => {
    await carryOut(networkInput("made"));
    expect((await carryOut(networkInput("made"))).changes).toEqual([]);
    expect(await plan(networkInput("made"))).toMatchObject({ state: "done", changes: [] });
  });

  it("plans what it would make without making it", async () => {
    const { network } = namesOf("planned");
    const planned = await plan(networkInput("planned"));
    expect(planned.changes).toHaveLength(2);
    expect((await rest(side.local, `GET ${compute}/${network}`)).status).toBe(404);
  });

  it("turns Private Google Access on again where somebody turned it off", async () => {
    const { subnetwork } = namesOf("drift");
    await carryOut(networkInput("drift", { subnetworks: [subnet("drift", "192.168.110.0/28")] }));
    const body = { privateIpGoogleAccess: false };
    await rest(side.local, `POST ${compute}/${subnetwork}/setPrivateIpGoogleAccess`, { body });
    await side.local.cloud.clock.advance(60_000);
    const { changes } = await carryOut(networkInput("drift", { subnetworks: [subnet("drift", "192.168.110.0/28")] }));
    expect(changes).toEqual([`update ${subnetwork}`]);
    expect(await read(subnetwork)).toMatchObject({ privateIpGoogleAccess: true });
  });

  it("refuses a network of somebody else by name and leaves it alone", async () => {
    const { network } = namesOf("foreign");
    await side.insert("global/networks", { name: "foreign-vpc", autoCreateSubnetworks: false, description: "ours" });
    const { status, body } = await side.steps.ask("network", { input: networkInput("foreign") });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ status: "FAILED_PRECONDITION", message: expect.stringContaining(network) });
    expect(await side.steps.planRemoval("network", networkInput("foreign"))).toEqual({});
    const says = `${network} is not of ${ownership.mark}; it was left as it is`;
    expect(await carryOut(networkInput("foreign"), "remove")).toMatchObject({ changes: [], output: { left: [says] } });
    expect(await read(network)).toMatchObject({ description: "ours" });
  });

  it("refuses another range for a subnetwork that is there before it touches anything", async () => {
    await carryOut(networkInput("range", { subnetworks: [subnet("range", "192.168.120.0/28")] }));
    const other = networkInput("range", { subnetworks: [subnet("range", "192.168.121.0/28")] });
    const { status, body } = await side.steps.ask("network", { input: other });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ message: expect.stringContaining("a range cannot be changed") });
  });

  it("removes its subnetworks, then its network, and is done when there is nothing", async () => {
    const { network, subnetwork } = namesOf("gone");
    const input = networkInput("gone", { subnetworks: [subnet("gone", "192.168.130.0/28")] });
    await carryOut(input);
    const planned = await side.steps.planRemoval("network", input);
    expect(Object.keys(planned)).toEqual([`delete ${subnetwork}`, `delete ${network}`]);
    expect((await carryOut(input, "remove")).changes).toEqual(Object.keys(planned));
    expect(await side.steps.planRemoval("network", input)).toEqual({});
    expect((await rest(side.local, `GET ${compute}/${network}`)).status).toBe(404);
    expect((await carryOut(input, "remove")).changes).toEqual([]);
  });

  it("is held while direct egress's addresses lie in the subnetwork, and goes on when Google has given them back", async () => {
    const { subnetwork } = namesOf("held");
    const input = networkInput("held", { subnetworks: [subnet("held", "192.168.140.0/26", 26)] });
    await carryOut(input);
    const releaseTime = new Date(side.local.cloud.clock.now() + 3_600_000).toISOString();
    side.local.cloud.store
      .collection<object>("run.addressHolds")
      .put(subnetwork, { subnetwork, count: 1, releaseTime });
    const { body } = await side.steps.ask("network", { action: "remove", input });
    expect(body).toMatchObject({ state: "pending", held: true, reason: expect.stringContaining("serverless-ipv4-") });
    await side.local.cloud.clock.advance(3_700_000);
    await carryOut(input, "remove");
    expect((await rest(side.local, `GET ${compute}/${subnetwork}`)).status).toBe(404);
  });

  it("names all subnetworks that others have put into its network, and what lists the rules that they may have", async () => {
    const { network } = namesOf("busy");
    const input = networkInput("busy", { subnetworks: [subnet("busy", "192.168.145.0/28")] });
    await carryOut(input);
    for (const [name, ipCidrRange] of [
      ["theirs-1", "192.168.146.0/28"],
      ["theirs-2", "192.168.147.0/28"],
    ])
      await side.insert("regions/asia-northeast1/subnetworks", { name, network, ipCidrRange });
    await side.insert("global/firewalls", { name: "theirs", network, allowed: [{ IPProtocol: "tcp" }] });
    await side.steps.ask("network", { action: "remove", input });
    await side.local.cloud.clock.advance(60_000);
    const first = `projects/${testProject}/regions/asia-northeast1/subnetworks/theirs-1`;
    const message = `The network resource '${network}' is already being used by '${first}'`;
    const { body } = await side.steps.ask("network", {
      ...{ action: "remove", input },
      failures: [{ name: "operation-1", code: 400, message }],
    });
    const { reason } = body;
    expect(body).toMatchObject({ held: true });
    for (const command of [
      `networks subnets delete theirs-1 --region=asia-northeast1 --project=${testProject}`,
      `networks subnets delete theirs-2 --region=asia-northeast1 --project=${testProject}`,
      `firewall-rules list --filter=network:busy-vpc --project=${testProject}`,
    ])
      expect(reason).toContain(`\`gcloud compute ${command}\``);
    expect((await side.steps.ask("network", { action: "remove", input })).body).toEqual(body);
  });

  it("is held by what an operation names although nothing else can be looked at", async () => {
    const { network } = namesOf("hidden");
    const theirs = `projects/${testProject}/regions/asia-northeast1/subnetworks/theirs`;
    const input = networkInput("hidden", { subnetworks: [subnet("hidden", "192.168.148.0/28")] });
    await carryOut(input);
    const message = `The network resource '${network}' is already being used by '${theirs}'`;
    const failures = [{ name: "operation-1", code: 400, message }];
    const effect = { kind: "error", code: "PERMISSION_DENIED" } as const;
    for (const method of ["Subnetworks", "Networks"]) {
      side.local.faults.add({ id: "hidden", on: "call", match: `*.${method}.Get`, effect });
      const { body } = await side.steps.ask("network", { action: "remove", input, failures });
      side.local.faults.clear();
      expect(body).toMatchObject({ held: true, reason: expect.stringContaining(`is still used by ${theirs}`) });
    }
  });

  describe("with an existing network", () => {
    const existing = (id: string, range: string, min = 28) => ({
      existing: true,
      subnetworks: [{ ...subnet(id, range), prefix: { min, max: 28 } }],
    });

    async function lay(id: string, ipCidrRange: string, privateIpGoogleAccess = true): Promise<void> {
      await side.insert("global/networks", { name: `${id}-vpc`, autoCreateSubnetworks: false });
      const subnetwork = { name: `${id}-subnet`, network: namesOf(id).network, ipCidrRange, privateIpGoogleAccess };
      await side.insert("regions/asia-northeast1/subnetworks", subnetwork);
    }

    it("takes it as it is, and neither changes nor removes it", async () => {
      await lay("shared", "192.168.150.0/28");
      const input = networkInput("shared", existing("shared", "192.168.150.0/28"));
      expect(await carryOut(input)).toMatchObject({ changes: [], output: { network: namesOf("shared").network } });
      expect(await side.steps.planRemoval("network", input)).toEqual({});
      expect((await carryOut(input, "remove")).changes).toEqual([]);
      expect(await read(namesOf("shared").subnetwork)).toMatchObject({ ipCidrRange: "192.168.150.0/28" });
    });

    it.each([
      ["narrow", "192.168.160.0/29", true, "is a /29"],
      ["closed", "192.168.170.0/28", false, "no Private Google Access"],
    ])("refuses one that is too %s, saying what it lacks", async (id, range, access, says) => {
      await lay(id, range, access);
      const { status, body } = await side.steps.ask("network", { input: networkInput(id, existing(id, range)) });
      expect(status).toBe(400);
      expect(body.error).toMatchObject({ message: expect.stringContaining(says) });
    });

    it("refuses one that is not there", async () => {
      const { body } = await side.steps.ask("network", {
        input: networkInput("none", existing("none", "10.0.0.0/28")),
      });
      expect(body.error).toMatchObject({ message: expect.stringContaining("does not exist") });
    });
  });

  it("changes nothing once another run holds the lock", async () => {
    const fence = { bucket: `${networkInput("x").project}-alloyrun`, object: "locks/staging.json", generation: "1" };
    const { status, body } = await side.steps.ask("network", { input: networkInput("late"), run: { fence } });
    expect(status).toBe(409);
    expect(body.error).toMatchObject({ details: [{ reason: "LOCK_LOST", metadata: { retryable: "false" } }] });
    expect((await rest(side.local, `GET ${compute}/${namesOf("late").network}`)).status).toBe(404);
  });

  it("removes nothing once another run holds the lock", async () => {
    const input = networkInput("kept");
    await side.steps.carryOut("network", { input });
    const fence = { bucket: `${input.project}-alloyrun`, object: "locks/staging.json", generation: "1" };
    const planned = await side.steps.planRemoval("network", input);
    const { status, body } = await side.steps.ask("network", { action: "remove", input, run: { fence } });
    expect([status, body.error]).toMatchObject([409, { details: [{ reason: "LOCK_LOST" }] }]);
    expect(await side.steps.planRemoval("network", input)).toEqual(planned);
    await side.steps.carryOut("network", { action: "remove", input });
  });
});

function subnet(id: string, range: string, max = 28) {
  return { name: namesOf(id).subnetwork, range, prefix: { min: 8, max } };
}
