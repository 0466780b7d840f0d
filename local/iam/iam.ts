import { isGrantable } from "../access/policy-rules.ts";
import { type Api, handlers, type TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type {
  IamAdminMethods,
  Permission,
  QueryGrantableRolesRequest,
  QueryTestablePermissionsRequest,
} from "../model/generated/iam-admin.ts";
import { paginate } from "../page.ts";
import { policyMethods } from "../policy.ts";
import { keyMethods } from "./key.ts";
import { permissions } from "./permissions.ts";
import { allPermissions, isForCustomRoles, predefinedRoles } from "./predefined.ts";
import { roleMethods } from "./role.ts";
import { createServiceAccounts, type ServiceAccounts, type StoredServiceAccount } from "./service-account.ts";
import { demandAccount, serviceAccountMethods } from "./service-account-methods.ts";

const host = "iam.googleapis.com";

/**
 * IAM: service accounts, who may act as them, roles.
 *
 * @see https://cloud.google.com/iam/docs/reference/rest
 */
export function createIam(cloud: Cloud): Api {
  const accounts = createServiceAccounts(cloud);
  return {
    host,
    permissions,
    errorStyle: "iam",
    projectOf(resource) {
      const id = /\/projects\/-\/serviceAccounts\/([^/]+)/.exec(resource)?.[1] ?? "";
      return accounts.find(`projects/-/serviceAccounts/${id}`)?.projectId ?? projectInEmail(id);
    },
    containerOf(resource) {
      const [, name = "", id = ""] =
        /^\/\/[^/]+\/(projects\/[^/]+\/serviceAccounts\/(\d+))(?:\/|$)/.exec(resource) ?? [];
      const account = id === "" ? undefined : accounts.find(name);
      return account && policyName(account);
    },
    methods: handlers<IamAdminMethods>({
      ...accountPolicyMethods(cloud, accounts),
      ...serviceAccountMethods(cloud, accounts),
      ...keyMethods(cloud, accounts),
      ...roleMethods(cloud),
      "google.iam.admin.v1.IAM.QueryTestablePermissions": (request) => testable(request),
      "google.iam.admin.v1.IAM.QueryGrantableRoles": (request) => grantable(request),
    }),
  };
}

/** The project that an e-mail names, whether or not there is such an account. */
function projectInEmail(email: string): string | undefined {
  return /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1];
}

function policyName({ projectId, email }: StoredServiceAccount): string {
  return `//${host}/projects/${projectId}/serviceAccounts/${email}`;
}

/** Policies are kept under an account's full name, whichever name it is called by. */
function accountPolicyMethods(cloud: Cloud, accounts: ServiceAccounts): TypedHandlers<IamAdminMethods> {
  const policies = policyMethods(cloud, (resource) => policyName(demandAccount(accounts, resource)));
  return {
    "google.iam.admin.v1.IAM.GetIamPolicy": (request) => policies.get(request),
    "google.iam.admin.v1.IAM.SetIamPolicy": (request) => policies.set(request),
    "google.iam.admin.v1.IAM.TestIamPermissions": (request, call) => policies.test(request, call),
  };
}

/** @throws ApiError INVALID_ARGUMENT */
function demandFullName(name: string): void {
  if (/^\/\/[a-z]+\.googleapis\.com\/.+/.test(name)) return;
  throw new ApiError({ code: "INVALID_ARGUMENT", message: `Invalid resource name: ${name}`, reason: "badRequest" });
}

/** The predefined roles that a policy of the resource may name. */
function grantable({ fullResourceName = "", view, pageSize, pageToken }: QueryGrantableRolesRequest) {
  demandFullName(fullResourceName);
  const roles = predefinedRoles().filter(({ name = "" }) => isGrantable(name, fullResourceName));
  const limits = { usual: 300, most: 2000 };
  const page = paginate(roles, { key: ({ name = "" }) => name, size: pageSize, token: pageToken, limits });
  const brief = page.items.map(({ includedPermissions: _, ...role }) => role);
  return { roles: view === "FULL" ? page.items : brief, nextPageToken: page.nextPageToken };
}

function testable({ fullResourceName = "", pageSize, pageToken }: QueryTestablePermissionsRequest) {
  demandFullName(fullResourceName);
  const limits = { usual: 100, most: 1000 };
  const page = paginate(allPermissions(), { key: (name) => name, size: pageSize, token: pageToken, limits });
  const answered: Permission[] = page.items.map((name) => ({
    name,
    stage: "GA",
    customRolesSupportLevel: isForCustomRoles(name) ? "SUPPORTED" : "NOT_SUPPORTED",
  }));
  return { permissions: answered, nextPageToken: page.nextPageToken };
}
