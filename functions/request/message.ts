import type { RequestBody } from "../api.ts";
import { badField } from "../parse.ts";
import { type Envelope, readEnvelope } from "../pushed.ts";
import { keyFrom } from "./key.ts";
import { parseRequestBody } from "./parse.ts";

/**
 * What a message of the topic `alloyrun-requests` asks: the body of a request. Its attribute `idempotencyKey`, else its id,
 * is the key under which it is asked once, however often it is delivered.
 *
 * @throws StepError INVALID_ARGUMENT naming what is wrong
 */
export function readMessage(envelope: Envelope): { readonly body: RequestBody; readonly key: string } {
  const { data, attributes, messageId } = readEnvelope(envelope);
  const body = parseRequestBody(data);
  // What a message says about who asks was written by whoever may publish, and is believed of nobody.
  if (body.onBehalfOf !== undefined) throw badField("onBehalfOf", "is not taken from a message");
  const { idempotencyKey } = attributes;
  return {
    body,
    key: idempotencyKey === undefined ? `message ${messageId}` : `key ${keyFrom("idempotencyKey", idempotencyKey)}`,
  };
}
