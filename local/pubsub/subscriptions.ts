import type { Call, TypedHandlers } from "../api.ts";
import { applyMask } from "../field-mask.ts";
import type {
  ListSubscriptionsRequest,
  ListSubscriptionsResponse,
  ModifyPushConfigRequest,
  PubsubMethods,
  Subscription,
  UpdateSubscriptionRequest,
} from "../model/generated/pubsub.ts";
import { pageOf } from "../page.ts";
import { demandActAs } from "../workload/service-account.ts";
import { host, type PubSubContext, type StoredSubscription } from "./context.ts";
import { alreadyExists, invalid, notFound } from "./error.ts";
import { checkName, demandMask } from "./rules.ts";
import { checkPushConfig, checkSubscription, withDefaults } from "./subscription-settings.ts";

const mutable = [
  ...(["pushConfig", "bigqueryConfig", "cloudStorageConfig", "bigtableConfig", "ackDeadlineSeconds"] as const),
  ...(["retainAckedMessages", "messageRetentionDuration", "labels", "expirationPolicy", "deadLetterPolicy"] as const),
  ...(["retryPolicy", "enableExactlyOnceDelivery", "messageTransforms"] as const),
];

/** Methods on subscriptions themselves. */
export function subscriptionMethods(context: PubSubContext): TypedHandlers<PubsubMethods> {
  return {
    "google.pubsub.v1.Subscriber.CreateSubscription": (request, call) => create(context, request, call),
    "google.pubsub.v1.Subscriber.GetSubscription": ({ subscription = "" }) =>
      toSubscription(context, demandSubscription(context, subscription)),
    "google.pubsub.v1.Subscriber.UpdateSubscription": (request, call) => update(context, request, call),
    "google.pubsub.v1.Subscriber.ListSubscriptions": (request) => list(context, request),
    "google.pubsub.v1.Subscriber.DeleteSubscription": ({ subscription = "" }) => {
      demandSubscription(context, subscription);
      removeSubscription(context, subscription);
      return {};
    },
    "google.pubsub.v1.Subscriber.ModifyPushConfig": (request, call) => modifyPushConfig(context, request, call),
  };
}

/** @throws ApiError NOT_FOUND */
export function demandSubscription(
  { subscriptions }: Pick<PubSubContext, "subscriptions">,
  name: string,
): StoredSubscription {
  const subscription = subscriptions.get(name);
  if (!subscription) throw notFound(name);
  return subscription;
}

/** Forgets a subscription with all of its messages. */
export function removeSubscription({ subscriptions, feeds, cloud }: PubSubContext, name: string): void {
  subscriptions.delete(name);
  feeds.close(name);
  cloud.access.deletePolicies(`//${host}/${name}`);
}

async function create(context: PubSubContext, sent: Subscription, call: Call): Promise<Subscription> {
  const { name = "", topic = "", tags: _, ...settings } = sent;
  checkName(name, "subscriptions");
  if (topic === "") throw invalid("Missing required field: topic.");
  const found = context.topics.get(topic);
  if (!found) throw notFound(topic);
  if (context.subscriptions.get(name)) throw alreadyExists(name);
  checkSubscription(sent);
  await checkReferences(context, sent, call);
  // Another may have been first while the account was looked up.
  if (context.subscriptions.get(name)) throw alreadyExists(name);
  const activeAt = context.cloud.clock.now();
  const own = { ...settings, detached: undefined, name, topic, topicUid: found.uid, activeAt };
  const stored = context.subscriptions.put(name, withDefaults(own));
  context.feeds.of(name).backlog.start();
  return toSubscription(context, stored);
}

/** Insists that what a subscription names is there and the caller's to use. */
async function checkReferences(context: PubSubContext, sent: Subscription, { principal }: Call): Promise<void> {
  const { deadLetterPolicy, pushConfig, name = "" } = sent;
  const letters = deadLetterPolicy?.deadLetterTopic;
  if (letters && !context.topics.get(letters)) throw notFound(letters);
  const email = pushConfig?.oidcToken?.serviceAccountEmail;
  if (email) await demandActAs(context.cloud, { principal, email, project: name.split("/")[1] ?? "" });
}

async function update(
  context: PubSubContext,
  { subscription: sent = {}, updateMask }: UpdateSubscriptionRequest,
  call: Call,
): Promise<Subscription> {
  const { name = "" } = sent;
  const mask = demandMask(updateMask, "UpdateSubscriptionRequest");
  const change = (present: StoredSubscription) => withDefaults(applyMask(present, { sent, mask, mutable }));
  const changed = change(demandSubscription(context, name));
  checkSubscription(changed);
  const isPush = /(^|,)\s*push_?config/i.test(mask);
  await checkReferences(context, isPush ? changed : { ...changed, pushConfig: undefined }, call);
  const stored = context.subscriptions.put(name, change(demandSubscription(context, name)));
  context.feeds.of(name).backlog.start();
  return toSubscription(context, stored);
}

async function modifyPushConfig(
  context: PubSubContext,
  { subscription: name = "", pushConfig = {} }: ModifyPushConfigRequest,
  call: Call,
): Promise<Record<string, never>> {
  demandSubscription(context, name);
  checkPushConfig(pushConfig);
  await checkReferences(context, { name, pushConfig }, call);
  context.subscriptions.put(name, withDefaults({ ...demandSubscription(context, name), pushConfig }));
  context.feeds.of(name).backlog.start();
  return {};
}

function list(context: PubSubContext, request: ListSubscriptionsRequest): ListSubscriptionsResponse {
  const { project = "", pageSize: size, pageToken: token } = request;
  const page = pageOf(context.subscriptions, {
    ...{ prefix: `${project}/subscriptions/`, size, token, limits: { usual: 100, most: 1000 } },
    show: (_, subscription) => toSubscription(context, subscription),
  });
  return { subscriptions: page.items, nextPageToken: page.nextPageToken };
}

/** A subscription as the API shows it. */
function toSubscription(
  { topics }: PubSubContext,
  { topicUid, activeAt: _, ...shown }: StoredSubscription,
): Subscription {
  const topic = topics.get(shown.topic);
  const topicMessageRetentionDuration = topic?.uid === topicUid ? topic.messageRetentionDuration : undefined;
  return { ...shown, topicMessageRetentionDuration, state: "ACTIVE" };
}
