import { expect } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import { testProject } from "../../support/local-cloud.ts";
import { location, project } from "./kind.ts";

/** A method, a request and what the answer must hold. */
export type FurtherCall = readonly [method: string, request: JsonObject, expected?: JsonObject];

/** Calls of methods that no kind of resource has, in an order in which each finds what it needs. */
export function furtherCalls(stem: string): readonly FurtherCall[] {
  return [...versions(stem), ...messages(stem), ...accounts(stem), ...projects(), ...compute(stem), ...locations()];
}

function versions(stem: string): readonly FurtherCall[] {
  const service = "google.cloud.secretmanager.v1.SecretManagerService";
  const parent = `${project}/secrets/further-${stem}`;
  const name = `${parent}/versions/1`;
  const data = Buffer.from("secret text").toString("base64");
  const secret = { replication: { automatic: {} } };
  return [
    [`${service}.CreateSecret`, { parent: project, secretId: `further-${stem}`, secret }, secret],
    [`${service}.AddSecretVersion`, { parent, payload: { data } }, { state: "ENABLED" }],
    [`${service}.AccessSecretVersion`, { name }, { payload: { data } }],
    [`${service}.GetSecretVersion`, { name }, { state: "ENABLED" }],
    [`${service}.ListSecretVersions`, { parent }, { versions: [{ state: "ENABLED" }], totalSize: 1 }],
    [`${service}.DisableSecretVersion`, { name }, { state: "DISABLED" }],
    [`${service}.EnableSecretVersion`, { name }, { state: "ENABLED" }],
    [`${service}.DestroySecretVersion`, { name }, { state: "DESTROYED" }],
  ];
}

function messages(stem: string): readonly FurtherCall[] {
  const [publisher, subscriber] = ["google.pubsub.v1.Publisher", "google.pubsub.v1.Subscriber"];
  const topic = `${project}/topics/further-${stem}`;
  const subscription = `${project}/subscriptions/further-${stem}`;
  const snapshot = `${project}/snapshots/further-${stem}`;
  const data = Buffer.from("hello").toString("base64");
  const jobs = "google.cloud.scheduler.v1.CloudScheduler";
  const name = `${location}/jobs/further-${stem}`;
  const pubsubTarget = { topicName: topic, data };
  return [
    [`${publisher}.CreateTopic`, { name: topic }, { name: topic }],
    [`${subscriber}.CreateSubscription`, { name: subscription, topic }, { name: subscription, topic }],
    [`${publisher}.ListTopicSubscriptions`, { topic }, { subscriptions: [subscription] }],
    [`${publisher}.Publish`, { topic, messages: [{ data }, { data, attributes: { a: "b" } }] }],
    [`${subscriber}.Pull`, { subscription, maxMessages: 1 }, { receivedMessages: [{ message: { data } }] }],
    [
      `${subscriber}.CreateSnapshot`,
      { name: snapshot, subscription, labels: { a: "b" } },
      { topic, labels: { a: "b" } },
    ],
    [`${subscriber}.GetSnapshot`, { snapshot }, { name: snapshot }],
    [`${subscriber}.ListSnapshots`, { project }, {}],
    [`${publisher}.ListTopicSnapshots`, { topic }, { snapshots: [snapshot] }],
    [
      `${subscriber}.UpdateSnapshot`,
      { snapshot: { name: snapshot, labels: { c: "d" } }, updateMask: "labels" },
      { labels: { c: "d" } },
    ],
    [`${subscriber}.Seek`, { subscription, snapshot }],
    [`${subscriber}.DeleteSnapshot`, { snapshot }],
    [`${subscriber}.ModifyPushConfig`, { subscription, pushConfig: {} }],
    [`${publisher}.DetachSubscription`, { subscription }],
    [
      `${jobs}.CreateJob`,
      { parent: location, job: { name, schedule: "0 0 1 1 *", timeZone: "UTC", pubsubTarget } },
      { state: "ENABLED" },
    ],
    [`${jobs}.PauseJob`, { name }, { state: "PAUSED" }],
    [`${jobs}.ResumeJob`, { name }, { state: "ENABLED" }],
    [`${jobs}.RunJob`, { name }, { name }],
  ];
}

