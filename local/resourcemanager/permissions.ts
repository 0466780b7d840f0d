import type { PermissionRule, PermissionTable } from "../api.ts";

const v1 = "google.cloudresourcemanager.v1.Projects";
const v3 = "google.cloud.resourcemanager.v3.Projects";

const on = (verb: string, resource: string): readonly PermissionRule[] => [
  { permission: `resourcemanager.projects.${verb}`, resource },
];

/** @see https://cloud.google.com/resource-manager/docs/access-control-proj */
export const permissions: PermissionTable = {
  [`${v1}.ListProjects`]: { open: "answers the projects that the caller may see" },
  [`${v1}.GetProject`]: on("get", "projects/{projectId}"),
  [`${v1}.CreateProject`]: on("create", "{project.parent.type}s/{project.parent.id}"),
  [`${v1}.UpdateProject`]: on("update", "projects/{projectId}"),
  [`${v1}.DeleteProject`]: on("delete", "projects/{projectId}"),
  [`${v1}.UndeleteProject`]: on("undelete", "projects/{projectId}"),
  [`${v1}.GetAncestry`]: on("get", "projects/{projectId}"),
  [`${v1}.GetIamPolicy`]: on("getIamPolicy", "projects/{resource}"),
  [`${v1}.SetIamPolicy`]: on("setIamPolicy", "projects/{resource}"),
  [`${v1}.TestIamPermissions`]: { open: "asks what the caller may do" },
  [`${v3}.GetProject`]: on("get", "{name}"),
  [`${v3}.ListProjects`]: on("list", "{parent}"),
  [`${v3}.SearchProjects`]: { open: "answers the projects that the caller may see" },
  [`${v3}.CreateProject`]: on("create", "{project.parent}"),
  [`${v3}.UpdateProject`]: on("update", "{project.name}"),
  [`${v3}.MoveProject`]: on("move", "{name}"),
  [`${v3}.DeleteProject`]: on("delete", "{name}"),
  [`${v3}.UndeleteProject`]: on("undelete", "{name}"),
  [`${v3}.GetIamPolicy`]: on("getIamPolicy", "{resource}"),
  [`${v3}.SetIamPolicy`]: on("setIamPolicy", "{resource}"),
  [`${v3}.TestIamPermissions`]: { open: "asks what the caller may do" },
};
