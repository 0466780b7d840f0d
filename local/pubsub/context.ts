import type { Alarms } from "../alarm.ts";
import type { Cloud } from "../cloud.ts";
import type { Snapshot, Subscription, Topic } from "../model/generated/pubsub.ts";
import type { Collection } from "../store.ts";
import type { Backlog } from "./backlog.ts";
import type { Filter } from "./filter.ts";
import type { Messages } from "./messages.ts";
import type { Sequence } from "./sequence.ts";

/** Host name of the API. */
export const host = "pubsub.googleapis.com";

/** What a subscription's topic is called once it is deleted. */
export const deletedTopic = "_deleted-topic_";

/** A topic as `pubsub.topics` has it, by `projects/{project}/topics/{topic}`. */
export interface StoredTopic extends Topic {
  readonly name: string;
  /** Another for each topic of the same name. */
  readonly uid: string;
}

/** A subscription as `pubsub.subscriptions` has it, by `projects/{project}/subscriptions/{subscription}`. */
export interface StoredSubscription extends Subscription {
  readonly name: string;
  readonly topic: string;
  /** Unique id of its topic; stays when that is deleted. */
  readonly topicUid: string;
  readonly ackDeadlineSeconds: number;
  readonly messageRetentionDuration: string;
  /** Clock time in milliseconds at which somebody used it, not older than an hour. */
  readonly activeAt: number;
}

/** A snapshot as `pubsub.snapshots` has it, by `projects/{project}/snapshots/{snapshot}`. */
export interface StoredSnapshot extends Snapshot {
  readonly name: string;
  readonly topicUid: string;
  /** Messages that were not acknowledged when it was made. */
  readonly unacked: readonly string[];
  /** The last message before it was made; all later ones of the topic belong to it too. */
  readonly lastMessageId: string;
}

/** A subscription at work. */
export interface Feed {
  readonly backlog: Backlog;
  readonly filter: Filter;
}

/** What the methods of Pub/Sub work with. */
export interface PubSubContext {
  readonly cloud: Cloud;
  readonly alarms: Alarms;
  readonly topics: Collection<StoredTopic>;
  readonly subscriptions: Collection<StoredSubscription>;
  readonly snapshots: Collection<StoredSnapshot>;
  readonly messages: Messages;
  readonly sequence: Sequence;
  readonly feeds: Feeds;
}

/** The subscriptions at work. */
export interface Feeds {
  /** Opens every subscription as the records tell it. */
  openAll(): void;
  /** The feed of a subscription that exists. */
  of(subscription: string): Feed;
  /** Feeds that receive what is published to a topic, by its unique id. */
  attachedTo(topicUid: string): readonly Feed[];
  /** Forgets a subscription's feed with all of its messages. */
  close(subscription: string): void;
  /** Begins to deliver: makes the timers and pushes that the records call for. */
  start(): void;
  /** Ends deliveries of its own accord. */
  stop(): void;
}