function accounts(stem: string): readonly FurtherCall[] {
  const iam = "google.iam.admin.v1.IAM";
  const accountId = `further-${stem}`;
  const name = `${project}/serviceAccounts/${accountId}@${testProject}.iam.gserviceaccount.com`;
  const role = `${project}/roles/further_${stem}`;
  const bindings = [{ role: "roles/iam.serviceAccountUser", members: ["user:jane@example.com"] }];
  return [
    [
      `${iam}.CreateServiceAccount`,
      { name: project, accountId, serviceAccount: { displayName: "Further" } },
      { displayName: "Further" },
    ],
    [`${iam}.ListServiceAccounts`, { name: project }, { accounts: expect.any(Array) as never }],
    [
      `${iam}.CreateRole`,
      {
        parent: project,
        roleId: `further_${stem}`,
        role: { title: "Further", includedPermissions: ["run.services.get"], stage: "GA" },
      },
      { name: role },
    ],
    [`${iam}.GetRole`, { name: role }, { title: "Further" }],
    [`${iam}.ListRoles`, { parent: project, view: "FULL" }, {}],
    [`${iam}.UpdateRole`, { name: role, role: { title: "Changed" }, updateMask: "title" }, { title: "Changed" }],
    [`${iam}.DeleteRole`, { name: role }, { deleted: true }],
    [`${iam}.UndeleteRole`, { name: role }, { name: role }],
    [`${iam}.QueryTestablePermissions`, { fullResourceName: `//cloudresourcemanager.googleapis.com/${project}` }, {}],
    [`${iam}.QueryGrantableRoles`, { fullResourceName: `//cloudresourcemanager.googleapis.com/${project}` }, {}],
    [`${iam}.SetIamPolicy`, { resource: name, policy: { bindings } }, { bindings }],
    [`${iam}.GetIamPolicy`, { resource: name }, { bindings }],
    [
      `${iam}.TestIamPermissions`,
      { resource: name, permissions: ["iam.serviceAccounts.actAs"] },
      { permissions: ["iam.serviceAccounts.actAs"] },
    ],
  ];
}

