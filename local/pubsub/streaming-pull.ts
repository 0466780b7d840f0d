import type { Call, StreamRequests } from "../api.ts";
import type { JsonObject } from "../json.ts";
import type { StreamingPullRequest, StreamingPullResponse } from "../model/generated/pubsub.ts";
import { keepActive } from "./activity.ts";
import { answerFor, demandPullable, largestAnswer, toReceived } from "./consume.ts";
import type { PubSubContext } from "./context.ts";
import { invalid } from "./error.ts";
import type { Consumer } from "./lane.ts";

/** A stream while it is open. */
interface Stream {
  readonly name: string;
  readonly consumer: Consumer;
  readonly limits: { readonly messages: number; readonly bytes: number };
  leaseMs: number;
  /** Answers about acknowledgements, given with exactly-once delivery. */
  readonly confirmations: StreamingPullResponse[];
  /** Whether the caller has closed its side. */
  isEnded: boolean;
  failure: unknown;
  wake: () => void;
}

/**
 * Delivers messages over a stream, and takes acknowledgements from it.
 *
 * @see https://cloud.google.com/pubsub/docs/pull#streamingpull_api
 */
export async function* streamingPull(
  context: PubSubContext,
  { first, later }: StreamRequests,
  { signal }: Call,
): AsyncGenerator<JsonObject, void> {
  const stream = openStream(context, first as StreamingPullRequest);
  const { backlog } = context.feeds.of(stream.name);
  const unwatch = backlog.watch(() => stream.wake());
  signal.addEventListener("abort", () => stream.wake());
  void readAll(context, stream, later);
  try {
    yield { subscriptionProperties: properties(context, stream.name) };
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        stream.wake = resolve;
      });
      if (stream.failure !== undefined) throw stream.failure;
      const responses = [...stream.confirmations.splice(0), ...takeAll(context, stream)];
      for (const response of responses) yield response as JsonObject;
      if (responses.length > 0) continue;
      if (stream.isEnded) return;
      await woken;
    }
  } finally {
    unwatch();
  }
}

function openStream(context: PubSubContext, first: StreamingPullRequest): Stream {
  const { subscription = "", streamAckDeadlineSeconds = 0, maxOutstandingMessages, maxOutstandingBytes } = first;
  demandPullable(context, subscription);
  const stream: Stream = {
    name: subscription,
    consumer: { mode: "stream", messages: 0, bytes: 0 },
    limits: { messages: limitOf(maxOutstandingMessages), bytes: limitOf(maxOutstandingBytes) },
    leaseMs: leaseMsOf(streamAckDeadlineSeconds),
    confirmations: [],
    isEnded: false,
    failure: undefined,
    wake: () => {},
  };
  answer(context, stream, first);
  return stream;
}

/** Zero and less mean no limit. */
function limitOf(value: string | undefined): number {
  const limit = Number(value ?? 0);
  return limit > 0 ? limit : Number.POSITIVE_INFINITY;
}

function leaseMsOf(seconds: number): number {
  if (seconds >= 10 && seconds <= 600) return seconds * 1000;
  throw invalid(`Invalid ack deadline given (stream_ack_deadline_seconds=${seconds}).`);
}

function properties({ subscriptions }: PubSubContext, name: string): JsonObject {
  const { enableExactlyOnceDelivery = false, enableMessageOrdering = false } = subscriptions.get(name) ?? {};
  return {
    exactlyOnceDeliveryEnabled: enableExactlyOnceDelivery,
    messageOrderingEnabled: enableMessageOrdering,
  };
}

function takeAll(context: PubSubContext, stream: Stream): StreamingPullResponse[] {
  const subscription = demandPullable(context, stream.name);
  keepActive(context, subscription);
  const { consumer, limits, leaseMs } = stream;
  const maxMessages = Math.min(limits.messages - consumer.messages, largestAnswer.messages);
  const maxBytes = Math.min(limits.bytes - consumer.bytes, largestAnswer.bytes);
  if (maxMessages <= 0 || maxBytes <= 0) return [];
  const taken = context.feeds.of(stream.name).backlog.take(consumer, { maxMessages, maxBytes, leaseMs });
  return taken.length > 0 ? [{ receivedMessages: taken.map((one) => toReceived(subscription, one)) }] : [];
}

/** Takes what the caller sends while messages go out. */
async function readAll(context: PubSubContext, stream: Stream, later: AsyncIterable<JsonObject>): Promise<void> {
  try {
    for await (const request of later) {
      const { subscription, clientId, maxOutstandingBytes, maxOutstandingMessages, protocolVersion, ...sent } =
        request as StreamingPullRequest;
      const settled = [subscription, clientId, maxOutstandingBytes, maxOutstandingMessages, protocolVersion];
      if (settled.some((value) => value !== undefined && value !== "" && value !== "0")) {
        throw invalid("Only the first request of a stream may name the subscription, the client and the flow control.");
      }
      if (sent.streamAckDeadlineSeconds) stream.leaseMs = leaseMsOf(sent.streamAckDeadlineSeconds);
      answer(context, stream, sent);
      stream.wake();
    }
    stream.isEnded = true;
  } catch (caught) {
    stream.failure = caught;
  }
  stream.wake();
}

function answer(context: PubSubContext, stream: Stream, request: StreamingPullRequest): void {
  const { ackIds = [], modifyDeadlineAckIds = [], modifyDeadlineSeconds = [] } = request;
  if (modifyDeadlineAckIds.length !== modifyDeadlineSeconds.length) {
    throw invalid("modify_deadline_ack_ids and modify_deadline_seconds must have the same length.");
  }
  if (ackIds.length > 0) {
    const refused = answerFor(context, stream.name, { ackIds, act: "acknowledge" });
    confirm(context, stream, { acknowledgeConfirmation: split(ackIds, refused) });
  }
  const refused = modifyDeadlineAckIds.filter(
    (id, index) =>
      answerFor(context, stream.name, { ackIds: [id], act: (modifyDeadlineSeconds[index] ?? 0) * 1000 }).length > 0,
  );
  if (modifyDeadlineAckIds.length === 0) return;
  confirm(context, stream, { modifyAckDeadlineConfirmation: split(modifyDeadlineAckIds, refused) });
}

function split(all: readonly string[], refused: readonly string[]) {
  return { ackIds: all.filter((id) => !refused.includes(id)), invalidAckIds: refused };
}

function confirm({ subscriptions }: PubSubContext, stream: Stream, response: StreamingPullResponse): void {
  if (subscriptions.get(stream.name)?.enableExactlyOnceDelivery) stream.confirmations.push(response);
}
