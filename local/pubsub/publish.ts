import type { PublishRequest, PublishResponse, PubsubMessage } from "../model/generated/pubsub.ts";
import type { PubSubContext, StoredTopic } from "./context.ts";
import { invalid, notFound } from "./error.ts";
import { sizeOf } from "./messages.ts";

const mostMessages = 1000;
const mostBytes = 10_000_000;

/**
 * Takes messages in: once it answers, each is stored for every subscription whose filter it passes.
 *
 * @throws ApiError NOT_FOUND, or INVALID_ARGUMENT beyond a limit
 * @see https://cloud.google.com/pubsub/quotas#resource_limits
 */
export function publish(context: PubSubContext, { topic = "", messages = [] }: PublishRequest): PublishResponse {
  const stored = context.topics.get(topic);
  if (!stored) throw notFound(topic);
  checkMessages(messages);
  return { messageIds: messages.map((message) => publishOne(context, stored, message)) };
}

/** Stores one message of a topic and has it delivered. */
export function publishOne({ messages, feeds }: PubSubContext, { uid }: StoredTopic, message: PubsubMessage): string {
  const stored = messages.add(uid, message);
  for (const { backlog, filter } of feeds.attachedTo(uid)) if (filter(message.attributes ?? {})) backlog.add(stored);
  messages.sweepOne(stored);
  return stored.messageId;
}

function checkMessages(messages: readonly PubsubMessage[]): void {
  if (messages.length > mostMessages) {
    const passed = `You passed ${messages.length} in the request, but the maximum value is ${mostMessages}.`;
    throw invalid(`The value for message_count is too large. ${passed}`);
  }
  for (const message of messages) checkMessage(message);
  const bytes = messages.reduce((sum, message) => sum + sizeOf(message), 0);
  if (bytes > mostBytes) {
    const passed = `You passed ${bytes} in the request, but the maximum value is ${mostBytes}.`;
    throw invalid(`The value for message_size is too large. ${passed}`);
  }
}

function checkMessage({ data = "", attributes = {}, orderingKey = "" }: PubsubMessage): void {
  const entries = Object.entries(attributes);
  if (data === "" && entries.length === 0) {
    throw invalid(
      "One or more messages in the publish request is empty. Each message must contain either non-empty data, or at " +
        "least one attribute.",
    );
  }
  if (entries.length > 100) throw invalid("A message in the publish request has more than 100 attributes.");
  for (const [key, value] of entries) {
    if (key === "" || Buffer.byteLength(key) > 256) throw invalid(`Attribute key ${key} must have 1 to 256 bytes.`);
    if (key.startsWith("goog")) throw invalid(`Attribute key ${key} must not begin with "goog".`);
    if (Buffer.byteLength(value) > 1024) throw invalid(`The value of attribute ${key} has more than 1024 bytes.`);
  }
  if (Buffer.byteLength(orderingKey) > 1024) throw invalid("An ordering key has more than 1024 bytes.");
}
