import { toTimestamp } from "../clock.ts";
import { agentOf } from "./agent.ts";
import { host, type PubSubContext, type StoredSubscription } from "./context.ts";
import { idOf } from "./error.ts";
import type { StoredMessage } from "./messages.ts";
import { publishOne } from "./publish.ts";

/**
 * Forwards a message to the dead letter topic once it failed as often as the subscription's policy allows. Pub/Sub's
 * own identity needs to be a publisher on that topic and a subscriber on the subscription; without that, or without the
 * topic, the message stays and is delivered again.
 *
 * @see https://cloud.google.com/pubsub/docs/handling-failures#dead_letter_topic
 */
export function forwardDeadLetter(
  context: PubSubContext,
  { name, deadLetterPolicy }: StoredSubscription,
  { message, failures }: { readonly message: StoredMessage; readonly failures: number },
): boolean {
  const { deadLetterTopic = "", maxDeliveryAttempts = 5 } = deadLetterPolicy ?? {};
  if (!deadLetterTopic || failures < maxDeliveryAttempts) return false;
  const topic = context.topics.get(deadLetterTopic);
  if (!topic || !mayForward(context, name, deadLetterTopic)) return false;
  const [, project = ""] = name.split("/");
  const { data, attributes, orderingKey, publishedAt } = message;
  publishOne(context, topic, {
    data,
    orderingKey,
    attributes: {
      ...attributes,
      CloudPubSubDeadLetterSourceDeliveryCount: String(failures),
      CloudPubSubDeadLetterSourceSubscription: idOf(name),
      CloudPubSubDeadLetterSourceSubscriptionProject: project,
      CloudPubSubDeadLetterSourceTopicPublishTime: toTimestamp(publishedAt),
    },
  });
  return true;
}

function mayForward({ cloud }: PubSubContext, subscription: string, topic: string): boolean {
  const agent = agentOf(cloud, subscription.split("/")[1] ?? "");
  const mayPublish = cloud.access.allows(agent, "pubsub.topics.publish", `//${host}/${topic}`);
  return mayPublish && cloud.access.allows(agent, "pubsub.subscriptions.consume", `//${host}/${subscription}`);
}
