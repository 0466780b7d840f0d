import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { testProject } from "../../../support/local-cloud.ts";
import type { Actor, Scenario } from "../actor.ts";

const compute = (method: string) => `google.cloud.compute.v1.${method}`;
const region = { project: testProject, region: "us-central1" };
const bindings = [{ role: "roles/compute.networkUser", members: ["user:jane@example.com"] }];
const permissions = ["compute.subnetworks.use"];

/** Makes a network without subnetworks. */
export async function insertNetwork({ operate }: Actor, name: string): Promise<void> {
  const networkResource = { name, autoCreateSubnetworks: false };
  await operate(compute("Networks.Insert"), { project: testProject, networkResource });
}

const subnetworks: Scenario = {
  title: "subnetworks: insert, patch by fingerprint, expand, policies, delete",
  async run(actor) {
    const { do: call, operate, stem } = actor;
    const network = `further-net-${stem}`;
    const named = { ...region, subnetwork: `further-${stem}` };
    const resource = { ...region, resource: named.subnetwork };
    await insertNetwork(actor, network);
    await operate(compute("Subnetworks.Insert"), {
      ...region,
      subnetworkResource: { name: named.subnetwork, network: `global/networks/${network}`, ipCidrRange: "10.9.0.0/28" },
    });
    const { fingerprint = "" } = await call(compute("Subnetworks.Get"), named, { ipCidrRange: "10.9.0.0/28" });
    const secondaryIpRanges = [{ rangeName: "pods", ipCidrRange: "10.10.0.0/24" }];
    await operate(compute("Subnetworks.Patch"), { ...named, subnetworkResource: { secondaryIpRanges, fingerprint } });
    await operate(compute("Subnetworks.ExpandIpCidrRange"), {
      ...named,
      subnetworksExpandIpCidrRangeRequestResource: { ipCidrRange: "10.9.0.0/27" },
    });
    await operate(compute("Subnetworks.SetPrivateIpGoogleAccess"), {
      ...named,
      subnetworksSetPrivateIpGoogleAccessRequestResource: { privateIpGoogleAccess: true },
    });
    const changed = { ipCidrRange: "10.9.0.0/27", privateIpGoogleAccess: true, secondaryIpRanges };
    await call(compute("Subnetworks.Get"), named, changed);
    const regionSetPolicyRequestResource = { policy: { bindings } };
    await call(compute("Subnetworks.SetIamPolicy"), { ...resource, regionSetPolicyRequestResource }, { bindings });
    await call(compute("Subnetworks.GetIamPolicy"), resource, { bindings });
    const testPermissionsRequestResource = { permissions };
    const tested = { ...resource, testPermissionsRequestResource };
    await call(compute("Subnetworks.TestIamPermissions"), tested, { permissions });
    await operate(compute("Subnetworks.Delete"), named);
  },
};

const networks: Scenario = {
  title: "networks: their routes, and from automatic subnetworks to custom ones",
  async run({ do: call, operate, stem }) {
    const named = { project: testProject, network: `further-auto-${stem}` };
    const networkResource = { name: named.network, autoCreateSubnetworks: true };
    await operate(compute("Networks.Insert"), { project: testProject, networkResource });
    await operate(compute("Networks.SwitchToCustomMode"), named);
    await call(compute("Networks.Get"), named, { name: named.network });
    const { items } = await call(compute("Routes.List"), { project: testProject });
    const { name: route = "" } = (items as readonly JsonObject[])[0] ?? {};
    await call(compute("Routes.Get"), { project: testProject, route }, { kind: "compute#route", name: route });
  },
};

const labels: Scenario = {
  title: "addresses: labels by their fingerprint",
  async run({ do: call, operate, stem }) {
    const address = `further-labelled-${stem}`;
    for (const [service, where] of [
      ["Addresses", region],
      ["GlobalAddresses", { project: testProject }],
    ] as const) {
      await operate(compute(`${service}.Insert`), { ...where, addressResource: { name: address } });
      const { labelFingerprint = "" } = await call(compute(`${service}.Get`), { ...where, address });
      const sent = { labels: { team: "data" }, labelFingerprint };
      const body = service === "Addresses" ? "regionSetLabelsRequestResource" : "globalSetLabelsRequestResource";
      await operate(compute(`${service}.SetLabels`), { ...where, resource: address, [body]: sent });
      await call(compute(`${service}.Get`), { ...where, address }, { labels: { team: "data" } });
    }
  },
};

const firewalls: Scenario = {
  title: "firewalls: update as a whole",
  async run(actor) {
    const { do: call, operate, stem } = actor;
    const network = `further-fire-${stem}`;
    const named = { project: testProject, firewall: network };
    await insertNetwork(actor, network);
    const rule = (port: string) => ({
      ...{ name: network, network: `global/networks/${network}`, sourceRanges: ["10.0.0.0/8"] },
      allowed: [{ IPProtocol: "tcp", ports: [port] }],
    });
    const first = { project: testProject, firewallResource: rule("22") };
    await operate(compute("Firewalls.Insert"), first);
    await operate(compute("Firewalls.Update"), { ...named, firewallResource: rule("443") });
    await call(compute("Firewalls.Get"), named, { allowed: [{ ports: ["443"] }] });
  },
};

const operations: Scenario = {
  title: "operations: get, wait and delete in every scope",
  async run({ do: call, operate, stem }) {
    const name = `further-operation-${stem}`;
    const network = { project: testProject, networkResource: { name, autoCreateSubnetworks: false } };
    const global = await operate(compute("Networks.Insert"), network);
    const regional = await operate(compute("Addresses.Insert"), { ...region, addressResource: { name } });
    for (const [scope, where, { name: operation = "" }] of [
      ["Global", { project: testProject }, global],
      ["Region", region, regional],
    ] as const) {
      const named = { ...where, operation };
      await call(compute(`${scope}Operations.Get`), named, { status: "DONE", operationType: "insert" });
      await call(compute(`${scope}Operations.Wait`), named, { status: "DONE" });
      expect(await call(compute(`${scope}Operations.Delete`), named)).toEqual({});
    }
  },
};

/** Networks and what lies in them, without virtual machines. */
export const networkScenarios: readonly Scenario[] = [subnetworks, networks, labels, firewalls, operations];
