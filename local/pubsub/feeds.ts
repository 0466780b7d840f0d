import { expiryOf } from "./activity.ts";
import { openBacklog } from "./backlog.ts";
import type { Feed, Feeds, PubSubContext } from "./context.ts";
import { forwardDeadLetter } from "./dead-letter.ts";
import type { Delivery } from "./delivery.ts";
import { notFound } from "./error.ts";
import { compileFilter } from "./filter.ts";
import type { BacklogSettings } from "./lanes.ts";
import { startPushing } from "./push.ts";
import { toMs } from "./rules.ts";
import { backoffMs } from "./subscription-settings.ts";
import { removeSubscription } from "./subscriptions.ts";

interface OpenFeed extends Feed {
  readonly topicUid: string;
  readonly name: string;
  stopPushing: () => void;
}

/**
 * Makes the table of subscriptions at work; nothing is delivered before `start`.
 *
 * @param demand gives the context that the feeds are a part of
 */
export function openFeeds(demand: () => PubSubContext): Feeds {
  const open = new Map<string, OpenFeed>();
  const byTopic = new Map<string, Set<OpenFeed>>();
  let isRunning = false;

  function openFeed(name: string): OpenFeed {
    const context = demand();
    const subscription = context.subscriptions.get(name);
    if (!subscription) throw notFound(name);
    const { clock, store } = context.cloud;
    const { alarms, messages } = context;
    const settings = () => settingsOf(context, name);
    const deliveries = store.collection<Delivery>("pubsub.deliveries");
    const backlog = openBacklog({ clock, alarms, messages, deliveries, subscription: name, settings });
    const { topicUid, filter } = subscription;
    const feed = { name, topicUid, backlog, filter: compileFilter(filter), stopPushing: () => {} };
    open.set(name, feed);
    byTopic.set(topicUid, (byTopic.get(topicUid) ?? new Set()).add(feed));
    if (isRunning) run(feed);
    return feed;
  }

  function run(feed: OpenFeed): void {
    feed.stopPushing = startPushing(demand(), feed.name, feed.backlog);
    awaitExpiry(feed);
    feed.backlog.start();
  }

  /** A subscription that nobody uses goes by itself. */
  function awaitExpiry(feed: OpenFeed): void {
    const { alarms, cloud, subscriptions } = demand();
    const subscription = subscriptions.get(feed.name);
    if (!subscription || open.get(feed.name) !== feed) return;
    const time = expiryOf(subscription);
    // One that never goes, or not soon, may be told otherwise meanwhile.
    const look = Math.min(time ?? Number.POSITIVE_INFINITY, cloud.clock.now() + 24 * 3_600_000);
    if (time !== undefined && time <= cloud.clock.now()) removeSubscription(demand(), feed.name);
    else alarms.at(look, () => awaitExpiry(feed));
  }

  return {
    openAll() {
      for (const [name] of demand().subscriptions.list()) if (!open.has(name)) openFeed(name);
    },
    of: (name) => open.get(name) ?? openFeed(name),
    attachedTo: (topicUid) =>
      [...(byTopic.get(topicUid) ?? [])].filter(({ name }) => !demand().subscriptions.get(name)?.detached),
    close(name) {
      const feed = open.get(name);
      if (!feed) return;
      open.delete(name);
      byTopic.get(feed.topicUid)?.delete(feed);
      feed.stopPushing();
      feed.backlog.clear();
    },
    start() {
      isRunning = true;
      for (const feed of open.values()) run(feed);
    },
    stop() {
      isRunning = false;
      for (const feed of open.values()) feed.stopPushing();
    },
  };
}

function settingsOf(context: PubSubContext, name: string): BacklogSettings {
  const subscription = context.subscriptions.get(name);
  return {
    isOrdered: subscription?.enableMessageOrdering === true,
    isExactlyOnce: subscription?.enableExactlyOnceDelivery === true,
    retainsAcked: subscription?.retainAckedMessages === true,
    retentionMs: toMs(subscription?.messageRetentionDuration ?? "604800s"),
    backoffMs: (failures) => (subscription ? backoffMs(subscription, failures) : 0),
    takeOver: (message, failures) =>
      subscription !== undefined && forwardDeadLetter(context, subscription, { message, failures }),
  };
}
