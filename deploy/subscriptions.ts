import { isDeepStrictEqual } from "node:util";
import type { PubsubClient, Subscription } from "../google/clients/pubsub.ts";
import type { ApiError } from "../google/error.ts";
import { accountEmail, functionUrl, installationAccountId } from "../spec/names.ts";
import { isUnknownMember } from "./bucket.ts";
import { found, type InstallationChange, present } from "./change.ts";
import { persist } from "./eventually.ts";
import { installationLabels, type Target } from "./installation.ts";
import { refuseForeign } from "./ownership.ts";

/**
 * The topics of an installation: `alloyrun-events` tells what happens to environments, in the order of each;
 * `alloyrun-requests` takes requests; what of either could not be delivered goes to the topic `…-dead`.
 */
export const installationTopics = [
  "alloyrun-events",
  "alloyrun-events-dead",
  "alloyrun-requests",
  "alloyrun-requests-dead",
] as const;

/** A subscription of an installation. */
export interface InstallationSubscription {
  readonly id: string;
  /** Id of the topic; what could not be pushed goes to the topic `…-dead` of it. */
  readonly topic: string;
  /** Whether messages of one ordering key are delivered one after the other; cannot be changed afterwards. */
  readonly isOrdered: boolean;
  /** Entry that the messages are pushed to, and how often one is tried before it goes to the dead; else they are pulled. */
  readonly push?: { readonly entry: string; readonly path: string; readonly attempts: number };
}

/**
 * A request that is wrong stays wrong, and one that meets another run waits for about an hour; a webhook may be down for
 * half a day, in which each event keeps those behind it waiting.
 */
export const installationSubscriptions: readonly InstallationSubscription[] = [
  {
    id: "alloyrun-requests",
    topic: "alloyrun-requests",
    isOrdered: false,
    push: { entry: "request", path: "/v1/messages", attempts: 12 },
  },
  { id: "alloyrun-requests-dead", topic: "alloyrun-requests-dead", isOrdered: false },
  {
    id: "alloyrun-events",
    topic: "alloyrun-events",
    isOrdered: true,
    push: { entry: "events", path: "/", attempts: 100 },
  },
  { id: "alloyrun-events-dead", topic: "alloyrun-events-dead", isOrdered: true },
];

/** 31 days, the longest that Pub/Sub keeps a message. */
const longestRetention = "2678400s";

/**
 * Ensures the subscriptions to the installation's topics.
 *
 * @throws ApiError ALREADY_EXISTS when one of that name is somebody else's
 */
export async function ensureSubscriptions(pubsub: PubsubClient, target: Target): Promise<void> {
  await Promise.all(installationSubscriptions.map((wanted) => ensureSubscription(pubsub, target, wanted)));
}

/** What `ensureSubscriptions` would make and change. */
export async function planSubscriptions(
  pubsub: Pick<PubsubClient, "getSubscription">,
  target: Target,
): Promise<readonly InstallationChange[]> {
  const subscriptions = installationSubscriptions.map(async (wanted) => {
    const existing = await present(pubsub.getSubscription(subscriptionName(target, wanted)));
    return compare(target, wanted, existing).change;
  });
  return found(...(await Promise.all(subscriptions)));
}

async function ensureSubscription(
  pubsub: PubsubClient,
  target: Target,
  wanted: InstallationSubscription,
): Promise<void> {
  const name = subscriptionName(target, wanted);
  const { settings, outdated, change } = compare(target, wanted, await pubsub.getSubscription(name));
  if (!change) return;
  if (change.action !== "create") {
    await persist(isEarly, () => pubsub.patchSubscription(name, settings, outdated));
    return;
  }
  const topic = `projects/${target.project}/topics/${wanted.topic}`;
  const labels = installationLabels(target.project);
  const body = { ...settings, topic, labels, enableMessageOrdering: wanted.isOrdered };
  await persist(isEarly, () => pubsub.createSubscription(name, body));
}

/** What is done to the subscription that was found. */
interface Comparison {
  readonly settings: Subscription;
  /** Names of the settings that differ. */
  readonly outdated: readonly string[];
  readonly change: InstallationChange | undefined;
}

/** @throws ApiError ALREADY_EXISTS for a foreign one */
function compare(target: Target, wanted: InstallationSubscription, existing: Subscription | undefined): Comparison {
  const resource = subscriptionName(target, wanted);
  const settings = settingsOf(target, wanted);
  if (!existing) {
    const differences = [`+ of the topic ${wanted.topic}`];
    return { settings, outdated: [], change: { kind: "subscription", action: "create", resource, differences } };
  }
  refuseForeign(existing, target, { name: resource, method: "pubsub.subscriptions.get" });
  const outdated = Object.entries(settings)
    .filter(([key, value]) => !holds(Reflect.get(existing, key), value))
    .map(([key]) => key);
  if (outdated.length === 0) return { settings, outdated, change: undefined };
  const differences = outdated.map((key) => `~ ${key}`);
  return { settings, outdated, change: { kind: "subscription", action: "update", resource, differences } };
}

/** Full name of a subscription. */
export function subscriptionName({ project }: Target, { id }: Pick<InstallationSubscription, "id">): string {
  return `projects/${project}/subscriptions/${id}`;
}

/** What of a subscription can be brought to this version. It never expires for want of use. */
function settingsOf(target: Target, { topic, push }: InstallationSubscription): Subscription {
  const common = { messageRetentionDuration: longestRetention, expirationPolicy: {}, ackDeadlineSeconds: 60 };
  if (!push) return common;
  const audience = functionUrl(push.entry, target);
  const serviceAccountEmail = accountEmail(target.project, installationAccountId("push"));
  return {
    ...common,
    pushConfig: { pushEndpoint: `${audience}${push.path}`, oidcToken: { serviceAccountEmail, audience } },
    retryPolicy: { minimumBackoff: "10s", maximumBackoff: "600s" },
    deadLetterPolicy: {
      deadLetterTopic: `projects/${target.project}/topics/${topic}-dead`,
      maxDeliveryAttempts: push.attempts,
    },
  };
}

/** Whether what was found has all that is wanted; Google fills in more. */
function holds(found: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return isDeepStrictEqual(found, wanted);
  if (typeof found !== "object" || found === null) return false;
  const keys = Object.entries(wanted);
  if (keys.length === 0) return Object.keys(found).length === 0;
  return keys.every(([key, value]) => holds(Reflect.get(found, key), value));
}

/** The account that pushes, or a topic, was made moments ago. */
function isEarly(error: ApiError): boolean {
  return isUnknownMember(error) || ["NOT_FOUND", "PERMISSION_DENIED"].includes(error.code);
}