function projects(): readonly FurtherCall[] {
  const [v1, v3] = ["google.cloudresourcemanager.v1.Projects", "google.cloud.resourcemanager.v3.Projects"];
  const usage = "google.api.serviceusage.v1.ServiceUsage";
  const permissions = ["run.services.get"];
  const run = `${project}/services/run.googleapis.com`;
  const billing = "google.cloud.billing.v1.CloudBilling";
  const paid = { billingAccountName: "billingAccounts/012345-6789AB-CDEF01" };
  return [
    [`${billing}.UpdateProjectBillingInfo`, { name: project, projectBillingInfo: paid }, paid],
    [`${billing}.GetProjectBillingInfo`, { name: project }, { ...paid, billingEnabled: true }],
    [`${v3}.GetProject`, { name: project }, { projectId: testProject, state: "ACTIVE" }],
    [`${v3}.SearchProjects`, { query: `id:${testProject}` }, { projects: [{ projectId: testProject }] }],
    [`${v3}.GetIamPolicy`, { resource: project }, {}],
    [`${v3}.TestIamPermissions`, { resource: project, permissions }, { permissions }],
    [`${v3}.SetIamPolicy`, { resource: project, policy: { bindings: [] } }, {}],
    [`${v1}.GetProject`, { projectId: testProject }, { projectId: testProject, lifecycleState: "ACTIVE" }],
    [
      `${v1}.GetAncestry`,
      { projectId: testProject },
      { ancestor: [{ resourceId: { type: "project", id: testProject } }] },
    ],
    [`${v1}.ListProjects`, {}, {}],
    [`${v1}.GetIamPolicy`, { resource: testProject }, {}],
    [`${v1}.TestIamPermissions`, { resource: testProject, permissions }, { permissions }],
    [`${v1}.SetIamPolicy`, { resource: testProject, policy: { bindings: [] } }, {}],
    [`${usage}.GetService`, { name: run }, { parent: expect.stringMatching(/^projects\/\d+$/) as never }],
    [
      `${usage}.ListServices`,
      { parent: project, filter: "state:DISABLED", pageSize: 1 },
      { services: [{ config: {} }] },
    ],
    [`${usage}.BatchGetServices`, { parent: project, names: [run] }, { services: [{ config: {} }] }],
    [`${usage}.EnableService`, { name: run }, { name: expect.stringMatching(/^operations\//) as never }],
    [
      `${usage}.BatchEnableServices`,
      { parent: project, serviceIds: ["run.googleapis.com"] },
      { name: expect.stringMatching(/^operations\//) as never },
    ],
    [
      "serviceusage.googleapis.com google.longrunning.Operations.ListOperations",
      { name: "operations", filter: `name:${run}` },
      {},
    ],
    ["google.api.serviceusage.v1beta1.ServiceUsage.GenerateServiceIdentity", { parent: run }, {}],
  ];
}

function compute(stem: string): readonly FurtherCall[] {
  const named = (service: string) => `google.cloud.compute.v1.${service}`;
  const here = { project: testProject };
  const inRegion = { ...here, region: "us-central1" };
  const inZone = { ...here, zone: "us-central1-a" };
  return [
    [named("Projects.Get"), here, { name: testProject }],
    [named("Regions.Get"), inRegion, { name: "us-central1" }],
    [named("Regions.List"), here, {}],
    [named("Zones.Get"), inZone, { name: "us-central1-a" }],
    [named("Zones.List"), here, {}],
    [named("Routes.List"), here, { items: expect.any(Array) as never }],
    [
      named("Addresses.Insert"),
      { ...inRegion, addressResource: { name: `further-${stem}` } },
      { kind: "compute#operation" },
    ],
    [named("Addresses.AggregatedList"), here, {}],
    [named("Subnetworks.List"), inRegion, {}],
    [named("Subnetworks.AggregatedList"), here, {}],
    [named("Subnetworks.ListUsable"), here, {}],
    [named("Instances.List"), inZone, {}],
    [named("Instances.AggregatedList"), here, {}],
    [named("GlobalOperations.List"), here, {}],
    [named("GlobalOperations.AggregatedList"), here, {}],
    [named("RegionOperations.List"), inRegion, {}],
    [named("ZoneOperations.List"), inZone, {}],
  ];
}

const locationHosts = [
  ...["alloydb", "artifactregistry", "cloudfunctions", "cloudscheduler"],
  ...["run", "secretmanager", "vpcaccess", "workflows"],
];

function locations(): readonly FurtherCall[] {
  const all = locationHosts.flatMap((api): readonly FurtherCall[] => [
    [
      `${api}.googleapis.com google.cloud.location.Locations.GetLocation`,
      { name: location },
      { locationId: "us-central1" },
    ],
    [
      `${api}.googleapis.com google.cloud.location.Locations.ListLocations`,
      { name: project },
      { locations: expect.any(Array) as never },
    ],
  ]);
  const operations = ["alloydb", "cloudfunctions", "run", "vpcaccess", "workflows"].map(
    (api): FurtherCall => [`${api}.googleapis.com google.longrunning.Operations.ListOperations`, { name: location }],
  );
  const service = "google.cloud.functions.v2.FunctionService";
  const functions: readonly FurtherCall[] = [
    [`${service}.ListRuntimes`, { parent: location, filter: "name=nodejs24" }, { runtimes: [{ name: "nodejs24" }] }],
    [`${service}.GenerateUploadUrl`, { parent: location }, { uploadUrl: expect.any(String) as never }],
  ];
  return [...all, ...operations, ...functions];
}
