import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import { ApiError, errorInfo } from "../error.ts";
import type { JsonObject } from "../json.ts";
import { drawLatency } from "../latency.ts";
import type { Projects } from "../projects.ts";
import type { Random } from "../random.ts";
import type { Collection, Store } from "../store.ts";
import type { Access, Binding, Policy } from "./access.ts";
import { parseCondition } from "./condition.ts";
import { missingCredentials } from "./issuer.ts";
import { checkMembers, type Known, type ServiceAccount } from "./members.ts";
import { membersOf, type Principal } from "./principal.ts";
import { includesPermission, predefinedRoles } from "./roles.ts";

/** What `createAccess` works with. */
export interface AccessContext {
  readonly clock: Clock;
  readonly store: Store;
  readonly random: Random;
  readonly projects: Projects;
  /** The project of a resource whose name does not say it, such as a bucket. */
  readonly projectOf: (resource: string) => string | undefined;
}

/** A question to the policies. */
export interface AccessQuestion {
  readonly principal: Principal;
  readonly permission: string;
  /** `//{host}/{name}` */
  readonly resource: string;
  /** Roles whose members the request changes, when it sets a policy. */
  readonly modifiedRoles?: readonly string[];
}

/** Authorisation with the question in whole, for requests that set policies. */
export interface Decider extends Access {
  decide(question: AccessQuestion): boolean;
  /** @throws ApiError as `Access.demand` does */
  require(question: AccessQuestion): void;
  /** Roles whose members would change. */
  modifiedRoles(resource: string, policy: Policy): string[];
}

/** A policy as written, from when it counts. */
interface Revision {
  readonly policy: Policy;
  /** Clock time in milliseconds. */
  readonly effectiveTime: number;
}

/** A policy with those that came before it and may still be in effect. */
interface PolicyRecord {
  readonly revisions: readonly Revision[];
}

/** Etag of a policy that was never set. */
const unsetEtag = "ACAB";

