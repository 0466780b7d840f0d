import { type JsonObject, parseJson, textOf, toObject } from "../google/json.ts";
import { badField } from "./parse.ts";

/** A message as Pub/Sub pushes it, unwrapped. */
export interface PushedMessage {
  /** What was published, which is JSON in all our topics. */
  readonly data: JsonObject;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageId: string;
}

/**
 * Unwraps a push.
 *
 * @throws StepError INVALID_ARGUMENT when it is none, or its data is no JSON object
 * @see https://cloud.google.com/pubsub/docs/push#receive_push
 */
export function readPushed(envelope: JsonObject): PushedMessage {
  const message = toObject(envelope.message);
  if (!message) throw badField("message", "must be an object, as Pub/Sub pushes it");
  const messageId = textOf(message.messageId);
  if (!messageId) throw badField("message.messageId", "must be a text");
  const text = Buffer.from(textOf(message.data) ?? "", "base64").toString("utf8");
  const data = toObject(parseJson(text));
  if (!data) throw badField("message.data", "must be a JSON object in base64");
  const attributes = Object.entries(toObject(message.attributes) ?? {}).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, value] as const] : [],
  );
  return { data, messageId, attributes: Object.fromEntries(attributes) };
}
