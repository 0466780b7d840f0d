import { type JsonObject, toObject } from "../../google/json.ts";
import { sha256 } from "../../spec/names.ts";
import type { StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";

/** What a rebuild goes by that has not begun: it brings no spec, and builds what the environment is by the time that it begins. */
export interface Basis {
  readonly planHash: string;
  /** SHA-256, in hexadecimal, of the text of the environment's spec that the plan was made from. */
  readonly spec: string;
  /** Seconds since the epoch after which it does not begin any more. */
  readonly startBy?: number;
}

/** Whether a run goes by whatever the environment's spec is, until it begins. */
export function isBySpec({
  action,
  plannedBy,
  target,
}: Pick<StoredRequest, "action" | "plannedBy" | "target">): boolean {
  return action === "rebuild" && plannedBy !== undefined && target === undefined;
}

/** The basis that the workflow sends back; undefined when it has been told none. */
export function toBasis({ basis }: JsonObject): Basis | undefined {
  const { planHash, spec, startBy } = toObject(basis) ?? {};
  if (typeof planHash !== "string" || typeof spec !== "string") return undefined;
  return { planHash, spec, ...(typeof startBy === "number" && { startBy }) };
}

/** A request as it stands on its basis; one that has begun stands on what it has begun by. */
export function onBasis(request: StoredRequest, basis: Basis | undefined): StoredRequest {
  if (!basis || !isBySpec(request)) return request;
  return { ...request, planHash: basis.planHash, startBy: basis.startBy };
}

/**
 * Whether another run has changed the spec since the plan of a rebuild was made, which building by that plan would undo.
 *
 * @param stored text of the environment's spec as it is now; undefined when there is none
 * @throws StepError FAILED_PRECONDITION, reason `OVERTAKEN`, as `refuseWithoutBasis` does
 */
export function isOutdated(request: StoredRequest, basis: Basis | undefined, stored: string | undefined): boolean {
  refuseWithoutBasis(request, basis, stored);
  return basis !== undefined && isBySpec(request) && stored !== undefined && sha256(stored) !== basis.spec;
}

/**
 * Refuses an outdated rebuild of which the workflow knows no basis: an execution that an earlier version began does not plan
 * anew.
 *
 * @throws StepError FAILED_PRECONDITION, reason `OVERTAKEN`
 */
export function refuseWithoutBasis(request: StoredRequest, basis: Basis | undefined, stored: string | undefined): void {
  if (basis || !isBySpec(request) || stored === undefined || stored === request.plannedBy) return;
  const { run, environment } = request;
  throw overtaken(
    environment,
    `the spec of ${environment} has changed since ${run} was asked for, which would build it by the older one: ask again for what is wanted now`,
  );
}

/** Says of a rebuild that what has happened to its environment since leaves nothing of it to do. */
export function overtaken(environment: string, message: string, cause?: unknown): StepError {
  return new StepError({ code: "FAILED_PRECONDITION", reason: "OVERTAKEN", resource: environment, message, cause });
}
