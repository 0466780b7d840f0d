import type { StorageClient } from "../../google/clients/storage.ts";
import type { ApprovalPolicy } from "../../plan/approval.ts";
import { whatMoved } from "../../plan/moved.ts";
import { approvalsOf, objectOf } from "../../spec/objects.ts";
import { readStored, writeStored } from "../entry/read.ts";
import type { StoredApproval, StoredDigest, StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { inParts } from "../in-parts.ts";
import { isDoor } from "../request/doors.ts";
import { allRequestersOf } from "./requesters.ts";

/** A question that an execution puts to the approvers. */
export interface Question {
  readonly bucket: string;
  readonly request: StoredRequest;
  /** Who decides, and how long that is waited for. */
  readonly policy: ApprovalPolicy | undefined;
  readonly project: string;
  readonly changesHash: string;
  readonly reasons: readonly string[];
  readonly lifeSeconds?: StoredApproval["lifeSeconds"];
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
  readonly via?: "link" | "api";
}

/**
 * Puts the question, once for each plan that an execution asks about; asked again it has the new callback, and an answer
 * that was given meanwhile stays. A run that was resumed puts a question of its own: an answer to what was cancelled, or
 * has failed, is none to what is done now.
 *
 * @throws StepError FAILED_PRECONDITION, reason `NO_APPROVER`, for a request of the topic when no policy names an approver:
 * whoever may use the installation may have published it
 */
export async function ask(storage: StorageClient, question: Question): Promise<StoredApproval> {
  const { bucket, request, changesHash, callback, now } = question;
  const { attempt = 1 } = request;
  const id = `${request.run}-${changesHash.slice(0, 12)}${attempt > 1 ? `-${attempt}` : ""}`;
  const place = { bucket, object: objectOf.approval(id) };
  const known = await readStored<StoredApproval>(storage, bucket, place.object);
  const { approvers = [], timeoutSeconds = 0 } = question.policy ?? {};
  const requesters = await allRequestersOf(storage, question, request);
  if (approvers.length === 0 && requesters.some((each) => isDoor("push", each, question))) throw nobodyMayDecide();
  const wanted: StoredApproval = known
    ? { ...known.value, callback }
    : {
        id,
        run: request.run,
        environment: request.environment,
        changesHash,
        reasons: question.reasons,
        requesters,
        approvers,
        attempt,
        lifeSeconds: question.lifeSeconds,
        moved: await movedSinceAsked(storage, question),
        callback,
        askedAt: now,
        expiresAt: Math.max(now, Math.min(now + timeoutSeconds, lastStartOf(request))),
      };
  if (await writeStored(storage, { ...place, ifGenerationMatch: known?.generation ?? "0" }, wanted)) return wanted;
  throw new StepError({ code: "UNAVAILABLE", reason: "CONCURRENT_WRITE", message: `${id} was answered this moment` });
}

/** What moved since the run asked last about another plan, so that whoever approved that need not look for it. */
async function movedSinceAsked(
  storage: StorageClient,
  { bucket, request, changesHash }: Question,
): Promise<readonly string[] | undefined> {
  const objects = await storage.listObjects(bucket, approvalsOf(request.run));
  const asked = await Array.fromAsync(
    inParts(objects, async ({ name = "" }) => (await readStored<StoredApproval>(storage, bucket, name))?.value),
  );
  const last = asked
    .filter((each) => each !== undefined && each.changesHash !== changesHash)
    .sort((a, b) => (a?.askedAt ?? 0) - (b?.askedAt ?? 0))
    .at(-1);
  if (!last) return undefined;
  const [before, now] = await Promise.all(
    [last.changesHash, changesHash].map((hash) => readStored<StoredDigest>(storage, bucket, objectOf.plan(hash))),
  );
  if (!before || !now) return undefined;
  return whatMoved(before.value, now.value);
}

/** An answer that comes after the run may begin is none. Whoever resumes a run knows the time. */
function lastStartOf({ startBy, attempt = 1 }: StoredRequest): number {
  return attempt > 1 ? Number.POSITIVE_INFINITY : (startBy ?? Number.POSITIVE_INFINITY);
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
  const found = await readStored<StoredApproval>(storage, bucket, objectOf.approval(id));
  if (!found)
    throw new StepError({ code: "NOT_FOUND", reason: "UNKNOWN_APPROVAL", message: `there is no approval ${id}` });
  const { decision, expiresAt } = found.value;
  if (decision) return decision;
  return { state: now >= expiresAt ? "expired" : "pending" };
}
