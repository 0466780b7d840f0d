import { ApiError } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type { Collection } from "../store.ts";
import type { Binding, Policy } from "./access.ts";
import { parseCondition } from "./condition.ts";
import { checkMembers, type Known } from "./members.ts";
import { type PredefinedRole, predefinedRoles } from "./roles.ts";

/** What a policy is held against before it is written. */
export interface PolicyRules extends Known {
  /** `//{host}/{name}` */
  readonly resource: string;
  /** Id of the resource's project. */
  readonly project: string | undefined;
  readonly present: Policy;
  readonly roles: Collection<JsonObject>;
}

const basicRoles = new Set(["roles/owner", "roles/editor", "roles/viewer"]);
const roleName = /^(?:roles\/[\w.]+|(?:projects|organizations)\/[^/]+\/roles\/[\w.]+)$/;
const projectHost = "//cloudresourcemanager.googleapis.com/";

/**
 * Refuses a policy that Google refuses.
 *
 * @throws ApiError INVALID_ARGUMENT; UNIMPLEMENTED for conditions and members that are not served here
 * @see https://cloud.google.com/iam/docs/reference/rest/v1/Policy
 */
export function checkPolicy(policy: Policy, rules: PolicyRules): void {
  checkVersion(policy, rules.present);
  for (const binding of policy.bindings ?? []) {
    checkRole(binding.role, rules);
    checkCondition(binding, rules);
  }
  checkMembers(policy, rules.present, rules);
  if (rules.resource.startsWith(projectHost)) checkProjectMembers(policy, rules.present);
}

/** Who does not ask for version 3 does not see conditions, and may not take them away unseen. */
function checkVersion({ version = 0, etag, bindings = [] }: Policy, present: Policy): void {
  const isConditional = (binding: Binding) => binding.condition !== undefined;
  if (version === 3) return;
  if (bindings.some(isConditional)) throw invalid("Policies with conditions must be written with version 3.");
  if (etag && present.bindings?.some(isConditional)) {
    throw invalid("The policy has conditional role bindings: it must be read and written with version 3.");
  }
}

function checkRole(role: string, rules: PolicyRules): void {
  if (!roleName.test(role)) {
    const forms = `"roles/{role}", "organizations/{organization_id}/roles/{role}", or "projects/{project_id}/roles/{role}"`;
    throw invalid(`The role name must be in the form ${forms}.`);
  }
  const isStanding = rules.present.bindings?.some((binding) => binding.role === role);
  if (!isStanding && !isSupported(role, rules)) throw invalid(`Role ${role} is not supported for this resource.`);
}

function isSupported(role: string, { resource, project, roles }: PolicyRules): boolean {
  if (predefinedRoles[role]) return isGrantable(role, resource);
  return role.startsWith(`projects/${project}/`) && isUsable(roles.get(role));
}

/** Whether a policy of a resource (`//{host}/{name}`) may name a predefined role. */
export function isGrantable(role: string, resource: string): boolean {
  const predefined = predefinedRoles[role];
  if (!predefined) return false;
  if (resource.startsWith(projectHost)) return !role.startsWith("roles/storage.legacy");
  return basicRoles.has(role) || concerns(predefined, /^\/\/(\w+)/.exec(resource)?.[1] ?? "");
}

/** A role can be granted on the resources of the services whose permissions it has. */
function concerns({ permissions }: PredefinedRole, service: string): boolean {
  return [...permissions].some((permission) => permission.startsWith(`${service}.`));
}

function isUsable(role: JsonObject | undefined): boolean {
  return role !== undefined && role.deleted !== true;
}

function checkCondition({ role, members, condition }: Binding, { resource }: PolicyRules): void {
  if (condition === undefined) return;
  if (basicRoles.has(role)) throw invalid(`Conditions cannot be set on basic roles such as ${role}.`);
  if (members?.some((member) => member === "allUsers" || member === "allAuthenticatedUsers")) {
    throw invalid("Conditions cannot be set on bindings of allUsers and allAuthenticatedUsers.");
  }
  parseCondition(condition.expression);
  if (condition.expression.includes("modifiedGrantsByRole") && !resource.startsWith(projectHost)) {
    throw invalid("Conditions on the roles that are granted are taken on projects only.");
  }
}

/**
 * A project that is in no organisation has members by name only, and its owners accept an invitation.
 *
 * @see https://cloud.google.com/resource-manager/reference/rest/v1/projects/setIamPolicy
 */
function checkProjectMembers(policy: Policy, present: Policy): void {
  const ownersOf = ({ bindings = [] }: Policy) =>
    bindings.flatMap(({ role, members }) => (role === "roles/owner" ? (members ?? []) : []));
  for (const { members = [] } of policy.bindings ?? []) {
    const everybody = members.find((member) => member === "allUsers" || member === "allAuthenticatedUsers");
    if (everybody) throw invalid(`Member ${everybody} cannot be granted roles on a project.`);
  }
  const standing = new Set(ownersOf(present));
  const invited = ownersOf(policy).find((member) => !standing.has(member) && !member.startsWith("serviceAccount:"));
  if (invited === undefined) return;
  throw new ApiError({
    code: "INVALID_ARGUMENT",
    message: "Request contains an invalid argument.",
    details: [
      {
        "@type": "type.googleapis.com/google.cloudresourcemanager.v1.ProjectIamPolicyError",
        type: "SOLO_MUST_INVITE_OWNERS",
        member: invited,
        role: "roles/owner",
      },
    ],
    reason: "badRequest",
  });
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message, reason: "badRequest" });
}
