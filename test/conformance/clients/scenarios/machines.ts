import type { JsonObject } from "../../../../local/json.ts";
import { testProject } from "../../../support/local-cloud.ts";
import type { Actor, Scenario } from "../actor.ts";
import { insertNetwork } from "./networks.ts";

const zone = { project: testProject, zone: "us-central1-a" };
const email = (stem: string) => `machine-${stem}@${testProject}.iam.gserviceaccount.com`;
const bindings = [{ role: "roles/compute.instanceAdmin.v1", members: ["user:jane@example.com"] }];
const permissions = ["compute.instances.start"];
const instances = (method: string) => `google.cloud.compute.v1.Instances.${method}`;
const operations = (method: string) => `google.cloud.compute.v1.ZoneOperations.${method}`;

async function insert(actor: Actor, name: string): Promise<JsonObject> {
  const { operate, do: call, stem } = actor;
  await insertNetwork(actor, name);
  const region = { project: testProject, region: "us-central1" };
  await operate("google.cloud.compute.v1.Subnetworks.Insert", {
    ...region,
    subnetworkResource: { name, network: `global/networks/${name}`, ipCidrRange: "10.11.0.0/28" },
  });
  await call("google.iam.admin.v1.IAM.CreateServiceAccount", {
    name: `projects/${testProject}`,
    accountId: `machine-${stem}`,
  });
  const networkInterfaces = [{ subnetwork: `regions/us-central1/subnetworks/${name}` }];
  const instanceResource = { name, machineType: `zones/${zone.zone}/machineTypes/e2-micro`, networkInterfaces };
  return await operate(instances("Insert"), { ...zone, instanceResource });
}

/** Writes every part of a machine's record that a method of its own writes. */
async function setAll({ do: call, operate, stem }: Actor, named: JsonObject & { readonly instance: string }) {
  const read = () => call(instances("Get"), named);
  const present = (await read()) as JsonObject & Record<"metadata" | "tags", JsonObject>;
  const items = [{ key: "startup-script", value: "true" }];
  await operate(instances("SetMetadata"), {
    ...named,
    metadataResource: { items, fingerprint: present.metadata.fingerprint ?? "" },
  });
  await operate(instances("SetTags"), {
    ...named,
    tagsResource: { items: ["bastion"], fingerprint: present.tags.fingerprint ?? "" },
  });
  await operate(instances("SetLabels"), {
    ...named,
    instancesSetLabelsRequestResource: {
      labels: { team: "data" },
      labelFingerprint: present.labelFingerprint ?? "",
    },
  });
  await operate(instances("SetScheduling"), { ...named, schedulingResource: { automaticRestart: false } });
  await operate(instances("SetMachineType"), {
    ...named,
    instancesSetMachineTypeRequestResource: { machineType: `zones/${zone.zone}/machineTypes/e2-small` },
  });
  await operate(instances("SetServiceAccount"), {
    ...named,
    instancesSetServiceAccountRequestResource: {
      ...{ email: email(stem), scopes: ["https://www.googleapis.com/auth/cloud-platform"] },
    },
  });
  const network = { ...named, networkInterface: "nic0" };
  await operate(instances("AddAccessConfig"), { ...network, accessConfigResource: { name: "External NAT" } });
  await operate(instances("DeleteAccessConfig"), { ...network, accessConfig: "External NAT" });
  await call(instances("Get"), named, {
    ...{ status: "TERMINATED", metadata: { items }, tags: { items: ["bastion"] }, labels: { team: "data" } },
    ...{ scheduling: { automaticRestart: false }, serviceAccounts: [{ email: email(stem) }] },
  });
}

const machines: Scenario = {
  title: "virtual machines: insert, turn off and on, write every part, policies, delete",
  async run(actor) {
    const { do: call, operate, stem } = actor;
    const name = `further-vm-${stem}`;
    const named = { ...zone, instance: name };
    const { name: operation = "" } = await insert(actor, name);
    await call(operations("Get"), { ...zone, operation }, { status: "DONE", operationType: "insert" });
    await call(operations("Delete"), { ...zone, operation });
    for (const [turn, status] of [
      ...[["Suspend", "SUSPENDED"] as const, ["Resume", "RUNNING"] as const, ["Reset", "RUNNING"] as const],
      ...[["Stop", "TERMINATED"] as const, ["Start", "RUNNING"] as const, ["Stop", "TERMINATED"] as const],
    ]) {
      await operate(instances(turn), named);
      await call(instances("Get"), named, { status });
    }
    await setAll(actor, named);
    const resource = { ...zone, resource: name };
    const zoneSetPolicyRequestResource = { policy: { bindings } };
    await call(instances("SetIamPolicy"), { ...resource, zoneSetPolicyRequestResource }, { bindings });
    await call(instances("GetIamPolicy"), resource, { bindings });
    const testPermissionsRequestResource = { permissions };
    await call(instances("TestIamPermissions"), { ...resource, testPermissionsRequestResource }, { permissions });
    for (const deletionProtection of [true, false]) {
      await operate(instances("SetDeletionProtection"), { ...resource, deletionProtection });
    }
    await operate(instances("Delete"), named);
  },
};

/** Virtual machines, as the records that they are. */
export const machineScenarios: readonly Scenario[] = [machines];
