import { toTimestamp } from "../clock.ts";
import type { HttpRequest } from "../http.ts";
import type { StoredSubscription } from "./context.ts";
import type { Leased } from "./lease.ts";

/**
 * The request that pushes a message: wrapped in JSON with all that is known of it, or its data alone.
 *
 * @param token ID token of the subscription's account, when it has one
 * @see https://cloud.google.com/pubsub/docs/push#receive_push
 * @see https://cloud.google.com/pubsub/docs/payload-unwrapping
 */
export function toPushRequest(
  subscription: StoredSubscription,
  leased: Leased,
  token: string | undefined,
): HttpRequest {
  const { pushConfig = {} } = subscription;
  const headers = {
    accept: "application/json",
    from: "noreply@google.com",
    "user-agent": "CloudPubSub-Google",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const request = { method: "POST", url: new URL(pushConfig.pushEndpoint ?? "") };
  if (pushConfig.noWrapper) {
    const metadata = pushConfig.noWrapper.writeMetadata ? metadataOf(subscription, leased) : {};
    return { ...request, headers: { ...metadata, ...headers }, body: Buffer.from(leased.message.data ?? "", "base64") };
  }
  const body = Buffer.from(JSON.stringify(wrap(subscription, leased)));
  return { ...request, headers: { "content-type": "application/json", ...headers }, body };
}

function wrap({ name, deadLetterPolicy }: StoredSubscription, { message, deliveryAttempt }: Leased): object {
  const { messageId, publishedAt, data, attributes, orderingKey } = message;
  const publishTime = toTimestamp(publishedAt);
  // Ids and times come under both spellings.
  const spelled = { messageId, message_id: messageId, publishTime, publish_time: publishTime };
  return {
    message: { attributes, data, ...spelled, orderingKey },
    subscription: name,
    ...(deadLetterPolicy ? { deliveryAttempt } : {}),
  };
}

function metadataOf({ name, deadLetterPolicy }: StoredSubscription, leased: Leased): Record<string, string> {
  const { messageId, publishedAt, orderingKey, attributes = {} } = leased.message;
  const own = Object.entries(attributes).filter(([key, value]) => isHeader(key, value));
  return {
    ...Object.fromEntries(own.map(([key, value]) => [key.toLowerCase(), value])),
    "x-goog-pubsub-subscription-name": name,
    "x-goog-pubsub-message-id": messageId,
    "x-goog-pubsub-publish-time": toTimestamp(publishedAt),
    ...(orderingKey ? { "x-goog-pubsub-ordering-key": orderingKey } : {}),
    ...(deadLetterPolicy ? { "x-goog-pubsub-delivery-attempt": String(leased.deliveryAttempt) } : {}),
  };
}

/** Attributes that HTTP can carry, and that do not say how it carries the rest. */
function isHeader(key: string, value: string): boolean {
  const isReserved = /^(?:host|connection|content-length|transfer-encoding|authorization|upgrade|te)$/i.test(key);
  return /^[\w!#$%&'*+.^`|~-]+$/.test(key) && /^[\x20-\x7e]*$/.test(value) && !isReserved;
}
