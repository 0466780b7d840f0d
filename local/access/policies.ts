import type { Clock } from "../clock.ts";
import { ApiError, errorInfo } from "../error.ts";
import type { JsonObject } from "../json.ts";
import type { Projects } from "../projects.ts";
import type { Random } from "../random.ts";
import type { Collection, Store } from "../store.ts";
import type { Access, Binding, DecidingGrant, Decision, Policy } from "./access.ts";
import { tellsModifiedRoles } from "./condition/resource.ts";
import { parseCondition } from "./condition.ts";
import { missingCredentials } from "./credentials.ts";
import { permissionsInEffect } from "./custom-role.ts";
import type { ServiceAccount } from "./members.ts";
import { createPolicyRecords } from "./policy-records.ts";
import { checkPolicy } from "./policy-rules.ts";
import { emailOf, membersOf, type Principal } from "./principal.ts";
import { predefinedRoles } from "./roles.ts";

/** What `createAccess` works with. */
export interface AccessContext {
  readonly clock: Clock;
  readonly store: Store;
  readonly random: Random;
  readonly projects: Projects;
  /** The project of a resource whose name does not say it, such as a bucket. */
  readonly projectOf: (resource: string) => string | undefined;
  /** The resource that contains one whose name does not say it. */
  readonly containerOf?: (resource: string) => string | undefined;
}

/** A question to the policies. */
interface AccessQuestion {
  readonly principal: Principal;
  readonly permission: string;
  /** `//{host}/{name}` */
  readonly resource: string;
  /** Roles whose members the request changes, when it sets a policy. */
  readonly modifiedRoles?: readonly string[];
}

interface RoleQuestion {
  readonly role: string;
  readonly permission: string;
  /** Clock time in milliseconds. */
  readonly now: number;
}

/** Authorisation with the question in whole, for requests that set policies. */
export interface Decider extends Access {
  decide(question: AccessQuestion): boolean;
  /** @throws ApiError as `Access.demand` does */
  require(question: AccessQuestion): void;
  /** Roles whose members would change. */
  modifiedRoles(resource: string, policy: Policy): string[];
}

/** Makes the authorisation of a local cloud. */
export function createAccess(context: AccessContext): Decider {
  const { clock, store, projects, projectOf, containerOf } = context;
  const records = createPolicyRecords(context);
  const accounts: Collection<ServiceAccount> = store.collection("iam.serviceAccounts");
  const deletedAccounts: Collection<JsonObject> = store.collection("iam.deletedServiceAccounts");
  const agents: Collection<JsonObject> = store.collection("iam.serviceAgents");
  const roles: Collection<JsonObject> = store.collection("iam.roles");

  const listeners = new Set<(decision: Decision) => void>();
  const withheld = new Set<(decision: Decision) => boolean>();

  /** The bindings that answer a question with yes, one after the other. */
  function* grantsFor({ principal, permission, resource, modifiedRoles }: AccessQuestion): Generator<DecidingGrant> {
    const asked = membersOf(principal);
    const circumstances = {
      now: clock.now(),
      modifiedRoles: toldRoles(modifiedRoles, { permission, resource }),
      resource: asConditionsSee(resource, projects),
    };
    const decides = ({ role, members, condition }: Binding) =>
      members.some((member) => asked.includes(member) || stands(member, asked)) &&
      grants(roles, { role, permission, now: circumstances.now }) &&
      holds({ condition }, circumstances);
    for (const name of lineage(resource, { projectOf, containerOf })) {
      for (const binding of records.effective(name)?.bindings ?? []) {
        const { role, condition } = binding;
        if (decides(binding)) yield { resource: name, role, ...(condition && { condition: condition.expression }) };
      }
    }
  }

  function isAbove({ kind }: Principal): boolean {
    return kind === "owner" || kind === "system";
  }

  function decide(question: AccessQuestion): boolean {
    if (isAbove(question.principal)) return true;
    if (listeners.size + withheld.size === 0) return !grantsFor(question).next().done;
    const { principal, permission, resource } = question;
    const found = { principal: emailOf(principal), permission, resource, grants: [...grantsFor(question)] };
    const isWithheld = found.grants.length > 0 && [...withheld].some((picks) => picks(found));
    const decision = isWithheld ? { ...found, grants: [] } : found;
    for (const listener of listeners) listener(decision);
    return decision.grants.length > 0;
  }

  /** Whether somebody has a basic role on the project that a member such as `projectEditor:{project}` names. */
  function stands(member: string, asked: readonly string[]): boolean {
    const [, kind, project] = /^project(Owner|Editor|Viewer):(.+)$/.exec(member) ?? [];
    if (kind === undefined) return false;
    const bindings = records.effective(`//cloudresourcemanager.googleapis.com/projects/${project}`)?.bindings ?? [];
    const role = `roles/${kind.toLowerCase()}`;
    return bindings.some((binding) => binding.role === role && binding.members.some((one) => asked.includes(one)));
  }

  function require(question: AccessQuestion): void {
    if (decide(question)) return;
    throw question.principal.kind === "anonymous" ? missingCredentials() : denied(question);
  }

  return {
    decide,
    require,
    allows: (principal, permission, resource) => decide({ principal, permission, resource }),
    wouldAllow: (principal, permission, resource) =>
      isAbove(principal) || !grantsFor({ principal, permission, resource }).next().done,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    withhold(picks) {
      withheld.add(picks);
      return () => void withheld.delete(picks);
    },
    demand: (principal, permission, resource) => require({ principal, permission, resource }),
    modifiedRoles: (resource, policy) => changedRoles(records.latest(resource), policy),
    getPolicy: records.latest,
    setPolicy(resource, policy) {
      const present = records.latest(resource);
      if (policy.etag && policy.etag !== present.etag) throw concurrentChange(policy.etag, present.etag);
      const project = projects.find(projectOfResource(resource, projectOf) ?? "")?.projectId;
      const known = { accounts, deletedAccounts, agents, projects, roles, now: clock.now() };
      checkPolicy(policy, { ...known, resource, project, present });
      return records.write(resource, policy);
    },
    startPolicy: records.start,
    deletePolicies: records.delete,
    renameMember: records.rename,
  };
}

