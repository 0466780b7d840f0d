import type { Connect } from "../auth.ts";
import type { Policy } from "../policy.ts";
import { createRest, type Rest } from "../rest.ts";

const api = "https://cloudresourcemanager.googleapis.com";

/** A project. */
interface Project {
  readonly projectId?: string;
  /** Decimal, as a text. */
  readonly projectNumber?: string;
  readonly lifecycleState?: string;
}

/** Resource Manager: the project and its policy. @see https://cloud.google.com/resource-manager/reference/rest */
export interface ResourceManagerClient {
  /** @param project its id */
  readonly getProject: (project: string) => Promise<Project>;
  /** With conditions (version 3). */
  readonly getProjectPolicy: (project: string) => Promise<Policy>;
  /** Replaces the policy; ABORTED when it is no longer the one whose `etag` is given. */
  readonly setProjectPolicy: (project: string, policy: Policy) => Promise<Policy>;
  /** Those of the permissions that the caller has on the project; at most 100 are asked. */
  readonly testPermissions: (project: string, permissions: readonly string[]) => Promise<readonly string[]>;
}

/** Opens Resource Manager. */
export const connectResourceManager: Connect<ResourceManagerClient> = (auth) => (guard) =>
  resourceManagerOf(createRest(auth, guard));

function resourceManagerOf(rest: Rest): ResourceManagerClient {
  const site = (verb: string, project: string) => ({
    method: `cloudresourcemanager.projects.${verb}`,
    resource: `projects/${project}`,
  });
  return {
    getProject: (project) =>
      rest.fetchJson({ method: "GET", url: `${api}/v1/projects/${project}`, site: site("get", project) }),
    getProjectPolicy: (project) =>
      rest.fetchJson({
        method: "POST",
        url: `${api}/v3/projects/${project}:getIamPolicy`,
        body: { options: { requestedPolicyVersion: 3 } },
        readsOnly: true,
        site: site("getIamPolicy", project),
      }),
    setProjectPolicy: (project, policy) =>
      rest.fetchJson({
        method: "POST",
        url: `${api}/v3/projects/${project}:setIamPolicy`,
        body: { policy },
        site: site("setIamPolicy", project),
      }),
    testPermissions: async (project, permissions) => {
      const answer = await rest.fetchJson<{ readonly permissions?: readonly string[] }>({
        method: "POST",
        url: `${api}/v3/projects/${project}:testIamPermissions`,
        body: { permissions },
        readsOnly: true,
        site: site("testIamPermissions", project),
      });
      return answer.permissions ?? [];
    },
  };
}
