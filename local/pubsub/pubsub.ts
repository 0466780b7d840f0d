import { createAlarms } from "../alarm.ts";
import { type Api, handlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type { PubsubMethods } from "../model/generated/pubsub.ts";
import { policyMethods } from "../policy.ts";
import { consumeMethods } from "./consume.ts";
import { host, type PubSubContext, type StoredSnapshot, type StoredSubscription, type StoredTopic } from "./context.ts";
import { notFound } from "./error.ts";
import { openFeeds } from "./feeds.ts";
import { openMessages } from "./messages.ts";
import { permissions } from "./permissions.ts";
import { openSequence } from "./sequence.ts";
import { captures, snapshotMethods, startExpiry } from "./snapshots.ts";
import { streamingPull } from "./streaming-pull.ts";
import { subscriptionMethods } from "./subscriptions.ts";
import { topicMethods } from "./topics.ts";

/**
 * Pub/Sub v1: topics, subscriptions that pull, stream or push, snapshots. Schemas, and deliveries into other products,
 * are not served. Delivery is at least once: a message is stored before its publish is answered, and leaves when it is
 * acknowledged.
 *
 * @see https://cloud.google.com/pubsub/docs/reference/rest
 */
export function createPubSub(cloud: Cloud): Api {
  const context = openContext(cloud);
  const policies = policyMethods(cloud, (resource) => {
    const { topics, subscriptions, snapshots } = context;
    if (!topics.get(resource) && !subscriptions.get(resource) && !snapshots.get(resource)) throw notFound(resource);
    return `//${host}/${resource}`;
  });
  return {
    host,
    permissions,
    methods: handlers<PubsubMethods>({
      ...topicMethods(context),
      ...subscriptionMethods(context),
      ...consumeMethods(context),
      ...snapshotMethods(context),
      "google.iam.v1.IAMPolicy.GetIamPolicy": (request) => policies.get(request),
      "google.iam.v1.IAMPolicy.SetIamPolicy": (request) => policies.set(request),
      "google.iam.v1.IAMPolicy.TestIamPermissions": (request, call) => policies.test(request, call),
    }),
    streams: {
      "google.pubsub.v1.Subscriber.StreamingPull": (requests, call) => streamingPull(context, requests, call),
    },
    start() {
      context.messages.start();
      startExpiry(context);
      context.feeds.start();
    },
    async stop() {
      context.feeds.stop();
      context.alarms.close();
    },
  };
}

/** Opens what the store has of topics, subscriptions and messages. */
export function openContext(cloud: Cloud): PubSubContext {
  const { clock, store } = cloud;
  const topics = store.collection<StoredTopic>("pubsub.topics");
  const subscriptions = store.collection<StoredSubscription>("pubsub.subscriptions");
  const snapshots = store.collection<StoredSnapshot>("pubsub.snapshots");
  const alarms = createAlarms(clock);
  const sequence = openSequence(store);
  const messages = openMessages(
    { clock, store, alarms, sequence },
    {
      durationOf(uid) {
        const topic = topics.get(uid.slice(0, uid.lastIndexOf("#")));
        return topic?.uid === uid ? topic.messageRetentionDuration : undefined;
      },
      isCaptured: (message) => snapshots.list().some(([, snapshot]) => captures(snapshot, message)),
    },
  );
  const context: PubSubContext = {
    ...{ cloud, alarms, topics, subscriptions, snapshots, messages, sequence },
    feeds: openFeeds(() => context),
  };
  context.feeds.openAll();
  return context;
}
