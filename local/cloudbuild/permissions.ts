import type { PermissionRule, PermissionTable } from "../api.ts";

const v1 = "google.devtools.cloudbuild.v1.CloudBuild";

/** @see https://cloud.google.com/build/docs/iam-roles-permissions */
// biome-ignore format: a table
export const permissions: PermissionTable = {
  [`${v1}.CreateBuild`]:              inParent("builds.create"),
  [`${v1}.GetBuild`]:                 onName("builds.get"),
  [`${v1}.ListBuilds`]:               inParent("builds.list"),
  [`${v1}.CancelBuild`]:              onName("builds.update"),
  [`${v1}.RetryBuild`]:               onName("builds.create"),
  [`${v1}.ApproveBuild`]:             [{ permission: "cloudbuild.builds.approve", resource: "{name}" }],
  [`${v1}.CreateBuildTrigger`]:       inParent("builds.create"),
  [`${v1}.GetBuildTrigger`]:          onName("builds.get"),
  [`${v1}.ListBuildTriggers`]:        inParent("builds.list"),
  [`${v1}.DeleteBuildTrigger`]:       onName("builds.update"),
  [`${v1}.UpdateBuildTrigger`]:       [{ permission: "cloudbuild.builds.update", resource: "projects/{projectId}", when: ({ projectId }) => Boolean(projectId) }, { permission: "cloudbuild.builds.update", resource: "{trigger.resourceName}", when: ({ projectId }) => !projectId }],
  [`${v1}.RunBuildTrigger`]:          onName("builds.create"),
  [`${v1}.ReceiveTriggerWebhook`]:    { open: "the webhook's own secret decides" },
  [`${v1}.CreateWorkerPool`]:         [{ permission: "cloudbuild.workerpools.create", resource: "{parent}" }],
  [`${v1}.GetWorkerPool`]:            [{ permission: "cloudbuild.workerpools.get", resource: "{name}" }],
  [`${v1}.DeleteWorkerPool`]:         [{ permission: "cloudbuild.workerpools.delete", resource: "{name}" }],
  [`${v1}.UpdateWorkerPool`]:         [{ permission: "cloudbuild.workerpools.update", resource: "{workerPool.name}" }],
  [`${v1}.ListWorkerPools`]:          [{ permission: "cloudbuild.workerpools.list", resource: "{parent}" }],
  [`${v1}.GetDefaultServiceAccount`]: [{ permission: "cloudbuild.builds.get", resource: "{name}" }],
  "google.longrunning.Operations.GetOperation":    [{ permission: "cloudbuild.builds.get", resource: "{name}", when: isRegional }],
  "google.longrunning.Operations.CancelOperation": [{ permission: "cloudbuild.builds.update", resource: "{name}", when: isRegional }],
};

/** Regional requests name a parent, global ones a project. */
function inParent(permission: string): readonly PermissionRule[] {
  return [
    { permission: `cloudbuild.${permission}`, resource: "{parent}", when: ({ parent }) => Boolean(parent) },
    { permission: `cloudbuild.${permission}`, resource: "projects/{projectId}", when: ({ parent }) => !parent },
  ];
}

function onName(permission: string): readonly PermissionRule[] {
  return [
    { permission: `cloudbuild.${permission}`, resource: "{name}", when: ({ name }) => Boolean(name) },
    { permission: `cloudbuild.${permission}`, resource: "projects/{projectId}", when: ({ name }) => !name },
  ];
}

function isRegional({ name }: Parameters<NonNullable<PermissionRule["when"]>>[0]): boolean {
  return typeof name === "string" && name.startsWith("projects/");
}
