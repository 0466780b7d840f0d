import type { Connect } from "../auth.ts";
import { type LongrunningBody, longrunningOperation, type Operation } from "../operation.ts";
import { createRest, type Rest } from "../rest.ts";

const host = "https://serviceusage.googleapis.com";
const api = `${host}/v1`;

/** An API as a project sees it. */
interface EnabledService {
  /** `projects/{number}/services/{service}` */
  readonly name?: string;
  /** `ENABLED` or `DISABLED` */
  readonly state?: string;
}

/** Service Usage: which APIs a project has enabled. @see https://cloud.google.com/service-usage/docs/reference/rest/v1/services */
export interface ServiceUsageClient {
  /** In the order of the ids (`alloydb.googleapis.com`); at most 30. */
  readonly getServices: (project: string, ids: readonly string[]) => Promise<readonly EnabledService[]>;
  /** Enables all of the ids, at most 20, or none. */
  readonly enableServices: (project: string, ids: readonly string[]) => Promise<Operation>;
  /** Makes sure that Google's own account for the API exists in the project. */
  readonly generateIdentity: (project: string, id: string) => Promise<Operation>;
}

/** Opens Service Usage. */
export const connectServiceUsage: Connect<ServiceUsageClient> = (auth) => (guard) =>
  serviceUsageOf(createRest(auth, guard));

function serviceUsageOf(rest: Rest): ServiceUsageClient {
  const site = (verb: string, project: string, ids: readonly string[]) => ({
    method: `serviceusage.services.${verb}`,
    resource: `projects/${project}/services/{${ids.join(",")}}`,
  });
  return {
    getServices: async (project, ids) => {
      const answer = await rest.fetchJson<{ readonly services?: readonly EnabledService[] }>({
        method: "GET",
        url: `${api}/projects/${project}/services:batchGet`,
        query: { names: ids.map((id) => `projects/${project}/services/${id}`) },
        site: site("batchGet", project, ids),
      });
      return answer.services ?? [];
    },
    enableServices: async (project, serviceIds) => {
      const url = `${api}/projects/${project}/services:batchEnable`;
      const request = {
        method: "POST",
        url,
        body: { serviceIds },
        site: site("batchEnable", project, serviceIds),
      } as const;
      return longrunningOperation(api, await rest.fetchJson<LongrunningBody>(request));
    },
    generateIdentity: async (project, id) => {
      const url = `${host}/v1beta1/projects/${project}/services/${id}:generateServiceIdentity`;
      const request = { method: "POST", url, body: {}, site: site("generateServiceIdentity", project, [id]) } as const;
      return longrunningOperation(api, await rest.fetchJson<LongrunningBody>(request));
    },
  };
}
