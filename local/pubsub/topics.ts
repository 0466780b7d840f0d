import type { Call, TypedHandlers } from "../api.ts";
import { applyMask } from "../field-mask.ts";
import type { ListTopicsRequest, ListTopicsResponse, PubsubMethods, Topic } from "../model/generated/pubsub.ts";
import { pageOf } from "../page.ts";
import { regions } from "../regions.ts";
import { unserved } from "../unserved.ts";
import { deletedTopic, host, type PubSubContext, type StoredTopic } from "./context.ts";
import { alreadyExists, invalid, notFound } from "./error.ts";
import { publish } from "./publish.ts";
import { checkDuration, checkLabels, checkName, dayMs, demandMask, minuteMs } from "./rules.ts";
import { demandSubscription } from "./subscriptions.ts";

const limits = { usual: 100, most: 1000 };
const mutable = [
  ...(["labels", "messageStoragePolicy", "kmsKeyName", "schemaSettings", "messageRetentionDuration"] as const),
  ...(["ingestionDataSourceSettings", "messageTransforms"] as const),
];

/** Methods on topics. */
export function topicMethods(context: PubSubContext): TypedHandlers<PubsubMethods> {
  const { topics } = context;
  return {
    "google.pubsub.v1.Publisher.CreateTopic": (topic) => create(context, topic),
    "google.pubsub.v1.Publisher.GetTopic": ({ topic = "" }) => toTopic(demandTopic(context, topic)),
    "google.pubsub.v1.Publisher.UpdateTopic": ({ topic: sent = {}, updateMask }) => {
      const present = demandTopic(context, sent.name ?? "");
      const changed = applyMask(present, { sent, mask: demandMask(updateMask, "UpdateTopicRequest"), mutable });
      check(changed);
      const stored = topics.put(present.name, changed);
      context.messages.sweep(stored.uid);
      return toTopic(stored);
    },
    "google.pubsub.v1.Publisher.DeleteTopic": ({ topic = "" }) => remove(context, topic),
    "google.pubsub.v1.Publisher.ListTopics": (request) => list(context, request),
    "google.pubsub.v1.Publisher.Publish": (request) => publish(context, request),
    "google.pubsub.v1.Publisher.ListTopicSubscriptions": ({ topic = "", pageSize: size, pageToken: token }) => {
      demandTopic(context, topic);
      const page = pageOf(context.subscriptions, {
        ...{ prefix: "", size, token, limits },
        show: (_, subscription) => subscription,
        belongs: (one) => one.topic === topic && !one.detached,
      });
      return { subscriptions: page.items.map(({ name }) => name), nextPageToken: page.nextPageToken };
    },
    "google.pubsub.v1.Publisher.ListTopicSnapshots": ({ topic = "", pageSize: size, pageToken: token }) => {
      demandTopic(context, topic);
      const page = pageOf(context.snapshots, {
        ...{ prefix: "", size, token, limits },
        show: (_, snapshot) => snapshot,
        belongs: (one) => one.topic === topic,
      });
      return { snapshots: page.items.map(({ name }) => name), nextPageToken: page.nextPageToken };
    },
    "google.pubsub.v1.Publisher.DetachSubscription": ({ subscription = "" }, call) =>
      detach(context, subscription, call),
  };
}

/** @throws ApiError NOT_FOUND */
export function demandTopic({ topics }: Pick<PubSubContext, "topics">, name: string): StoredTopic {
  const topic = topics.get(name);
  if (!topic) throw notFound(name);
  return topic;
}

function create({ topics, sequence }: PubSubContext, topic: Topic): Topic {
  const { name = "" } = topic;
  checkName(name, "topics");
  if (topics.get(name)) throw alreadyExists(name);
  check(topic);
  const { tags: _, ...kept } = topic;
  return toTopic(topics.put(name, { ...kept, name, uid: `${name}#${sequence.next("topics")}` }));
}

function check({ labels, messageRetentionDuration, ...topic }: Topic): void {
  checkLabels(labels);
  const retention = { field: "message_retention_duration", leastMs: 10 * minuteMs, mostMs: 31 * dayMs };
  checkDuration(messageRetentionDuration, retention);
  const allowed = topic.messageStoragePolicy?.allowedPersistenceRegions ?? [];
  const unknown = allowed.find((region) => !Object.hasOwn(regions, region));
  if (unknown !== undefined) throw invalid(`'${unknown}' in message_storage_policy is not a valid region.`);
  if (topic.schemaSettings) throw unserved("pubsub.schemas", "schema_settings is not served by the local cloud.");
  if (topic.kmsKeyName) throw unserved("pubsub.keys", "kms_key_name is not served by the local cloud.");
  if (topic.ingestionDataSourceSettings)
    throw unserved("pubsub.ingestion", "ingestion_data_source_settings is not served by the local cloud.");
  if (topic.messageTransforms?.length)
    throw unserved("pubsub.transforms", "message_transforms is not served by the local cloud.");
}

function toTopic({ uid: _, ...topic }: StoredTopic): Topic {
  return { ...topic, state: "ACTIVE" };
}

function list({ topics }: PubSubContext, { project = "", pageSize, pageToken }: ListTopicsRequest): ListTopicsResponse {
  const page = pageOf(topics, {
    ...{ prefix: `${project}/topics/`, size: pageSize, token: pageToken, limits },
    show: (_, topic) => toTopic(topic),
  });
  return { topics: page.items, nextPageToken: page.nextPageToken };
}

/** Subscriptions outlive their topic, with the messages that they have. */
function remove(context: PubSubContext, name: string): Record<string, never> {
  const { topics, subscriptions, snapshots, messages, cloud } = context;
  const { uid } = demandTopic(context, name);
  for (const [key, one] of subscriptions.list()) {
    if (one.topicUid === uid) subscriptions.put(key, { ...one, topic: deletedTopic });
  }
  for (const [key, one] of snapshots.list()) {
    if (one.topicUid === uid) snapshots.put(key, { ...one, topic: deletedTopic });
  }
  topics.delete(name);
  cloud.access.deletePolicies(`//${host}/${name}`);
  messages.sweep(uid);
  return {};
}

function detach(context: PubSubContext, name: string, { principal }: Call): Record<string, never> {
  const subscription = demandSubscription(context, name);
  const resource = subscription.topic === deletedTopic ? name : subscription.topic;
  context.cloud.access.demand(principal, "pubsub.topics.detachSubscription", `//${host}/${resource}`);
  context.subscriptions.put(name, { ...subscription, detached: true });
  context.feeds.of(name).backlog.clear();
  return {};
}
