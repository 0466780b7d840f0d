import { isDeepStrictEqual } from "node:util";
import type { PubsubClient, Subscription } from "../google/clients/pubsub.ts";
import type { ApiError } from "../google/error.ts";
import { editPolicy, type Policy, withGrants } from "../google/policy.ts";
import { accountEmail, functionUrl, installationAccountId } from "../spec/names.ts";
import { isUnknownMember } from "./bucket.ts";
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
  readonly topic: (typeof installationTopics)[number];
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
 * Ensures the installation's topics and subscriptions, and that Pub/Sub may move what cannot be delivered.
 *
 * @throws ApiError ALREADY_EXISTS when one of that name is somebody else's
 */
export async function ensureTopics(pubsub: PubsubClient, target: Target): Promise<void> {
  await Promise.all(installationTopics.map((id) => ensureTopic(pubsub, target, id)));
  await Promise.all(installationSubscriptions.map((wanted) => ensureSubscription(pubsub, target, wanted)));
  const pushed = installationSubscriptions.filter(({ push }) => push);
  await Promise.all(pushed.map((wanted) => ensureForwarding(pubsub, target, wanted)));
}

async function ensureTopic(pubsub: PubsubClient, target: Target, id: string): Promise<void> {
  const name = `projects/${target.project}/topics/${id}`;
  const found = await pubsub.getTopic(name);
  if (found) refuseForeign(found, target, { name, method: "pubsub.topics.get" });
  else await pubsub.createTopic(name, { labels: installationLabels(target.project) });
}

async function ensureSubscription(
  pubsub: PubsubClient,
  target: Target,
  wanted: InstallationSubscription,
): Promise<void> {
  const name = `projects/${target.project}/subscriptions/${wanted.id}`;
  const topic = `projects/${target.project}/topics/${wanted.topic}`;
  const found = await pubsub.getSubscription(name);
  if (found) refuseForeign(found, target, { name, method: "pubsub.subscriptions.get" });
  const settings = settingsOf(target, wanted);
  if (!found) {
    const labels = installationLabels(target.project);
    const body = { ...settings, topic, labels, enableMessageOrdering: wanted.isOrdered };
    await persist(isEarly, () => pubsub.createSubscription(name, body));
    return;
  }
  const outdated = Object.entries(settings).filter(([key, value]) => !holds(Reflect.get(found, key), value));
  if (outdated.length === 0) return;
  await persist(isEarly, () =>
    pubsub.patchSubscription(
      name,
      settings,
      outdated.map(([key]) => key),
    ),
  );
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

/**
 * Pub/Sub moves what cannot be delivered in its own name: it takes from the subscription and gives to the topic of the dead.
 *
 * @see https://cloud.google.com/pubsub/docs/handling-failures#grant_forwarding_permissions
 */
async function ensureForwarding(
  pubsub: PubsubClient,
  { project, projectNumber }: Target,
  { id, topic }: InstallationSubscription,
): Promise<void> {
  const member = `serviceAccount:service-${projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`;
  const grants = [
    { resource: `projects/${project}/topics/${topic}-dead`, role: "roles/pubsub.publisher" },
    { resource: `projects/${project}/subscriptions/${id}`, role: "roles/pubsub.subscriber" },
  ];
  for (const { resource, role } of grants) {
    const access = {
      get: () => pubsub.getPolicy(resource),
      set: (policy: Policy) => pubsub.setPolicy(resource, policy),
    };
    await persist(isUnknownMember, () => editPolicy(access, (policy) => withGrants(policy, [{ role, member }])));
  }
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
