import { type JsonObject, parseJson, textOf, toObject } from "../google/json.ts";
import { badField, demandObject } from "./parse.ts";

/** What Pub/Sub itself says of a message that it pushes. */
export interface Envelope {
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageId: string;
  /** RFC 3339: when it was published. */
  readonly publishTime?: string;
  /** What was published, as text. */
  readonly text: string;
}

/** A message as Pub/Sub pushes it, unwrapped. */
export interface PushedMessage extends Omit<Envelope, "text"> {
  /** What was published, which is JSON in all our topics. */
  readonly data: JsonObject;
}

/**
 * Opens a push.
 *
 * @throws StepError INVALID_ARGUMENT when it is none
 * @see https://cloud.google.com/pubsub/docs/push#receive_push
 */
export function openPushed(push: JsonObject): Envelope {
  const message = toObject(push.message);
  if (!message) throw badField("message", "must be an object, as Pub/Sub pushes it");
  const messageId = textOf(message.messageId);
  if (!messageId) throw badField("message.messageId", "must be a text");
  const text = Buffer.from(textOf(message.data) ?? "", "base64").toString("utf8");
  const publishTime = textOf(message.publishTime);
  const attributes = Object.entries(toObject(message.attributes) ?? {}).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, value] as const] : [],
  );
  return { text, messageId, publishTime, attributes: Object.fromEntries(attributes) };
}

/**
 * What was published.
 *
 * @throws StepError INVALID_ARGUMENT when that is no JSON object, or is nested too deeply
 */
export function readEnvelope({ text, ...envelope }: Envelope): PushedMessage {
  return { ...envelope, data: demandObject(parseJson(text), "message.data", "must be a JSON object in base64") };
}

/** Opens a push and reads what was published. @throws StepError INVALID_ARGUMENT when either cannot be done */
export function readPushed(push: JsonObject): PushedMessage {
  return readEnvelope(openPushed(push));
}
