import { resumeAddressHolds } from "./address-hold.ts";
import { host, type RunContext } from "./context.ts";
import { runExecution } from "./execute.ts";
import { recordCrash } from "./jobs.ts";
import { openLocalUrl } from "./local-url.ts";
import { parseName } from "./names.ts";
import { poolOf } from "./pools.ts";

/**
 * Makes again what ended with the process of the local cloud: the plain addresses of services, the instances that are
 * kept when idle, and executions under way.
 */
export async function comeBack(context: RunContext): Promise<void> {
  resumeAddressHolds(context);
  for (const [name] of context.services.list()) await openLocalUrl(context, name);
  for (const [name, { scaling }] of context.revisions.list()) if (scaling?.minInstanceCount) keepWarm(context, name);
  for (const [name, { completionTime }] of context.executions.list()) {
    if (!completionTime && !isBehindOperation(context, name)) goOn(context, name);
  }
}

/** Instances start beside everything else; one that cannot is started again for the first request, and says why there. */
function keepWarm(context: RunContext, revision: string): void {
  const { parent, id } = parseName(revision);
  const statuses = context.services.get(`${parent}/services/${id}`)?.trafficStatuses ?? [];
  if (!statuses.some((status) => revision.endsWith(`/${status.revision}`))) return;
  void context.cloud.clock.working(() => poolOf(context, revision).warm()).catch(() => undefined);
}

/** An execution that was asked for by an operation of its own goes on with that. */
function isBehindOperation({ cloud }: RunContext, execution: string): boolean {
  return cloud.operations
    .list(host, parseName(execution).parent)
    .some(({ kind, endTime, input }) => kind === "runJob" && endTime === undefined && input.execution === execution);
}

function goOn(context: RunContext, name: string): void {
  const { parent, id } = parseName(name);
  void context.cloud.clock
    .working((hold) => runExecution(context, name, hold))
    .catch((caught) => recordCrash(context, `${parent}/jobs/${id}`, caught));
}
