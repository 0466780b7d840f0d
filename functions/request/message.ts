import type { JsonObject } from "../../google/json.ts";
import type { RequestBody } from "../api.ts";
import { badField } from "../parse.ts";
import { readPushed } from "../pushed.ts";
import { parseRequestBody } from "./parse.ts";

/**
 * What a message of the topic `alloyrun-requests` asks: the body of a request. Its attribute `idempotencyKey`, else its id,
 * is the key under which it is asked once, however often it is delivered.
 *
 * @throws StepError INVALID_ARGUMENT naming what is wrong
 */
export function readMessage(envelope: JsonObject): { readonly body: RequestBody; readonly key: string } {
  const { data, attributes, messageId } = readPushed(envelope);
  const body = parseRequestBody(data);
  // What a message says about who asks was written by whoever may publish, and is believed of nobody.
  if (body.onBehalfOf !== undefined) throw badField("onBehalfOf", "is not taken from a message");
  const { idempotencyKey } = attributes;
  return { body, key: idempotencyKey === undefined ? `message ${messageId}` : `key ${idempotencyKey}` };
}
