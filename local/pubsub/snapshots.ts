import type { TypedHandlers } from "../api.ts";
import { toTimestamp } from "../clock.ts";
import { applyMask } from "../field-mask.ts";
import type {
  CreateSnapshotRequest,
  PubsubMethods,
  SeekRequest,
  SeekResponse,
  Snapshot,
} from "../model/generated/pubsub.ts";
import { pageOf } from "../page.ts";
import { deletedTopic, host, type PubSubContext, type StoredSnapshot } from "./context.ts";
import { alreadyExists, failedPrecondition, invalid, notFound } from "./error.ts";
import type { StoredMessage } from "./messages.ts";
import { checkLabels, checkName, dayMs, demandMask } from "./rules.ts";
import { demandSubscription } from "./subscriptions.ts";

/** Methods on snapshots, and seeking to one or to a time. */
export function snapshotMethods(context: PubSubContext): TypedHandlers<PubsubMethods> {
  const { snapshots } = context;
  return {
    "google.pubsub.v1.Subscriber.CreateSnapshot": (request) => create(context, request),
    "google.pubsub.v1.Subscriber.GetSnapshot": ({ snapshot = "" }) => toSnapshot(demandSnapshot(context, snapshot)),
    "google.pubsub.v1.Subscriber.ListSnapshots": ({ project = "", pageSize: size, pageToken: token }) => {
      const page = pageOf(snapshots, {
        ...{ prefix: `${project}/snapshots/`, size, token, limits: { usual: 100, most: 1000 } },
        show: (_, snapshot) => toSnapshot(snapshot),
      });
      return { snapshots: page.items, nextPageToken: page.nextPageToken };
    },
    "google.pubsub.v1.Subscriber.UpdateSnapshot": ({ snapshot: sent = {}, updateMask }) => {
      const present = demandSnapshot(context, sent.name ?? "");
      const mask = demandMask(updateMask, "UpdateSnapshotRequest");
      const changed = applyMask(present, { sent, mask, mutable: ["labels", "expireTime"] });
      checkLabels(changed.labels);
      awaitExpiry(context, changed);
      return toSnapshot(snapshots.put(present.name, changed));
    },
    "google.pubsub.v1.Subscriber.DeleteSnapshot": ({ snapshot = "" }) => {
      remove(context, demandSnapshot(context, snapshot));
      return {};
    },
    "google.pubsub.v1.Subscriber.Seek": (request) => seek(context, request),
  };
}

/** Whether a snapshot has the message. */
export function captures({ topicUid, unacked, lastMessageId }: StoredSnapshot, message: StoredMessage): boolean {
  return topicUid === message.topic && (message.messageId > lastMessageId || unacked.includes(message.messageId));
}

/** Has every snapshot go when its time is over. */
export function startExpiry(context: PubSubContext): void {
  for (const [, snapshot] of context.snapshots.list()) awaitExpiry(context, snapshot);
}

function awaitExpiry(context: PubSubContext, { name, expireTime = "" }: StoredSnapshot): void {
  context.alarms.at(Date.parse(expireTime), () => {
    const present = context.snapshots.get(name);
    if (present?.expireTime === expireTime) remove(context, present);
  });
}

function demandSnapshot({ snapshots }: PubSubContext, name: string): StoredSnapshot {
  const snapshot = snapshots.get(name);
  if (!snapshot) throw notFound(name);
  return snapshot;
}

function toSnapshot({ unacked: _, lastMessageId: __, topicUid: ___, ...snapshot }: StoredSnapshot): Snapshot {
  return snapshot;
}

function create(context: PubSubContext, request: CreateSnapshotRequest): Snapshot {
  const { name = "", subscription: source = "", labels } = request;
  const { cloud, feeds, messages, snapshots } = context;
  checkName(name, "snapshots");
  checkLabels(labels);
  const { topic, topicUid } = demandSubscription(context, source);
  if (snapshots.get(name)) throw alreadyExists(name);
  if (topic === deletedTopic) throw failedPrecondition(`The subscription has no topic (resource=${source}).`);
  const unacked = feeds.of(source).backlog.unacked();
  const now = cloud.clock.now();
  const oldest = messages.get(unacked[0] ?? "")?.publishedAt ?? now;
  const expiresAt = oldest + 7 * dayMs;
  if (expiresAt - now < 3_600_000) throw failedPrecondition("The backlog in the subscription is too old.");
  const expireTime = toTimestamp(expiresAt);
  const lastMessageId = messages.lastId();
  const stored = snapshots.put(name, { name, topic, topicUid, expireTime, labels, unacked, lastMessageId });
  awaitExpiry(context, stored);
  return toSnapshot(stored);
}

function remove({ snapshots, messages, cloud }: PubSubContext, { name, topicUid }: StoredSnapshot): void {
  snapshots.delete(name);
  cloud.access.deletePolicies(`//${host}/${name}`);
  messages.sweep(topicUid);
}

/** @see https://cloud.google.com/pubsub/docs/replay-overview */
function seek(context: PubSubContext, { subscription: name = "", time, snapshot }: SeekRequest): SeekResponse {
  const { topicUid, detached } = demandSubscription(context, name);
  if (detached) throw failedPrecondition(`The subscription is detached (resource=${name}).`);
  const { backlog, filter } = context.feeds.of(name);
  const passes = (message: StoredMessage) => filter(message.attributes ?? {});
  if (snapshot) {
    const target = demandSnapshot(context, snapshot);
    if (target.topicUid !== topicUid) {
      throw failedPrecondition("The snapshot and the subscription must belong to the same topic.");
    }
    const isWanted = (message: StoredMessage) => captures(target, message);
    backlog.seek(
      isWanted,
      context.messages.listSince(topicUid, 0).filter((one) => isWanted(one) && passes(one)),
    );
    return {};
  }
  if (!time) throw invalid("Either time or snapshot must be set.");
  const since = Date.parse(time);
  backlog.seek(({ publishedAt }) => publishedAt >= since, context.messages.listSince(topicUid, since).filter(passes));
  return {};
}
