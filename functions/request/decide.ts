import type { CallbackClient } from "../../google/clients/workflow-callbacks.ts";
import { refusalToDecide } from "../../plan/approval.ts";
import type { ApprovalView, DecisionBody } from "../api.ts";
import { readStored, type Stored, writeStored } from "../entry/read.ts";
import type { Decision, StoredApproval } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { badField } from "../parse.ts";
import { approvalObject } from "../plan/approve.ts";
import { type PublisherClients, refusePublisher } from "./publishers.ts";
import type { ViewClients } from "./run-view.ts";

/** A decision and who makes it. */
export interface Deciding {
  readonly id: string;
  readonly state: Decision["state"];
  /** E-mail address, verified. */
  readonly by: string;
  readonly body: DecisionBody;
}

/**
 * Decides about an approval, once, and wakes the execution up that waits for it. Who repeats a decision wakes it again,
 * so that a crash in between loses nothing.
 *
 * @throws StepError NOT_FOUND, PERMISSION_DENIED when this person may not decide, FAILED_PRECONDITION when it is expired,
 * decided otherwise, or about another plan
 */
export async function decide(
  deciding: Deciding,
  clients: ViewClients & PublisherClients & { readonly callbacks: CallbackClient },
): Promise<ApprovalView> {
  const { storage, installation } = clients;
  const { bucket } = installation;
  const found = await demandApproval(clients, deciding.id);
  requireAllowed(found, deciding);
  await refusePublisher(found.value, deciding.by, clients);
  const known = found.value.decision;
  if (known && (known.state !== deciding.state || known.by !== deciding.by)) throw alreadyDecided(found.value);
  if (!known) {
    const { state, by, body } = deciding;
    const decided = { ...found.value, decision: { state, by, reason: body.reason, at: found.readAt } };
    const place = { bucket, object: approvalObject(deciding.id), ifGenerationMatch: found.generation };
    if ((await writeStored(storage, place, decided)) === undefined) return decide(deciding, clients);
  }
  await clients.callbacks.send(found.value.callback, { approval: deciding.id });
  return viewApproval(deciding.id, clients);
}

/** How an approval stands. @throws StepError NOT_FOUND */
export async function viewApproval(id: string, clients: ViewClients): Promise<ApprovalView> {
  const { value, readAt } = await demandApproval(clients, id);
  const { run, environment, reasons, requesters, changesHash, expiresAt, decision } = value;
  const waiting = Date.parse(readAt) / 1000 < expiresAt ? "pending" : "expired";
  return {
    ...{ id, run, environment, reasons, requesters, changesHash },
    state: decision?.state ?? waiting,
    expiresAt: new Date(expiresAt * 1000).toISOString(),
    ...(decision && { by: decision.by, reason: decision.reason }),
  };
}

async function demandApproval({ storage, installation }: ViewClients, id: string): Promise<Stored<StoredApproval>> {
  const found = await readStored<StoredApproval>(storage, installation.bucket, approvalObject(id));
  if (found) return found;
  throw new StepError({ code: "NOT_FOUND", reason: "UNKNOWN_APPROVAL", message: `there is no approval ${id}` });
}

function requireAllowed({ value, readAt }: Stored<StoredApproval>, { state, by, body }: Deciding): void {
  const refusal = refusalToDecide(value, by, value.requesters);
  if (refusal) throw new StepError({ code: "PERMISSION_DENIED", reason: "MAY_NOT_DECIDE", message: refusal });
  if (state === "rejected" && body.reason === undefined) throw badField("reason", "must say why it is rejected");
  if (body.changesHash !== undefined && body.changesHash !== value.changesHash) {
    const message = `the approval is about plan ${value.changesHash}, not ${body.changesHash}: look at it again`;
    throw new StepError({ code: "FAILED_PRECONDITION", reason: "STALE_PLAN", message });
  }
  if (!value.decision && Date.parse(readAt) / 1000 >= value.expiresAt) {
    const message = `the approval ${value.id} has expired: ask for it again`;
    throw new StepError({ code: "FAILED_PRECONDITION", reason: "APPROVAL_EXPIRED", message });
  }
}

function alreadyDecided({ id, decision }: StoredApproval): StepError {
  const message = `${id} was ${decision?.state} by ${decision?.by} at ${decision?.at}`;
  return new StepError({ code: "FAILED_PRECONDITION", reason: "ALREADY_DECIDED", message });
}
