import type { Connect } from "../auth.ts";
import { fetchAll } from "../pages.ts";
import type { Policy } from "../policy.ts";
import { createRest, type Rest } from "../rest.ts";

const api = "https://iam.googleapis.com/v1";

/** A service account. */
export interface ServiceAccount {
  /** `projects/{project}/serviceAccounts/{email}` */
  readonly name?: string;
  readonly email?: string;
  /** Decimal; another one for an account that was deleted and made anew under the same address. */
  readonly uniqueId?: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly disabled?: boolean;
}

/**
 * Service accounts and who may act as them; every call is synchronous, reads may lag behind. Names are
 * `projects/{project}/serviceAccounts/{email}`.
 *
 * @see https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts
 */
export interface IamClient {
  readonly getAccount: (name: string) => Promise<ServiceAccount | undefined>;
  /** All of `projects/{project}`. */
  readonly listAccounts: (project: string) => Promise<readonly ServiceAccount[]>;
  readonly createAccount: (name: string, account: ServiceAccount) => Promise<ServiceAccount>;
  /** Lets a disabled account work again. */
  readonly enableAccount: (name: string) => Promise<void>;
  readonly deleteAccount: (name: string) => Promise<void>;
  /** Policy of the account as a resource: who may act as it. With conditions (version 3). */
  readonly getAccountPolicy: (name: string) => Promise<Policy>;
  /** Replaces the policy; ABORTED when it is no longer the one whose `etag` is given. */
  readonly setAccountPolicy: (name: string, policy: Policy) => Promise<Policy>;
}

/** Opens IAM's service accounts. */
export const connectIam: Connect<IamClient> = (auth) => (guard) => iamOf(createRest(auth, guard));

function iamOf(rest: Rest): IamClient {
  const call = (method: "GET" | "POST" | "DELETE", verb: string, name: string) => ({
    method,
    url: `${api}/${name}`,
    site: { method: `iam.projects.serviceAccounts.${verb}`, resource: name },
  });
  return {
    getAccount: (name) => rest.findJson(call("GET", "get", name)),
    listAccounts: (project) => {
      const request = call("GET", "list", project);
      return fetchAll(rest, { request: { ...request, url: `${request.url}/serviceAccounts` }, field: "accounts" });
    },
    createAccount: (name, serviceAccount) => {
      const [parent, email = ""] = name.split("/serviceAccounts/");
      const body = { accountId: email.split("@")[0], serviceAccount };
      return rest.fetchJson({ ...call("POST", "create", name), url: `${api}/${parent}/serviceAccounts`, body });
    },
    enableAccount: async (name) => {
      const request = call("POST", "enable", name);
      await rest.fetchJson({ ...request, url: `${request.url}:enable`, body: {} });
    },
    deleteAccount: async (name) => {
      await rest.findJson(call("DELETE", "delete", name));
    },
    getAccountPolicy: (name) => {
      const query = { "options.requestedPolicyVersion": 3 };
      const request = call("POST", "getIamPolicy", name);
      return rest.fetchJson({ ...request, url: `${request.url}:getIamPolicy`, query, readsOnly: true });
    },
    setAccountPolicy: (name, policy) => {
      const request = call("POST", "setIamPolicy", name);
      return rest.fetchJson({ ...request, url: `${request.url}:setIamPolicy`, body: { policy } });
    },
  };
}
