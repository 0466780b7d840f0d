import type { Connect } from "../auth.ts";
import { fetchAll } from "../pages.ts";
import { createRest, type Rest } from "../rest.ts";

const api = "https://iam.googleapis.com/v1";

/** A custom role of a project. */
export interface CustomRole {
  /** `projects/{project}/roles/{role}` */
  readonly name?: string;
  readonly title?: string;
  readonly description?: string;
  readonly includedPermissions?: readonly string[];
  readonly stage?: "GA";
  readonly etag?: string;
  /** Deleted roles stay for weeks, keep their name, and can be brought back. */
  readonly deleted?: boolean;
}

/** Custom roles; every call is synchronous. @see https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles */
export interface IamRolesClient {
  readonly getRole: (name: string) => Promise<CustomRole | undefined>;
  /** All of `projects/{project}` that are not deleted, with their permissions. */
  readonly listRoles: (project: string) => Promise<readonly CustomRole[]>;
  readonly createRole: (name: string, role: CustomRole) => Promise<CustomRole>;
  /** Replaces title, description and permissions. */
  readonly patchRole: (name: string, role: CustomRole) => Promise<CustomRole>;
  readonly deleteRole: (name: string) => Promise<void>;
  readonly undeleteRole: (name: string) => Promise<CustomRole>;
}

/** Opens custom roles. */
export const connectIamRoles: Connect<IamRolesClient> = (auth) => (guard) => rolesOf(createRest(auth, guard));

function rolesOf(rest: Rest): IamRolesClient {
  const site = (verb: string, name: string) => ({ method: `iam.projects.roles.${verb}`, resource: name });
  return {
    getRole: (name) => rest.findJson({ method: "GET", url: `${api}/${name}`, site: site("get", name) }),
    listRoles: (project) => {
      const request = { method: "GET", url: `${api}/${project}/roles`, query: { view: "FULL" } } as const;
      return fetchAll(rest, { request: { ...request, site: site("list", project) }, field: "roles" });
    },
    createRole(name, role) {
      const [parent, roleId] = name.split("/roles/");
      const body = { roleId, role };
      return rest.fetchJson({ method: "POST", url: `${api}/${parent}/roles`, body, site: site("create", name) });
    },
    patchRole: (name, role) =>
      rest.fetchJson({
        method: "PATCH",
        url: `${api}/${name}`,
        query: { updateMask: "title,description,includedPermissions,stage" },
        body: role,
        site: site("patch", name),
      }),
    async deleteRole(name) {
      await rest.findJson({ method: "DELETE", url: `${api}/${name}`, site: site("delete", name) });
    },
    undeleteRole: (name) =>
      rest.fetchJson({ method: "POST", url: `${api}/${name}:undelete`, body: {}, site: site("undelete", name) }),
  };
}
