import type { Cloud } from "../../cloud.ts";
import type { Workflow } from "../../model/generated/workflows.ts";
import { PatienceOver } from "../../patience.ts";
import type { Random } from "../../random.ts";
import { accountEmail, accountPrincipal } from "../../workload/service-account.ts";
import { DeadlineError } from "../execute/deadline.ts";
import type { Host, OutgoingRequest, Thread } from "../execute/host.ts";
import type { Callbacks } from "./callbacks.ts";
import type { ExecutionLogs } from "./execution-logs.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { parseName } from "./names.ts";

/** What an execution's host is made of. */
interface HostOptions {
  readonly cloud: Cloud;
  readonly callbacks: Callbacks;
  /** The revision that the execution keeps. */
  readonly workflow: Workflow;
  readonly record: ExecutionRecord;
  readonly logs: ExecutionLogs;
  readonly random: Random;
}

/** The local cloud as one execution sees it: its clock, its network, the workflow's service account. */
export function createHost(options: HostOptions): Host {
  const { cloud, callbacks, workflow, record, logs, random } = options;
  const { name: execution } = record;
  const environment = environmentOf(options);
  const email = accountEmail(workflow.serviceAccount ?? "");
  return {
    now: () => cloud.clock.now(),
    env: (name) => environment.get(name),
    uuid: () => drawUuid(random),
    sleepUntil: (timeMs, { hold, signal }) => hold.sleep(timeMs - cloud.clock.now(), { draws: true, signal }),
    fetch: (request, thread) =>
      thread.hold.during(() => orCancelled(cloud.fetch(request).catch(toDeadline(request)), thread)),
    async authorize(auth) {
      const principal = await accountPrincipal(cloud, email);
      const token =
        auth.type === "OIDC"
          ? cloud.tokens.idToken({ principal }, auth.audience)
          : cloud.tokens.accessToken({ principal }).token;
      return `Bearer ${token}`;
    },
    log: (entry) => logs.custom(entry),
    createCallback: (method) => callbacks.create(execution, method),
    awaitCallback: (url, untilMs, thread) =>
      callbacks.receive({ url, execution }, Math.max(0, untilMs - cloud.clock.now()), thread),
  };
}

function toDeadline({ timeoutMs }: OutgoingRequest): (caught: unknown) => never {
  return (caught) => {
    throw caught instanceof PatienceOver ? new DeadlineError(timeoutMs) : caught;
  };
}

/** Gives up on an answer when the execution is cancelled; what was asked for goes on by itself. */
function orCancelled<T>(answer: Promise<T>, { signal }: Thread): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return Promise.race([answer, promise]).finally(() => signal.removeEventListener("abort", onAbort));
}

/** @see https://cloud.google.com/workflows/docs/reference/environment-variables */
function environmentOf({ cloud, workflow, record }: HostOptions): ReadonlyMap<string, string> {
  const { project, location, workflow: workflowId, execution: executionId } = parseName(record.name);
  return new Map([
    ...Object.entries(record.variables ?? {}),
    ["GOOGLE_CLOUD_LOCATION", location],
    ["GOOGLE_CLOUD_PROJECT_ID", project],
    ["GOOGLE_CLOUD_PROJECT_NUMBER", cloud.projects.find(project)?.projectNumber ?? ""],
    ["GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME", accountEmail(workflow.serviceAccount ?? "")],
    ["GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID", executionId],
    ["GOOGLE_CLOUD_WORKFLOW_ID", workflowId],
    ["GOOGLE_CLOUD_WORKFLOW_REVISION_ID", workflow.revisionId ?? ""],
  ]);
}

/** A version 4 UUID from the seeded source. */
function drawUuid(random: Random): string {
  const variant = "89ab"[Math.floor(random.next() * 4)] ?? "8";
  return `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-${variant}${random.hex(3)}-${random.hex(12)}`;
}
