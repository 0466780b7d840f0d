import type { Call, TypedHandlers } from "../api.ts";
import { ApiError, errorInfo } from "../error.ts";
import type {
  AcknowledgeRequest,
  ModifyAckDeadlineRequest,
  PubsubMethods,
  PullRequest,
  PullResponse,
  ReceivedMessage,
} from "../model/generated/pubsub.ts";
import { keepActive } from "./activity.ts";
import type { PubSubContext, StoredSubscription } from "./context.ts";
import { parseAckId } from "./delivery.ts";
import { failedPrecondition, invalid } from "./error.ts";
import type { Consumer } from "./lane.ts";
import type { Leased } from "./lease.ts";
import { toPubsubMessage } from "./messages.ts";
import { demandSubscription } from "./subscriptions.ts";

/** Longest that a pull waits for its first message, in real milliseconds. */
const longestPullMs = 90_000;
/** The most that one answer carries. */
export const largestAnswer = { messages: 1000, bytes: 10_000_000 } as const;

/** Methods by which messages are taken and answered for, one request at a time. */
export function consumeMethods(context: PubSubContext): TypedHandlers<PubsubMethods> {
  return {
    "google.pubsub.v1.Subscriber.Pull": (request, call) => pull(context, request, call),
    "google.pubsub.v1.Subscriber.Acknowledge": (request) => acknowledge(context, request),
    "google.pubsub.v1.Subscriber.ModifyAckDeadline": (request) => modifyAckDeadline(context, request),
  };
}

async function pull(context: PubSubContext, request: PullRequest, call: Call): Promise<PullResponse> {
  const { subscription: name = "", maxMessages = 0, returnImmediately } = request;
  if (maxMessages <= 0) throw invalid("The value for max_messages must be greater than zero.");
  const { backlog } = context.feeds.of(demandPullable(context, name).name);
  const consumer: Consumer = { mode: "batch", messages: 0, bytes: 0 };
  const deadline = performance.now() + longestPullMs;
  for (;;) {
    const subscription = demandPullable(context, name);
    keepActive(context, subscription);
    const leaseMs = subscription.ackDeadlineSeconds * 1000;
    const most = Math.min(maxMessages, largestAnswer.messages);
    const taken = call.signal.aborted
      ? []
      : backlog.take(consumer, { maxMessages: most, maxBytes: largestAnswer.bytes, leaseMs });
    const left = deadline - performance.now();
    if (taken.length > 0 || returnImmediately || left <= 0 || call.signal.aborted) {
      return { receivedMessages: taken.map((one) => toReceived(subscription, one)) };
    }
    await call.hold.during(() => changeWithin(left, backlog.watch, call.signal));
  }
}

/** Resolves when the backlog may have something, the time is over or the caller is gone. */
function changeWithin(ms: number, watch: (listener: () => void) => () => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timeout);
      unwatch();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timeout = setTimeout(end, ms).unref();
    const unwatch = watch(end);
    signal.addEventListener("abort", end);
  });
}

/**
 * A subscription whose messages are pulled.
 *
 * @throws ApiError NOT_FOUND; FAILED_PRECONDITION for one that pushes or is detached
 */
export function demandPullable(context: PubSubContext, name: string): StoredSubscription {
  const subscription = demandSubscription(context, name);
  if (subscription.detached) throw failedPrecondition(`The subscription is detached (resource=${name}).`);
  if (subscription.pushConfig?.pushEndpoint) {
    throw failedPrecondition(`This method is not supported for this subscription type (resource=${name}).`);
  }
  return subscription;
}

/** A message as a consumer receives it; attempts are only counted towards a dead letter topic. */
export function toReceived({ deadLetterPolicy }: StoredSubscription, leased: Leased): ReceivedMessage {
  const { ackId, message, deliveryAttempt } = leased;
  return { ackId, message: toPubsubMessage(message), ...(deadLetterPolicy ? { deliveryAttempt } : {}) };
}

function acknowledge(
  context: PubSubContext,
  { subscription: name = "", ackIds = [] }: AcknowledgeRequest,
): Record<string, never> {
  const subscription = demandSubscription(context, name);
  checkAckIds(ackIds);
  const refused = answerFor(context, name, { ackIds, act: "acknowledge" });
  if (subscription.enableExactlyOnceDelivery && refused.length > 0) throw lost(refused);
  return {};
}

function modifyAckDeadline(
  context: PubSubContext,
  { subscription: name = "", ackIds = [], ackDeadlineSeconds = 0 }: ModifyAckDeadlineRequest,
): Record<string, never> {
  const subscription = demandSubscription(context, name);
  checkAckIds(ackIds);
  if (ackDeadlineSeconds < 0 || ackDeadlineSeconds > 600) {
    throw invalid(`Invalid ack deadline given (ack_deadline_seconds=${ackDeadlineSeconds}).`);
  }
  const refused = answerFor(context, name, { ackIds, act: ackDeadlineSeconds * 1000 });
  if (subscription.enableExactlyOnceDelivery && refused.length > 0) throw lost(refused);
  return {};
}

function checkAckIds(ackIds: readonly string[]): void {
  const malformed = ackIds.find((id) => parseAckId(id) === undefined);
  if (malformed !== undefined) throw invalid(`You have passed an invalid ack ID to the service (ack_id=${malformed}).`);
}

/** What is done to messages: settled, or their lease moved by so many milliseconds from now. */
export interface Answer {
  readonly ackIds: readonly string[];
  readonly act: "acknowledge" | number;
}

/** Answers for messages; gives the ids that no longer count. */
export function answerFor({ feeds }: PubSubContext, name: string, { ackIds, act }: Answer): string[] {
  const { backlog } = feeds.of(name);
  return ackIds.filter((text) => {
    const id = parseAckId(text);
    if (id?.subscription !== name) return true;
    return !(act === "acknowledge" ? backlog.acknowledge(id) : backlog.modifyDeadline(id, act));
  });
}

/** With exactly-once delivery, who is late is told. */
function lost(ackIds: readonly string[]): ApiError {
  const failures = Object.fromEntries(ackIds.map((id) => [id, "PERMANENT_FAILURE_INVALID_ACK_ID"]));
  return new ApiError({
    code: "FAILED_PRECONDITION",
    message:
      "Some acknowledgement ids in the request were invalid. This could be because the acknowledgement ids have " +
      "expired or the acknowledgement ids were malformed.",
    details: [errorInfo("EXACTLY_ONCE_ACKID_FAILURE", "pubsub.googleapis.com", failures)],
  });
}
