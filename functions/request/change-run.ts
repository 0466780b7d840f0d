import type { RunView } from "../api.ts";
import { writeStored } from "../entry/read.ts";
import type { RunRecord } from "../entry/stored.ts";
import { StepError } from "../error.ts";
import { lockPlace, readLock } from "../lock/hold.ts";
import { approvalFor } from "../record/approval.ts";
import { appendRecord, recordId } from "../record/chain.ts";
import { cutShort } from "./cut-short.ts";
import { type Noted, readRequest, requestPlace } from "./note.ts";
import { decisionIn, type RunLog, readRunLog } from "./run-log.ts";
import { demandRun, type ViewClients, viewRun } from "./run-view.ts";
import { start } from "./start.ts";

/**
 * Cancels a run: its execution ends at once, and nothing that it had called changes anything once another run holds the
 * environment. What it had made is kept. A run that has ended stays as it ended.
 *
 * @throws StepError NOT_FOUND
 */
export async function cancelRun(run: string, by: string, clients: ViewClients): Promise<RunView> {
  const { request } = await demandRun(run, clients);
  const execution = request.execution && (await clients.executions.getExecution(request.execution));
  if (execution && (execution.state === "ACTIVE" || execution.state === "QUEUED")) {
    await clients.executions.cancelExecution(execution.name);
  }
  const view = await viewRun(run, clients);
  if (view.state === "cancelled" && request.environment !== "") await recordCancellation(view, by, clients);
  return viewRun(run, clients);
}

/**
 * Goes on with a run that ended before it was done: another execution works for the same request, finds what is done and
 * what Google is doing, and ends as the first would have.
 *
 * @throws StepError NOT_FOUND, or FAILED_PRECONDITION when there is nothing to go on with
 */
export async function resumeRun(run: string, clients: ViewClients): Promise<RunView> {
  const noted = await demandRun(run, clients);
  const view = await viewRun(run, clients);
  if (view.state === "queued" || view.state === "running" || view.state === "awaiting-approval") return view;
  if ((view.state === "succeeded" || view.state === "rejected") && !(await holdsLock(noted, clients))) {
    const message = `run ${run} ${view.state === "rejected" ? "was rejected" : "has succeeded"}: there is nothing to go on with`;
    throw new StepError({ code: "FAILED_PRECONDITION", reason: "NOTHING_TO_RESUME", message });
  }
  const again = await forgetExecution(noted, clients);
  if (again) await start(again, clients);
  return viewRun(run, clients);
}

/** Whether the environment is still held for an execution that was cancelled before it could give it back. */
async function holdsLock({ request }: Noted, { storage, installation }: ViewClients): Promise<boolean> {
  const held = await readLock(storage, lockPlace(installation.bucket, request.environment));
  return held?.value.run === request.run;
}

/** Makes the request free for another execution; undefined when somebody else resumed it this moment. */
async function forgetExecution({ request, generation }: Noted, clients: ViewClients): Promise<Noted | undefined> {
  const { execution: _, ...rest } = request;
  const again = { ...rest, attempt: request.attempt + 1 };
  const place = { ...requestPlace(request.run, clients), ifGenerationMatch: generation };
  const written = await writeStored(clients.storage, place, again);
  return written === undefined ? undefined : { request: again, generation: written, readAt: "" };
}

/** The execution cannot tell its own end any more; its log tells how far it came. */
async function recordCancellation(view: RunView, by: string, clients: ViewClients): Promise<void> {
  const noted = await readRequest(clients, view.run);
  if (!noted) return;
  const { request } = noted;
  const { run: id, environment, action, level, planHash = "", requestedBy, onBehalfOf, ticket, attempt } = request;
  const log = await readRunLog(clients.logging, clients.installation.project, request);
  const startedAt = secondsOf(view.startedAt);
  const endedAt = secondsOf(view.endedAt);
  const generation = {
    databaseGeneration: request.target?.database ?? 1,
    clusterGeneration: request.target?.cluster ?? 1,
  };
  const { reports, failures } = cutShort(log.steps, endedAt);
  const runAction = action === "sweep" || action === "check" ? "plan" : action;
  const content: Omit<RunRecord, "previous"> = {
    run: { id, environment, action: runAction, level, planHash, now: endedAt, ...generation },
    execution: view.execution,
    ...{ requestedBy, onBehalfOf, ticket },
    reason: `cancelled by ${by}`,
    result: {
      ...{ run: id, environment, action: runAction, startedAt, endedAt },
      state: "cancelled",
      ...{ failures, remaining: {}, outputs: {} },
    },
    reports,
    ...(await decisionOf(log, clients)),
  };
  await appendRecord(clients.storage, { bucket: clients.installation.bucket, id: recordId(id, attempt) }, content);
}

/** What the run was to do, and who had approved it by then. */
async function decisionOf(
  log: RunLog,
  { storage, installation }: ViewClients,
): Promise<Pick<RunRecord, "changesHash" | "approval">> {
  const { approval: id, changesHash } = decisionIn(log);
  const approval = id === undefined ? undefined : await approvalFor(storage, installation.bucket, id);
  return { ...(changesHash !== undefined && { changesHash }), ...(approval && { approval }) };
}

function secondsOf(time: string | undefined): number {
  return time === undefined ? 0 : Date.parse(time) / 1000;
}
