import { createHash } from "node:crypto";
import type { Binding, Policy } from "./access/access.ts";
import { mayExist } from "./access/roles.ts";
import type { Call } from "./api.ts";
import type { Cloud } from "./cloud.ts";
import { ApiError } from "./error.ts";
import type {
  GetIamPolicyRequest,
  SetIamPolicyRequest,
  TestIamPermissionsRequest,
  TestIamPermissionsResponse,
  Policy as WirePolicy,
} from "./model/generated/google.ts";

/** The three methods that every resource with an IAM policy has. */
export interface PolicyMethods {
  get(request: GetIamPolicyRequest): WirePolicy;
  set(request: SetIamPolicyRequest): WirePolicy;
  test(request: TestIamPermissionsRequest, call: Call): TestIamPermissionsResponse;
}

/**
 * Makes the IAM methods of one kind of resource.
 *
 * @param nameOf gives the full name `//{host}/{name}` for a request's `resource`, or throws NOT_FOUND
 * @see https://cloud.google.com/iam/docs/reference/rest/v1/Policy
 */
export function policyMethods({ access }: Cloud, nameOf: (resource: string) => string): PolicyMethods {
  return {
    get: ({ resource = "", options }) => asVersion(access.getPolicy(nameOf(resource)), options?.requestedPolicyVersion),
    set({ resource = "", policy, updateMask }) {
      const name = nameOf(resource);
      if (!policy) throw invalid("policy is required");
      return access.setPolicy(name, masked(parsePolicy(policy), access.getPolicy(name), updateMask)) as WirePolicy;
    },
    test({ resource = "", permissions = [] }, { principal }) {
      const name = nameOf(resource);
      const unknown = permissions.find((permission) => !mayExist(permission));
      if (unknown !== undefined) throw invalid(`Permission ${unknown} is not valid for this resource.`);
      return { permissions: permissions.filter((permission) => access.wouldAllow(principal, permission, name)) };
    },
  };
}

/** What a mask leaves out stays; without a mask the bindings are written, and audit logging is left as it is. */
function masked(sent: Policy, present: Policy, mask = "bindings,etag"): Policy {
  const paths = mask.split(",").map((path) => path.trim().split(".")[0] ?? "");
  const writes = (...names: string[]) => paths.some((path) => path === "*" || names.includes(path));
  return {
    ...sent,
    bindings: writes("bindings") ? sent.bindings : present.bindings,
    version: writes("bindings", "version") ? sent.version : present.version,
    auditConfigs: writes("auditConfigs", "audit_configs") ? sent.auditConfigs : present.auditConfigs,
  };
}

function parsePolicy(policy: WirePolicy): Policy {
  const bindings = (policy.bindings ?? []).map(parseBinding);
  const { version = 0, etag } = policy;
  if (![0, 1, 3].includes(version)) throw invalid(`Invalid policy version ${version}.`);
  if (version < 3 && bindings.some(({ condition }) => condition)) {
    throw invalid("Policies with conditional role bindings must specify version 3.");
  }
  return { version, etag, bindings, auditConfigs: policy.auditConfigs };
}

function parseBinding({ role = "", members = [], condition }: NonNullable<WirePolicy["bindings"]>[number]): Binding {
  if (role === "") throw invalid("Role must be set in every binding.");
  return condition
    ? { role, members, condition: { ...condition, expression: condition.expression ?? "" } }
    : { role, members };
}

/** A caller who does not ask for version 3 sees conditional bindings under marked role names, without conditions. */
function asVersion(policy: Policy, requested = 0): WirePolicy {
  if (![0, 1, 3].includes(requested)) throw invalid(`Requested policy version ${requested} is not supported.`);
  if (requested === 3 || !policy.bindings?.some(({ condition }) => condition)) return policy as WirePolicy;
  const bindings = policy.bindings.map(({ role, members, condition }) => ({
    role: condition ? `${role}_withcond_${hash(condition)}` : role,
    members,
  }));
  return { ...(policy as WirePolicy), version: 1, bindings };
}

function hash(condition: NonNullable<Binding["condition"]>): string {
  return createHash("sha256").update(JSON.stringify(condition)).digest("hex").slice(0, 20);
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message });
}
