import type { StorageClient } from "../../google/clients/storage.ts";
import { readStored, writeStored } from "../entry/read.ts";
import type { StoredApproval, StoredPlan, StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { isDoor } from "../request/doors.ts";

/** A question that an execution puts to the approvers. */
export interface Question {
  readonly bucket: string;
  readonly request: StoredRequest;
  readonly plan: Pick<StoredPlan, "approval" | "project">;
  readonly changesHash: string;
  readonly reasons: readonly string[];
  /** URL of the Workflows callback that wakes the execution up. */
  readonly callback: string;
  /** Seconds since the epoch. */
  readonly now: number;
}

/** How a question stands. */
export interface Standing {
  readonly state: "pending" | "approved" | "rejected" | "expired";
  readonly by?: string;
  readonly reason?: string;
}

/** Where an approval lies. */
export function approvalObject(id: string): string {
  return `approvals/${id}.json`;
}

/**
 * Puts the question, once for each plan that is asked about; an execution that was resumed asks it again under a callback
 * of its own, and an answer that was given meanwhile stays.
 *
 * @throws StepError FAILED_PRECONDITION, reason `NO_APPROVER`, for a request of the topic when the spec names no approver:
 * whoever may use the installation may have published it
 */
export async function ask(storage: StorageClient, question: Question): Promise<StoredApproval> {
  const { bucket, request, changesHash, callback, now } = question;
  const id = `${request.run}-${changesHash.slice(0, 12)}`;
  const place = { bucket, object: approvalObject(id) };
  const known = await readStored<StoredApproval>(storage, bucket, place.object);
  const { approvers = [], timeoutSeconds = 0 } = question.plan.approval ?? {};
  if (approvers.length === 0 && isDoor("push", request.requestedBy, question.plan)) throw nobodyMayDecide();
  const wanted: StoredApproval = known
    ? { ...known.value, callback }
    : {
        id,
        run: request.run,
        environment: request.environment,
        changesHash,
        reasons: question.reasons,
        requesters: [request.requestedBy, ...(request.onBehalfOf === undefined ? [] : [request.onBehalfOf])],
        approvers,
        callback,
        askedAt: now,
        expiresAt: now + timeoutSeconds,
      };
  if (await writeStored(storage, { ...place, ifGenerationMatch: known?.generation ?? "0" }, wanted)) return wanted;
  throw new StepError({ code: "UNAVAILABLE", reason: "CONCURRENT_WRITE", message: `${id} was answered this moment` });
}

function nobodyMayDecide(): StepError {
  const message =
    "somebody must approve this, and nobody may: it was asked for by the topic alloyrun-requests, so that who asked is " +
    "not known. Name those who may in the spec's policy.approval.approvers, or ask by the request function itself";
  return new StepError({ code: "FAILED_PRECONDITION", reason: "NO_APPROVER", message });
}

/**
 * How a question stands: the bucket tells, the callback only wakes.
 *
 * @throws StepError NOT_FOUND when it was never put
 */
export async function standingOf(
  storage: StorageClient,
  { bucket, id, now }: { readonly bucket: string; readonly id: string; readonly now: number },
): Promise<Standing> {
  const found = await readStored<StoredApproval>(storage, bucket, approvalObject(id));
  if (!found)
    throw new StepError({ code: "NOT_FOUND", reason: "UNKNOWN_APPROVAL", message: `there is no approval ${id}` });
  const { decision, expiresAt } = found.value;
  if (decision) return decision;
  return { state: now >= expiresAt ? "expired" : "pending" };
}
