import type { JsonObject } from "../../../local/json.ts";
import { loadModel, type Model } from "../../../local/model/model.ts";
import { testProject } from "../../support/local-cloud.ts";
import { plausibleRequest, type Subject } from "../malformed/subject.ts";

const model: Model = loadModel();
const project = `projects/${testProject}`;
const nowhere = `${project}/locations/absent`;
const topic = { topic: `${project}/topics/never-made` };
const packageName = `${project}/locations/us-central1/repositories/absent/packages/absent`;
const cluster = `${project}/locations/us-central1/clusters/absent`;
const noProject = "Not-A-Project";

/** Methods that take whatever well-formed request they are given; what is malformed is refused in `../malformed`. */
export const refusesNothing: ReadonlySet<string> = new Set([
  "google.cloud.functions.v2.FunctionService.GenerateUploadUrl",
  "google.cloud.functions.v2.FunctionService.ListRuntimes",
  "google.logging.v2.LoggingServiceV2.DeleteLog",
]);

/** What is refused by methods that take a plausible request about nothing. */
const particular: Readonly<Record<string, JsonObject>> = {
  // Clients leave out a body that holds nothing but its name when they speak REST.
  "google.cloud.scheduler.v1.CloudScheduler.UpdateJob": {
    job: { name: `${project}/locations/us-central1/jobs/absent`, description: "text" },
    updateMask: "description",
  },
  "google.devtools.artifactregistry.v1.ArtifactRegistry.CreateTag": {
    ...{ parent: packageName, tagId: "text", tag: { version: `${packageName}/versions/absent` } },
  },
  "google.devtools.artifactregistry.v1.ArtifactRegistry.UpdateTag": {
    tag: { name: `${packageName}/tags/absent`, version: `${packageName}/versions/absent` },
  },
  "google.iam.admin.v1.IAM.CreateRole": { parent: project, roleId: "a", role: {} },
  "google.cloud.location.Locations.GetLocation": { name: nowhere },
  "google.cloud.compute.v1.Projects.Get": { project: noProject },
  "google.cloud.compute.v1.Regions.Get": { project: testProject, region: "absent" },
  "google.cloud.compute.v1.Zones.Get": { project: testProject, zone: "absent" },
  "google.cloud.functions.v2.FunctionService.GenerateUploadUrl": { parent: nowhere },
  "google.cloud.functions.v2.FunctionService.ListRuntimes": { parent: nowhere },
  "google.logging.v2.LoggingServiceV2.DeleteLog": { logName: `${project}/logs/never written` },
  "google.logging.v2.LoggingServiceV2.ListLogs": { parent: project, pageToken: "no-page" },
  "google.logging.v2.LoggingServiceV2.ListLogEntries": { resourceNames: [project], pageToken: "no-page" },
  "google.pubsub.v1.Publisher.CreateTopic": { name: `${project}/topics/1` },
  "google.pubsub.v1.Publisher.GetTopic": topic,
  "google.pubsub.v1.Publisher.DeleteTopic": topic,
  "google.api.serviceusage.v1.ServiceUsage.BatchGetServices": { parent: project, names: ["nonsense"] },
  "google.storage.v1.Projects.GetServiceAccount": { projectId: noProject },
  ...projectMethods(),
  ...Object.fromEntries(
    ["v1", "v1beta", "v1alpha"].map((version) => [
      `google.cloud.alloydb.${version}.AlloyDBAdmin.UpdateUser`,
      { user: { name: `${cluster}/users/absent`, databaseRoles: ["alloydbsuperuser"] }, updateMask: "databaseRoles" },
    ]),
  ),
};

function projectMethods(): Record<string, JsonObject> {
  const v1 = "google.cloudresourcemanager.v1.Projects";
  const v3 = "google.cloud.resourcemanager.v3.Projects";
  const resource = `projects/${noProject}`;
  return {
    [`${v1}.GetProject`]: { projectId: noProject },
    [`${v1}.GetAncestry`]: { projectId: noProject },
    [`${v1}.GetIamPolicy`]: { resource: noProject },
    [`${v1}.SetIamPolicy`]: { resource: noProject, policy: {} },
    [`${v1}.TestIamPermissions`]: { resource: noProject, permissions: ["run.services.get"] },
    [`${v3}.GetProject`]: { name: resource },
    [`${v3}.GetIamPolicy`]: { resource },
    [`${v3}.SetIamPolicy`]: { resource, policy: {} },
    [`${v3}.TestIamPermissions`]: { resource, permissions: ["run.services.get"] },
  };
}

/** A request that a method must refuse: about what is absent, with a token that no page gave, or particular to it. */
export function refusedRequest(subject: Subject): JsonObject {
  const found = particular[subject.name];
  if (found) return found;
  const request = plausibleRequest(model, subject);
  const { fields = {} } = model.messages[subject.method.request] ?? {};
  if (fields.pageToken) return { ...request, pageToken: "no-page" };
  return fields.continue ? { ...request, continue: "no-page" } : request;
}
