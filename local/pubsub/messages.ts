import type { Alarms } from "../alarm.ts";
import { toTimestamp } from "../clock.ts";
import type { Cloud } from "../cloud.ts";
import type { PubsubMessage } from "../model/generated/pubsub.ts";
import type { Collection } from "../store.ts";
import { toMs } from "./rules.ts";
import type { Sequence } from "./sequence.ts";

/** A message as `pubsub.messages` has it, by its id; ids sort in the order of publishing. */
export interface StoredMessage {
  readonly messageId: string;
  /** The topic's unique id: a topic of the same name that is made later is another. */
  readonly topic: string;
  /** Clock time in milliseconds. */
  readonly publishedAt: number;
  /** Base64. */
  readonly data?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly orderingKey?: string;
}

/** What a topic's messages are kept by. */
export interface Retention {
  /** How long a topic keeps what it was given, in the JSON form of a duration. */
  durationOf(topic: string): string | undefined;
  /** Whether a snapshot needs a message. */
  isCaptured(message: StoredMessage): boolean;
}

/** Contents of messages: each is kept as long as a subscription, its topic or a snapshot needs it. */
export interface Messages {
  /** Keeps a new message of a topic (its unique id); `sweep` forgets it unless somebody needs it. */
  add(topic: string, message: PubsubMessage): StoredMessage;
  get(messageId: string): StoredMessage | undefined;
  /** Counts one more subscription that has the message. */
  hold(messageId: string): void;
  /** Counts one less, and forgets the message when it was the last who needed it. */
  release(messageId: string): void;
  /** What a topic has that was published at a time or later, in order. */
  listSince(topic: string, time: number): readonly StoredMessage[];
  /** Forgets what nobody needs any more of a topic, or a message that nobody took. */
  sweep(topic: string): void;
  sweepOne(message: StoredMessage): void;
  /** Id of the message published last; before the first, one that sorts before its. */
  lastId(): string;
  /** Forgets each topic's messages when their time is over, from now on. */
  start(): void;
}

/** What `openMessages` works with. */
export interface MessagesContext extends Pick<Cloud, "clock" | "store"> {
  readonly alarms: Alarms;
  readonly sequence: Sequence;
}

/** Opens the contents of a local cloud's messages. */
export function openMessages({ clock, store, alarms, sequence }: MessagesContext, retention: Retention): Messages {
  const stored: Collection<StoredMessage> = store.collection("pubsub.messages");
  const holders = new Map<string, number>();
  const byTopic = new Map<string, Map<string, StoredMessage>>();
  /** Topics whose next message to go has an alarm. */
  const awaited = new Set<string>();
  for (const [, message] of stored.list()) index(message);

  function index(message: StoredMessage): void {
    const messages = byTopic.get(message.topic) ?? new Map<string, StoredMessage>();
    byTopic.set(message.topic, messages);
    messages.set(message.messageId, message);
  }

  function keptUntil({ topic, publishedAt }: StoredMessage): number {
    const duration = retention.durationOf(topic);
    return duration === undefined ? 0 : publishedAt + toMs(duration);
  }

  function drop(message: StoredMessage): void {
    if (holders.has(message.messageId) || retention.isCaptured(message)) return;
    if (keptUntil(message) > clock.now()) return;
    stored.delete(message.messageId);
    const messages = byTopic.get(message.topic);
    messages?.delete(message.messageId);
    if (messages?.size === 0) byTopic.delete(message.topic);
  }

  /** Forgets what a topic has kept long enough, and comes back when the next is due. */
  function expire(topic: string): void {
    awaited.delete(topic);
    for (const message of byTopic.get(topic)?.values() ?? []) {
      const until = keptUntil(message);
      if (until > clock.now()) {
        awaited.add(topic);
        alarms.at(until, () => expire(topic));
        return;
      }
      drop(message);
    }
  }

  return {
    add(topic, { data, attributes, orderingKey }) {
      const messageId = toId(sequence.next("messages"));
      const message = stored.put(messageId, {
        messageId,
        topic,
        publishedAt: clock.now(),
        data,
        attributes,
        orderingKey,
      });
      index(message);
      if (retention.durationOf(topic) !== undefined && !awaited.has(topic)) expire(topic);
      return message;
    },
    get: (messageId) => stored.get(messageId),
    hold: (messageId) => void holders.set(messageId, (holders.get(messageId) ?? 0) + 1),
    release(messageId) {
      const left = (holders.get(messageId) ?? 0) - 1;
      if (left > 0) holders.set(messageId, left);
      else holders.delete(messageId);
      const message = stored.get(messageId);
      if (message && left <= 0) drop(message);
    },
    listSince: (topic, time) =>
      [...(byTopic.get(topic)?.values() ?? [])].filter(({ publishedAt }) => publishedAt >= time),
    sweepOne: drop,
    lastId: () => toId(sequence.last("messages")),
    sweep(topic) {
      for (const message of byTopic.get(topic)?.values() ?? []) drop(message);
    },
    start() {
      for (const topic of [...byTopic.keys()]) expire(topic);
    },
  };
}

/** Sixteen digits, so that ids sort as text. */
function toId(number: number): string {
  return `1${String(number).padStart(15, "0")}`;
}

/** A message as the API shows it. */
export function toPubsubMessage({ publishedAt, topic: _, ...message }: StoredMessage): PubsubMessage {
  return { ...message, publishTime: toTimestamp(publishedAt) };
}

/** Bytes that a message counts for where bytes are limited. */
export function sizeOf({ data = "", attributes = {}, orderingKey = "" }: PubsubMessage): number {
  const texts = [...Object.entries(attributes).flat(), orderingKey];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Math.floor((data.length * 3) / 4));
}
