import type { HttpTarget, Job, PubsubTarget, RetryConfig } from "../model/generated/scheduler.ts";
import { unserved } from "../unserved.ts";
import { invalid } from "./error.ts";

/** The retry settings of a job that names none. */
export const defaultRetry = {
  maxRetryDuration: "0s",
  minBackoffDuration: "5s",
  maxBackoffDuration: "3600s",
  maxDoublings: 5,
} as const satisfies RetryConfig;

/** A job with what Cloud Scheduler fills in. */
export function withDefaults<J extends Job>(job: J): J {
  const { httpTarget, timeZone, retryConfig, attemptDeadline } = job;
  return {
    ...job,
    timeZone: timeZone || "Etc/UTC",
    retryConfig: { ...defaultRetry, ...retryConfig },
    ...(httpTarget
      ? { httpTarget: withHttpDefaults(httpTarget), attemptDeadline: attemptDeadline ?? "180s" }
      : { attemptDeadline }),
  };
}

function withHttpDefaults(target: HttpTarget): HttpTarget {
  const { uri, oidcToken, oauthToken, headers, body } = target;
  const scope = "https://www.googleapis.com/auth/cloud-platform";
  const type: Record<string, string> = body ? { "Content-Type": "application/octet-stream" } : {};
  return {
    ...target,
    httpMethod: target.httpMethod ?? "POST",
    headers: { ...type, ...headers, "User-Agent": "Google-Cloud-Scheduler" },
    ...(oidcToken ? { oidcToken: { ...oidcToken, audience: oidcToken.audience || uri } } : {}),
    ...(oauthToken ? { oauthToken: { ...oauthToken, scope: oauthToken.scope || scope } } : {}),
  };
}

/**
 * Refuses a job that Cloud Scheduler would refuse, or whose target is not served here.
 *
 * @throws ApiError INVALID_ARGUMENT or UNIMPLEMENTED
 */
export function checkJob(job: Job): void {
  const { httpTarget, pubsubTarget, appEngineHttpTarget, description = "", retryConfig = {} } = job;
  if (appEngineHttpTarget)
    throw unserved("scheduler.appEngine", "app_engine_http_target is not served by the local cloud.");
  if (!httpTarget && !pubsubTarget) throw invalid("Job must have a target: http_target or pubsub_target.");
  if (httpTarget && pubsubTarget) throw invalid("Job must have one target only.");
  if (description.length > 500) throw invalid("Job.description must have at most 500 characters.");
  if (httpTarget) checkHttpTarget(httpTarget, job);
  if (pubsubTarget) checkPubsubTarget(pubsubTarget);
  checkRetryConfig(retryConfig);
}

function checkHttpTarget({ uri = "", httpMethod = "POST", body, oidcToken, oauthToken }: HttpTarget, job: Job): void {
  if (!URL.canParse(uri) || !/^https?:$/.test(new URL(uri).protocol)) {
    throw invalid(`HttpTarget.uri must be an HTTP or HTTPS URL: ${uri}`);
  }
  if (body && !["POST", "PUT", "PATCH"].includes(httpMethod)) {
    throw invalid(`HttpTarget.body is not allowed with ${httpMethod}.`);
  }
  for (const token of [oidcToken, oauthToken]) {
    if (token && !token.serviceAccountEmail) throw invalid("The token's service_account_email must be set.");
  }
  const seconds = Number.parseFloat(job.attemptDeadline ?? "180s");
  if (seconds < 15 || seconds > 1800) throw invalid("Job.attempt_deadline must be between 15 seconds and 30 minutes.");
}

function checkPubsubTarget({ topicName = "", data, attributes = {} }: PubsubTarget): void {
  if (!/^projects\/[^/]+\/topics\/[^/]+$/.test(topicName)) {
    throw invalid(`PubsubTarget.topic_name must be projects/{project}/topics/{topic}: ${topicName}`);
  }
  if (!data && Object.keys(attributes).length === 0) {
    throw invalid("PubsubTarget must contain either non-empty data, or at least one attribute.");
  }
}

function checkRetryConfig(sent: RetryConfig): void {
  const { retryCount = 0, maxDoublings, minBackoffDuration, maxBackoffDuration } = { ...defaultRetry, ...sent };
  if (retryCount < 0 || retryCount > 5) throw invalid("RetryConfig.retry_count must be between 0 and 5.");
  if (maxDoublings < 0 || maxDoublings > 16) throw invalid("RetryConfig.max_doublings must be between 0 and 16.");
  if (Number.parseFloat(minBackoffDuration) > Number.parseFloat(maxBackoffDuration)) {
    throw invalid("RetryConfig.min_backoff_duration must not be more than max_backoff_duration.");
  }
}
