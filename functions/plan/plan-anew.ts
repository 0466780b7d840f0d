import type { StorageClient } from "../../google/clients/storage.ts";
import { sha256 } from "../../spec/names.ts";
import type { Spec } from "../../spec/schema.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import type { StoredRequest } from "../entry/stored.ts";
import { protectionIn, refuseProtected } from "../lock/protection.ts";
import { planOf, storePlan } from "../request/plan-store.ts";
import { isUnreadable, type PackedSpec, packSpec } from "../request/spec-store.ts";
import { ruleOf, startByOf } from "../request/window.ts";
import { type Basis, isBySpec, overtaken } from "./basis.ts";

/** Whose basis is looked for. */
export interface BasisQuestion {
  readonly request: StoredRequest;
  /** Text of the environment's spec as it is now; undefined when there is none. */
  readonly stored: string | undefined;
  readonly installation: InstallationEnvironment;
}

/**
 * What a rebuild goes by now: as it was asked for, or, where another run has changed the spec since, by a plan that is made
 * anew from what that is. Undefined for whatever brings its own spec, or has begun.
 *
 * @throws StepError FAILED_PRECONDITION where the present spec forbids it, or its schedule does not ask for it any more
 */
export async function basisOf(
  storage: StorageClient,
  { request, stored, installation }: BasisQuestion,
): Promise<Basis | undefined> {
  const { planHash, plannedBy, startBy } = request;
  if (!isBySpec(request) || planHash === undefined || stored === undefined) return undefined;
  if (stored === plannedBy) return { planHash, spec: sha256(stored), startBy };
  refuseProtected(protectionIn(stored), request);
  const packed = read(stored, request);
  const plan = planOf(packed, installation);
  await storePlan(storage, installation.bucket, plan);
  return { planHash: plan.hash, spec: sha256(stored), startBy: startByIn(packed.spec, request) };
}

function read(stored: string, { run, environment }: StoredRequest): PackedSpec {
  try {
    return packSpec(stored, undefined);
  } catch (caught) {
    if (!isUnreadable(caught)) throw caught;
    const message = `the spec of ${environment} has changed since ${run} was asked for, and this version of alloyrun cannot read it`;
    throw overtaken(environment, message, caught);
  }
}

/** What a schedule has asked for counts only as long as it would ask for it. */
function startByIn(spec: Spec, { run, environment, level, scheduledAt, startBy }: StoredRequest): number | undefined {
  if (scheduledAt === undefined) return startBy;
  const rule = ruleOf(spec);
  if (rule?.level === level) return startByOf(rule, { scheduledAt });
  const message = `the spec of ${environment} has changed since its schedule asked for ${run}: none asks for rebuilds at level ${level} any more`;
  throw overtaken(environment, message);
}