/** Whether a role, predefined or custom, has a permission. */
function grants(roles: Collection<JsonObject>, { role, permission, now }: RoleQuestion): boolean {
  const predefined = predefinedRoles[role];
  if (predefined) return predefined.permissions.has(permission);
  const custom = roles.get(role);
  return custom !== undefined && permissionsInEffect(custom, now).includes(permission);
}

/** A resource, what contains it, and its project; `projects/-` in a name is replaced by the project it stands for. */
function lineage(
  resource: string,
  { projectOf, containerOf }: Pick<AccessContext, "projectOf" | "containerOf">,
): string[] {
  const [, host = "", name = ""] = resource.match(/^\/\/([^/]+)\/(.*)$/) ?? [];
  const project = projectOfResource(resource, projectOf);
  const segments = (project ? name.replace(/^projects\/-(?=\/)/, `projects/${project}`) : name).split("/");
  const containers = segments.map((_, index) => `//${host}/${segments.slice(0, segments.length - index).join("/")}`);
  const container = containerOf?.(resource);
  if (container !== undefined) containers.push(container);
  return [
    ...new Set([...containers, ...(project ? [`//cloudresourcemanager.googleapis.com/projects/${project}`] : [])]),
  ];
}

/** What a service tells conditions of the roles that a request changes. */
function toldRoles(
  modified: readonly string[] | undefined,
  { permission, resource }: Pick<AccessQuestion, "permission" | "resource">,
): readonly string[] | "untold" | undefined {
  return modified && permission.endsWith(".setIamPolicy") && !tellsModifiedRoles(resource) ? "untold" : modified;
}

/** Secret Manager names its resources by the project's number. */
function asConditionsSee(resource: string, projects: Projects): string {
  const [, start, project, rest] =
    resource.match(/^(\/\/secretmanager\.googleapis\.com\/projects\/)([^/]+)(.*)$/) ?? [];
  const number = project && projects.find(project)?.projectNumber;
  return number ? `${start}${number}${rest}` : resource;
}

function projectOfResource(resource: string, projectOf: AccessContext["projectOf"]): string | undefined {
  const named = resource.match(/^\/\/[^/]+\/projects\/([^/]+)/)?.[1];
  return named === undefined || named === "_" || named === "-" ? projectOf(resource) : named;
}

function holds(
  { condition }: Pick<Binding, "condition">,
  context: Parameters<ReturnType<typeof parseCondition>>[0],
): boolean {
  return condition === undefined || parseCondition(condition.expression)(context);
}

/** Roles of which somebody gains or loses a binding. */
function changedRoles(before: Policy, after: Policy): string[] {
  const grantsOf = (policy: Policy) =>
    new Map(
      (policy.bindings ?? []).flatMap(({ role, members, condition }) =>
        (members ?? []).map((member) => [JSON.stringify([role, member, condition?.expression ?? ""]), role] as const),
      ),
    );
  const [old, next] = [grantsOf(before), grantsOf(after)];
  const changed = [...old, ...next].filter(([key]) => old.has(key) !== next.has(key));
  return [...new Set(changed.map(([, role]) => role))];
}

function concurrentChange(sent: string, present: string | undefined): ApiError {
  return new ApiError({
    code: "ABORTED",
    reason: "aborted",
    message:
      "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff. " +
      `The request's ETag '${sent}' did not match the current policy's ETag '${present}'.`,
  });
}

function denied({ permission, resource }: AccessQuestion): ApiError {
  return new ApiError({
    code: "PERMISSION_DENIED",
    message: `Permission '${permission}' denied on resource '${resource}' (or it may not exist).`,
    details: [errorInfo("IAM_PERMISSION_DENIED", "iam.googleapis.com", { permission, resource })],
    reason: "forbidden",
  });
}
