import { system } from "../access/principal.ts";
import { toTimestamp } from "../clock.ts";
import type { Cloud } from "../cloud.ts";
import { type Code, codes, toApiError } from "../error.ts";
import type { HttpRequest } from "../http.ts";
import type { HttpTarget, PubsubTarget } from "../model/generated/scheduler.ts";
import { accountEmail, accountPrincipal } from "../workload/service-account.ts";
import type { StoredJob } from "./job.ts";

/** How an attempt ended: the canonical number of its failure, 0 for success. */
export interface AttemptOutcome {
  readonly code: number;
  /** What came back, for the log. */
  readonly message: string;
}

/** Does a job's work once. It does not throw. */
export async function attempt(cloud: Cloud, job: StoredJob, scheduledAt: number): Promise<AttemptOutcome> {
  try {
    if (job.pubsubTarget) return await publish(cloud, job.pubsubTarget);
    return await request(cloud, job, scheduledAt);
  } catch (caught) {
    const { code, message } = toApiError(caught);
    return { code: codes[code].grpc, message };
  }
}

async function publish(cloud: Cloud, { topicName, data, attributes }: PubsubTarget): Promise<AttemptOutcome> {
  const message = { topic: topicName, messages: [{ data, attributes }] };
  await cloud.call("google.pubsub.v1.Publisher.Publish", message, system("gcp-sa-cloudscheduler"));
  return { code: 0, message: "published" };
}

async function request(cloud: Cloud, job: StoredJob, scheduledAt: number): Promise<AttemptOutcome> {
  const { httpTarget = {}, attemptDeadline = "180s" } = job;
  const sent = await toRequest(cloud, httpTarget, { jobId: job.name.split("/").at(-1) ?? "", scheduledAt });
  const status = await statusWithin(cloud, sent, Number.parseFloat(attemptDeadline) * 1000);
  if (status === "late") return { code: codes.DEADLINE_EXCEEDED.grpc, message: "URL_TIMEOUT" };
  if (status === "unreachable") return { code: codes.UNAVAILABLE.grpc, message: "URL_UNREACHABLE" };
  return { code: codeOf(status), message: `HTTP status ${status}` };
}

async function toRequest(
  cloud: Cloud,
  { uri = "", httpMethod = "POST", headers = {}, body = "", oidcToken, oauthToken }: HttpTarget,
  { jobId, scheduledAt }: { readonly jobId: string; readonly scheduledAt: number },
): Promise<HttpRequest> {
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const kept = own.filter(([name]) => !/^(?:host|content-length|x-google-.*|x-cloudscheduler.*)$/.test(name));
  const email = accountEmail(oidcToken?.serviceAccountEmail ?? oauthToken?.serviceAccountEmail ?? "");
  const principal = email ? await accountPrincipal(cloud, email) : undefined;
  const token = principal && tokenFor(cloud, oidcToken ? (oidcToken.audience ?? uri) : undefined, principal);
  return {
    method: httpMethod,
    url: new URL(uri),
    headers: {
      ...Object.fromEntries(kept),
      "x-cloudscheduler": "true",
      "x-cloudscheduler-jobname": jobId,
      "x-cloudscheduler-scheduletime": toTimestamp(scheduledAt),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: Buffer.from(body, "base64"),
  };
}

/** An ID token for an audience, or an access token. */
function tokenFor(
  { tokens }: Cloud,
  audience: string | undefined,
  principal: Awaited<ReturnType<typeof accountPrincipal>>,
): string {
  return audience === undefined ? tokens.accessToken({ principal }).token : tokens.idToken({ principal }, audience);
}

/** The answer's status; a deadline guards real HTTP, so it counts real time. */
function statusWithin(cloud: Cloud, sent: HttpRequest, ms: number): Promise<number | "late" | "unreachable"> {
  return new Promise((resolve) => {
    const timeout = setTimeout(resolve, ms, "late" as const).unref();
    cloud
      .fetch(sent)
      .then(
        ({ status }) => resolve(status),
        () => resolve("unreachable"),
      )
      .finally(() => clearTimeout(timeout));
  });
}

/** The canonical number behind an HTTP status; 0 for success. */
function codeOf(status: number): number {
  if (status >= 200 && status < 300) return 0;
  const named: Readonly<Record<number, Code>> = { 400: "INVALID_ARGUMENT", 409: "ABORTED", 500: "INTERNAL" };
  const code = named[status] ?? (Object.keys(codes) as Code[]).find((name) => codes[name].http === status);
  return codes[code ?? "UNKNOWN"].grpc;
}
