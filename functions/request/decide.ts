import type { CallbackClient } from "../../google/clients/workflow-callbacks.ts";
import { isUnderWay } from "../../google/under-way.ts";
import { refusalToDecide } from "../../plan/approval.ts";
import { objectOf } from "../../spec/objects.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import type { ApprovalView, DecisionBody } from "../api.ts";
import { readStored, type Stored, writeStored } from "../entry/read.ts";
import type { Decision, StoredApproval } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { badField } from "../parse.ts";
import { closeApproval } from "../plan/close.ts";
import { allRequestersOf } from "../plan/requesters.ts";
import { readRequest } from "./note.ts";
import { type PublisherClients, refusePublisher } from "./publishers.ts";
import type { ViewClients } from "./run-view.ts";

/** A decision and who makes it. */
export interface Deciding {
  readonly id: string;
  readonly state: Decision["state"];
  /** E-mail address, verified. */
  readonly by: string;
  readonly body: DecisionBody;
  /** How it came: by a link, which is as good as its bearer keeps it, or from somebody whom Google knows. */
  readonly via: NonNullable<Decision["via"]>;
}

/**
 * Decides about an approval, once, and wakes the execution up that waits for it. Who repeats a decision wakes it again,
 * so that a crash in between loses nothing.
 *
 * @throws StepError NOT_FOUND, PERMISSION_DENIED when this person may not decide, FAILED_PRECONDITION when it is expired,
 * decided otherwise, about another plan, or not waited for
 */
export async function decide(
  deciding: Deciding,
  clients: ViewClients & PublisherClients & { readonly callbacks: CallbackClient },
): Promise<ApprovalView> {
  const { storage, installation } = clients;
  const { bucket } = installation;
  const found = await demandApproval(clients, deciding.id);
  const requesters = await askersOf(found.value, clients);
  requireAllowed(found, deciding, requesters);
  await refusePublisher(requesters, deciding.by, clients);
  const known = found.value.decision;
  if (known && (known.state !== deciding.state || known.by !== deciding.by)) throw alreadyDecided(found.value);
  if (!known) {
    await requireAwaited(found, clients);
    const { state, by, body, via } = deciding;
    const decided = { ...found.value, decision: { state, by, via, reason: body.reason, at: found.readAt } };
    const place = { bucket, object: objectOf.approval(deciding.id), ifGenerationMatch: found.generation };
    if ((await writeStored(storage, place, decided)) === undefined) return decide(deciding, clients);
  }
  await clients.callbacks.send(found.value.callback, { approval: deciding.id });
  return viewApproval(deciding.id, clients);
}

/** How an approval stands. @throws StepError NOT_FOUND */
export async function viewApproval(id: string, clients: ViewClients): Promise<ApprovalView> {
  const { value, readAt } = await demandApproval(clients, id);
  const { run, environment, reasons, changesHash, lifeSeconds, moved, expiresAt, decision } = value;
  const requesters = await askersOf(value, clients);
  const isOver = Date.parse(readAt) / 1000 >= expiresAt;
  const waiting = isOver ? "expired" : (await isAwaited(value, clients)) ? "pending" : "closed";
  return {
    ...{ id, run, environment, reasons, requesters, changesHash, lifeSeconds, moved },
    state: decision?.state ?? waiting,
    expiresAt: toTimestamp(expiresAt),
    ...(decision && { by: decision.by, via: decision.via, reason: decision.reason }),
  };
}

/** Whether the very execution that asked still runs. */
async function isAwaited(
  { run, attempt, closedAt }: StoredApproval,
  clients: Pick<ViewClients, "storage" | "installation" | "executions">,
): Promise<boolean> {
  if (closedAt !== undefined) return false;
  const request = (await readRequest(clients, run))?.request;
  if (request?.execution === undefined || (attempt !== undefined && attempt !== request.attempt)) return false;
  return isUnderWay(await clients.executions.getExecution(request.execution));
}

/** What nobody waits for is not decided: whoever resumes the run would find it decided beforehand. */
async function requireAwaited({ value, readAt }: Stored<StoredApproval>, clients: ViewClients): Promise<void> {
  if (await isAwaited(value, clients)) return;
  const { bucket } = clients.installation;
  await closeApproval(clients.storage, { bucket, object: objectOf.approval(value.id), at: readAt });
  const message = `the run ${value.run} does not wait for ${value.id} any more: when it is resumed, it asks anew`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "NOT_AWAITED", message });
}

async function demandApproval({ storage, installation }: ViewClients, id: string): Promise<Stored<StoredApproval>> {
  const found = await readStored<StoredApproval>(storage, installation.bucket, objectOf.approval(id));
  if (found) return found;
  throw new StepError({ code: "NOT_FOUND", reason: "UNKNOWN_APPROVAL", message: `there is no approval ${id}` });
}

/** Those who asked when the question was put, and those who joined or resumed the run, or changed its schedule, since. */
async function askersOf(
  { run, requesters }: StoredApproval,
  clients: Pick<ViewClients, "storage" | "installation">,
): Promise<readonly string[]> {
  const noted = await readRequest(clients, run);
  const known = noted ? await allRequestersOf(clients.storage, clients.installation, noted.request) : [];
  return [...new Set([...requesters, ...known])];
}

function requireAllowed(
  { value, readAt }: Stored<StoredApproval>,
  { state, by, body }: Deciding,
  requesters: readonly string[],
): void {
  const refusal = refusalToDecide(value, by, requesters);
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