/** Makes the authorisation of a local cloud. */
export function createAccess(context: AccessContext): Decider {
  const { clock, store, projects } = context;
  const records: Collection<PolicyRecord> = store.collection("iam.policies");
  const accounts: Collection<ServiceAccount> = store.collection("iam.serviceAccounts");
  const roles: Collection<JsonObject> = store.collection("iam.roles");
  const draws = context.random.fork("access");

  function effective(resource: string): Revision | undefined {
    return records.get(resource)?.revisions.findLast(({ effectiveTime }) => effectiveTime <= clock.now());
  }

  function grants(role: string, permission: string): boolean {
    const predefined = predefinedRoles[role];
    if (predefined) return includesPermission(predefined, permission);
    const custom = roles.get(role);
    if (!custom || custom.deleted === true || custom.stage === "DISABLED") return false;
    return Array.isArray(custom.includedPermissions) && custom.includedPermissions.includes(permission);
  }

  function decide({ principal, permission, resource, modifiedRoles }: AccessQuestion): boolean {
    if (principal.kind === "owner" || principal.kind === "system") return true;
    const asked = membersOf(principal);
    return lineage(resource, context.projectOf).some((name) => {
      const revision = effective(name);
      return revision?.policy.bindings?.some(
        (binding) =>
          binding.members.some((member) => asked.includes(member)) &&
          grants(binding.role, permission) &&
          holds(binding, { now: clock.now(), modifiedRoles, resourceName: resource.replace(/^\/\/[^/]+\//, "") }),
      );
    });
  }

  function getPolicy(resource: string): Policy {
    return records.get(resource)?.revisions.at(-1)?.policy ?? { version: 1, etag: unsetEtag };
  }

  function require(question: AccessQuestion): void {
    if (decide(question)) return;
    throw question.principal.kind === "anonymous" ? missingCredentials() : denied(question);
  }

  return {
    decide,
    require,
    getPolicy,
    allows: (principal, permission, resource) => decide({ principal, permission, resource }),
    demand: (principal, permission, resource) => require({ principal, permission, resource }),
    modifiedRoles: (resource, policy) => changedRoles(getPolicy(resource), policy),
    setPolicy(resource, policy) {
      const present = getPolicy(resource);
      if (policy.etag !== undefined && policy.etag !== present.etag) throw concurrentChange(policy.etag, present.etag);
      checkBindings(policy, present, { accounts, projects, roles, now: clock.now() });
      const effectiveTime = clock.now() + drawLatency("iam.policy.propagation", draws);
      const written = normalise(policy, `${resource}\n${present.etag}`);
      const kept = records.get(resource)?.revisions.filter((revision) => revision.effectiveTime > clock.now()) ?? [];
      const inEffect = effective(resource);
      const earlier = inEffect ? [inEffect, ...kept] : kept;
      records.put(resource, { revisions: [...earlier, { policy: written, effectiveTime }] });
      // The clock is drawn to the moment; what is in effect is decided by time alone.
      clock.sleep(effectiveTime - clock.now(), { draws: true }).catch(() => undefined);
      return getPolicy(resource);
    },
    deletePolicies(resource) {
      for (const [name] of records.list(resource)) {
        if (name === resource || name.startsWith(`${resource}/`)) records.delete(name);
      }
    },
    renameMember(from, to) {
      for (const [name, { revisions }] of records.list()) {
        const renamed = revisions.map((one) => ({ ...one, policy: withMember(one.policy, from, to) }));
        records.put(name, { revisions: renamed });
      }
    },
  };
}

/** A resource, what contains it, and its project; `projects/-` in a name is replaced by the project it stands for. */
function lineage(resource: string, projectOf: AccessContext["projectOf"]): string[] {
  const [, host = "", name = ""] = resource.match(/^\/\/([^/]+)\/(.*)$/) ?? [];
  const named = name.match(/^projects\/([^/]+)/)?.[1];
  const project = named === undefined || named === "_" || named === "-" ? projectOf(resource) : named;
  const segments = (project ? name.replace(/^projects\/-(?=\/)/, `projects/${project}`) : name).split("/");
  const containers = segments.map((_, index) => `//${host}/${segments.slice(0, segments.length - index).join("/")}`);
  return [
    ...new Set([...containers, ...(project ? [`//cloudresourcemanager.googleapis.com/projects/${project}`] : [])]),
  ];
}

function holds({ condition }: Binding, context: Parameters<ReturnType<typeof parseCondition>>[0]): boolean {
  return condition === undefined || parseCondition(condition.expression)(context);
}

/** Bindings of one role and condition are one, members come once, empty bindings go. */
function normalise(policy: Policy, seed: string): Policy {
  const merged = new Map<string, Binding>();
  for (const binding of policy.bindings ?? []) {
    const key = JSON.stringify([binding.role, binding.condition ?? null]);
    const members = [...new Set([...(merged.get(key)?.members ?? []), ...binding.members])];
    merged.set(key, { ...binding, members });
  }
  const bindings = [...merged.values()].filter(({ members }) => members.length > 0);
  const etag = createHash("sha256")
    .update(seed)
    .update(JSON.stringify(policy))
    .digest()
    .subarray(0, 8)
    .toString("base64");
  return { ...policy, version: bindings.some(({ condition }) => condition) ? 3 : 1, bindings, etag };
}

function withMember(policy: Policy, from: string, to: string): Policy {
  return {
    ...policy,
    bindings: policy.bindings?.map((binding) => ({
      ...binding,
      members: binding.members.map((member) => (member === from ? to : member)),
    })),
  };
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

function checkBindings(
  policy: Policy,
  present: Policy,
  known: Known & { readonly roles: Collection<JsonObject> },
): void {
  for (const { role, condition } of policy.bindings ?? []) {
    if (!predefinedRoles[role] && !isUsable(known.roles.get(role))) {
      throw invalid(`Role ${role} is not supported for this resource.`);
    }
    if (condition === undefined) continue;
    if (policy.version !== 3) throw invalid("Policies with conditions must be written with version 3.");
    parseCondition(condition.expression);
  }
  checkMembers(policy, present, known);
}

function isUsable(role: JsonObject | undefined): boolean {
  return role !== undefined && role.deleted !== true;
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message, reason: "badRequest" });
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
