import type { PushConfig, RetryPolicy, Subscription } from "../model/generated/pubsub.ts";
import { isLoopback } from "../server/target.ts";
import { unserved } from "../unserved.ts";
import { invalid } from "./error.ts";
import { compileFilter } from "./filter.ts";
import { checkDuration, checkLabels, dayMs, minuteMs, toMs } from "./rules.ts";

const defaultRetry = { minimumBackoff: "10s", maximumBackoff: "600s" } as const;

/** A subscription with what Pub/Sub fills in. */
export function withDefaults<S extends Subscription>(sent: S) {
  return {
    ...sent,
    pushConfig: withFormat(sent.pushConfig ?? {}),
    ackDeadlineSeconds: sent.ackDeadlineSeconds || 10,
    messageRetentionDuration: sent.messageRetentionDuration ?? "604800s",
    expirationPolicy: sent.expirationPolicy ?? { ttl: "2678400s" },
    retryPolicy: sent.retryPolicy && { ...defaultRetry, ...sent.retryPolicy },
    deadLetterPolicy: sent.deadLetterPolicy?.deadLetterTopic
      ? { ...sent.deadLetterPolicy, maxDeliveryAttempts: sent.deadLetterPolicy.maxDeliveryAttempts || 5 }
      : undefined,
  };
}

/** A push always tells the version of its format. */
function withFormat(config: PushConfig): PushConfig {
  if (!config.pushEndpoint) return {};
  return { ...config, attributes: { "x-goog-version": "v1", ...config.attributes } };
}

/**
 * Refuses a subscription that Pub/Sub would refuse, or whose deliveries are not served here.
 *
 * @throws ApiError INVALID_ARGUMENT or UNIMPLEMENTED
 */
export function checkSubscription(subscription: Subscription): void {
  const { labels, filter, ackDeadlineSeconds = 0, messageRetentionDuration, retryPolicy } = subscription;
  checkServed(subscription);
  checkLabels(labels);
  compileFilter(filter);
  if (ackDeadlineSeconds !== 0 && (ackDeadlineSeconds < 10 || ackDeadlineSeconds > 600)) {
    throw invalid(
      `Invalid ack deadline given (ack_deadline_seconds=${ackDeadlineSeconds}). It must be between 10 and 600 seconds.`,
    );
  }
  const retention = { field: "message_retention_duration", leastMs: 10 * minuteMs, mostMs: 31 * dayMs };
  checkDuration(messageRetentionDuration, retention);
  const expiration = { field: "expiration_policy.ttl", leastMs: dayMs, mostMs: 10_000 * 365 * dayMs };
  checkDuration(subscription.expirationPolicy?.ttl, expiration);
  if (retryPolicy) checkRetryPolicy(retryPolicy);
  checkDeadLetterPolicy(subscription);
  checkPushConfig(subscription.pushConfig ?? {});
}

function checkServed({ bigqueryConfig, bigtableConfig, cloudStorageConfig, messageTransforms }: Subscription): void {
  if (bigqueryConfig?.table) throw unserved("pubsub.exports", "bigquery_config is not served by the local cloud.");
  if (bigtableConfig?.table) throw unserved("pubsub.exports", "bigtable_config is not served by the local cloud.");
  if (cloudStorageConfig?.bucket)
    throw unserved("pubsub.exports", "cloud_storage_config is not served by the local cloud.");
  if (messageTransforms?.length)
    throw unserved("pubsub.transforms", "message_transforms is not served by the local cloud.");
}

function checkRetryPolicy(policy: RetryPolicy): void {
  const { minimumBackoff, maximumBackoff } = { ...defaultRetry, ...policy };
  checkDuration(minimumBackoff, { field: "retry_policy.minimum_backoff", leastMs: 0, mostMs: 600_000 });
  checkDuration(maximumBackoff, { field: "retry_policy.maximum_backoff", leastMs: 0, mostMs: 600_000 });
  if (toMs(minimumBackoff) > toMs(maximumBackoff)) {
    throw invalid("Invalid retry_policy given: minimum_backoff must not be more than maximum_backoff.");
  }
}

function checkDeadLetterPolicy({ deadLetterPolicy, topic }: Subscription): void {
  const { deadLetterTopic = "", maxDeliveryAttempts = 0 } = deadLetterPolicy ?? {};
  if (!deadLetterTopic) {
    if (maxDeliveryAttempts) throw invalid("dead_letter_policy.dead_letter_topic must be set.");
    return;
  }
  if (!/^projects\/[^/]+\/topics\/[^/]+$/.test(deadLetterTopic)) {
    throw invalid(`Invalid resource name given (name=${deadLetterTopic}).`);
  }
  if (deadLetterTopic === topic) throw invalid("A dead letter topic must be another than the subscription's own.");
  if (maxDeliveryAttempts !== 0 && (maxDeliveryAttempts < 5 || maxDeliveryAttempts > 100)) {
    throw invalid(
      `Invalid max_delivery_attempts given (max_delivery_attempts=${maxDeliveryAttempts}). It must be between 5 and 100.`,
    );
  }
}

/** @throws ApiError INVALID_ARGUMENT for an endpoint that nothing is pushed to */
export function checkPushConfig({ pushEndpoint, oidcToken, attributes, noWrapper, pubsubWrapper }: PushConfig): void {
  if (!pushEndpoint) {
    if (oidcToken || noWrapper || pubsubWrapper) throw invalid("push_config.push_endpoint must be set.");
    return;
  }
  const url = URL.canParse(pushEndpoint) ? new URL(pushEndpoint) : undefined;
  // What runs on this machine has no certificate.
  const isReachable = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (!isReachable) throw invalid(`Invalid push endpoint given (endpoint=${pushEndpoint}).`);
  if (oidcToken && !oidcToken.serviceAccountEmail) {
    throw invalid("push_config.oidc_token.service_account_email must be set.");
  }
  const unknown = Object.keys(attributes ?? {}).find((key) => key !== "x-goog-version");
  if (unknown !== undefined) throw invalid(`Invalid push attribute given (attribute=${unknown}).`);
}

/** Milliseconds until a message is delivered again that failed so often. */
export function backoffMs({ retryPolicy, pushConfig }: Subscription, failures: number): number {
  if (retryPolicy) {
    const { minimumBackoff, maximumBackoff } = { ...defaultRetry, ...retryPolicy };
    return Math.min(toMs(minimumBackoff) * 2 ** (failures - 1), toMs(maximumBackoff));
  }
  // Without a policy a push endpoint that fails is given time all the same.
  return pushConfig?.pushEndpoint ? Math.min(100 * 2 ** (failures - 1), 60_000) : 0;
}
