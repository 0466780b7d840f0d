import { isUnderWay } from "../../google/under-way.ts";
import { objectOf } from "../../spec/objects.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import type { RunView } from "../api.ts";
import { readLedger, refuseOvertaken, refuseRemoved } from "../entry/ledger.ts";
import { readStored } from "../entry/read.ts";
import type { RunRecord, StoredDigest, StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { lockPlace, readLock } from "../lock/hold.ts";
import { closeApprovals } from "../plan/close.ts";
import { approvalFor } from "../record/approval.ts";
import { appendRecord, recordId } from "../record/chain.ts";
import { cutShort } from "./cut-short.ts";
import { editRequest, type Noted, readRequest } from "./note.ts";
import { enterOpen } from "./open.ts";
import { decisionIn, type RunLog, readRunLog } from "./run-log.ts";
import { demandRun, type ViewClients, viewRun } from "./run-view.ts";
import { start } from "./start.ts";
import { type TellClients, type Tidings, tell } from "./tell.ts";
import { isUnstarted } from "./unstarted.ts";

/**
 * Cancels a run: its execution ends at once, and nothing that it had called changes anything once another run holds the
 * environment. What it had made is kept, what it had asked is closed, and its end is recorded and told. A run that has ended
 * stays as it ended. Whoever repeats it has a crash in between made good: the record is one, and the event has the same id.
 *
 * @throws StepError NOT_FOUND
 */
export async function cancelRun(run: string, by: string, clients: ViewClients & TellClients): Promise<RunView> {
  const { request: noted } = await demandRun(run, clients);
  // What was noted and never started has its end like any other.
  const request = isUnstarted(noted) ? await start(noted, clients) : noted;
  const execution = request.execution && (await clients.executions.getExecution(request.execution));
  if (execution && isUnderWay(execution)) {
    await clients.executions.cancelExecution(execution.name);
  }
  const view = await viewRun(run, clients);
  if (view.state === "cancelled" || view.state === "failed") {
    await closeApprovals(clients.storage, { bucket: clients.installation.bucket, run, at: view.readAt });
  }
  if (view.state === "cancelled" && request.environment !== "") {
    const told = await recordCancellation(view, by, clients);
    if (told) await tell(clients, told);
  }
  return viewRun(run, clients);
}

/**
 * Goes on with a run that ended before it was done: another execution works for the same request, finds what is done and
 * what Google is doing, and ends as the first would have.
 *
 * @throws StepError NOT_FOUND, also where what was to be rebuilt is gone, or FAILED_PRECONDITION when there is nothing to go on with
 */
export async function resumeRun(run: string, by: string, clients: ViewClients): Promise<RunView> {
  const noted = await demandRun(run, clients);
  const view = await viewRun(run, clients);
  const isOpen = view.state === "queued" || view.state === "running" || view.state === "awaiting-approval";
  if (isOpen && !isUnstarted(noted.request)) return view;
  if ((view.state === "succeeded" || view.state === "rejected") && !(await holdsLock(noted, clients))) {
    const message = `run ${run} ${view.state === "rejected" ? "was rejected" : "has succeeded"}: there is nothing to go on with`;
    throw new StepError({ code: "FAILED_PRECONDITION", reason: "NOTHING_TO_RESUME", message });
  }
  const { storage, installation } = clients;
  const { bucket } = installation;
  const { environment } = noted.request;
  const [ledger, spec] = await Promise.all([
    readLedger(storage, bucket, environment),
    storage.readText(bucket, objectOf.spec(environment)),
  ]);
  if (noted.request.action === "rebuild") refuseRemoved(environment, ledger?.value);
  refuseOvertaken(noted.request, { ledger, spec: spec?.text });
  // What was cancelled at Google, or whose cancellation did not come this far, is recorded before it goes on under the same name.
  if (view.state === "cancelled" && view.environment !== "") await recordCancellation(view, undefined, clients);
  const again = isUnstarted(noted.request) ? noted.request : await forgetExecution(noted, by, clients);
  if (again.execution === undefined) {
    await enterOpen(again, clients);
    await start(again, clients);
  }
  return viewRun(run, clients);
}

/** Whether the environment is still held for an execution that was cancelled before it could give it back. */
async function holdsLock({ request }: Noted, { storage, installation }: ViewClients): Promise<boolean> {
  const held = await readLock(storage, lockPlace(installation.bucket, request.environment));
  return held?.value.run === request.run;
}

/** Makes the request free for another execution, once for those who resume it at the same moment. */
function forgetExecution({ request }: Noted, by: string, clients: ViewClients): Promise<StoredRequest> {
  return editRequest(request, clients, (present) => {
    if (present.attempt !== request.attempt) return present;
    const { execution: _, ...rest } = present;
    return { ...rest, attempt: request.attempt + 1, resumedBy: [...(present.resumedBy ?? []), by] };
  });
}

/**
 * The execution cannot tell its own end any more; its log tells how far it came.
 *
 * @returns the event that tells it in its place; undefined when another execution works for the request by now
 */
async function recordCancellation(
  view: RunView,
  by: string | undefined,
  clients: ViewClients,
): Promise<Tidings<"cancelled"> | undefined> {
  const noted = await readRequest(clients, view.run);
  if (!noted || noted.request.execution !== view.execution) return undefined;
  const { request } = noted;
  const { run: id, environment, action, level, requestedBy, onBehalfOf, ticket, reason, attempt } = request;
  const { joinedBy, resumedBy = [] } = request;
  const log = await readRunLog(clients.logging, clients.installation.project, request);
  const startedAt = secondsOf(view.startedAt);
  const endedAt = secondsOf(view.endedAt);
  const generation = {
    databaseGeneration: request.target?.database ?? 1,
    clusterGeneration: request.target?.cluster ?? 1,
  };
  const { reports, failures } = cutShort(log.steps, endedAt);
  const runAction = action === "sweep" || action === "check" ? "plan" : action;
  const { planHash = request.planHash ?? "", ...decision } = await decisionOf(log, clients);
  const content: Omit<RunRecord, "previous"> = {
    run: { id, environment, action: runAction, level, planHash, now: endedAt, ...generation },
    execution: view.execution,
    ...{ requestedBy, onBehalfOf, joinedBy, ticket, reason, resumedBy: resumedBy.at(-1), cancelledBy: by },
    result: {
      ...{ run: id, environment, action: runAction, startedAt, endedAt },
      state: "cancelled",
      ...{ failures, remaining: {}, outputs: {} },
    },
    reports,
    ...decision,
  };
  const record = recordId(id, attempt);
  const sha256 = await appendRecord(clients.storage, { bucket: clients.installation.bucket, id: record }, content);
  return {
    ...{ type: "cancelled", id: `${record}/cancelled`, time: toTimestamp(endedAt) },
    data: {
      ...{ run: id, environment, action: runAction, ticket, by: by ?? "", failures },
      ...{ remaining: {}, left: [], degraded: [], record: { id: record, sha256 } },
    },
  };
}

/** What the run was to do, by which plan, and who had approved it by then. */
async function decisionOf(
  log: RunLog,
  { storage, installation }: ViewClients,
): Promise<Pick<RunRecord, "changesHash" | "approval"> & { readonly planHash?: string }> {
  const { approval: id, changesHash } = decisionIn(log);
  const { bucket } = installation;
  const planned = changesHash && (await readStored<StoredDigest>(storage, bucket, objectOf.plan(changesHash)));
  const approval = id === undefined ? undefined : await approvalFor(storage, { bucket, approval: id, changesHash });
  return {
    ...(changesHash !== undefined && { changesHash }),
    ...(planned && { planHash: planned.value.planHash }),
    ...(approval && { approval }),
  };
}

function secondsOf(time: string | undefined): number {
  return time === undefined ? 0 : Date.parse(time) / 1000;
}
