import { isDeepStrictEqual } from "node:util";
import type { PubsubClient, Subscription } from "../google/clients/pubsub.ts";
import type { ApiError } from "../google/error.ts";
import { editPolicy, type Policy, withGrants } from "../google/policy.ts";
import { accountEmail, functionUrl, installationAccountId } from "../spec/names.ts";
import { isUnknownMember } from "./bucket.ts";
import { found, type InstallationChange, policyChange, present } from "./change.ts";
import { persist } from "./eventually.ts";
import { installationAccounts, installationLabels, type Target, topicsRoleName } from "./installation.ts";
import { refuseForeign } from "./ownership.ts";
import { memberOf } from "./reconcile.ts";
import { type RoleNames, underNames } from "./roles.ts";

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
 * Ensures the subscriptions to the installation's topics, and that Pub/Sub may move what cannot be delivered.
 *
 * @throws ApiError ALREADY_EXISTS when one of that name is somebody else's
 */
export async function ensureSubscriptions(
  pubsub: PubsubClient,
  target: Target,
  names: RoleNames = new Map(),
): Promise<void> {
  await Promise.all(installationSubscriptions.map((wanted) => ensureSubscription(pubsub, target, wanted)));
  await Promise.all(policyEdits(target, names).map((edit) => ensurePolicy(pubsub, edit)));
}

/** What `ensureSubscriptions` would make and change. */
export async function planSubscriptions(
  pubsub: Pick<PubsubClient, "getSubscription" | "getPolicy">,
  target: Target,
  names: RoleNames = new Map(),
): Promise<readonly InstallationChange[]> {
  const subscriptions = installationSubscriptions.map(async (wanted) => {
    const existing = await present(pubsub.getSubscription(subscriptionName(target, wanted)));
    return compare(target, wanted, existing).change;
  });
  const policies = policyEdits(target, names).map(async ({ resource, edit }) =>
    policyChange(resource, (await present(pubsub.getPolicy(resource))) ?? {}, edit),
  );
  return found(...(await Promise.all([...subscriptions, ...policies])));
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

function subscriptionName({ project }: Target, { id }: Pick<InstallationSubscription, "id">): string {
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

/** A policy of a topic or subscription, and what is made of it. */
interface PolicyEdit {
  readonly resource: string;
  readonly edit: (policy: Policy) => Policy;
}

/**
 * Pub/Sub moves what cannot be delivered in its own name: it takes from the subscription and gives to the topic of the dead.
 *
 * @see https://cloud.google.com/pubsub/docs/handling-failures#grant_forwarding_permissions
 */
function forwardings({ project, projectNumber }: Target): readonly PolicyEdit[] {
  const member = `serviceAccount:service-${projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`;
  const forwarding = (resource: string, role: string): PolicyEdit => ({
    resource,
    edit: (policy) => withGrants(policy, [{ role, member }]),
  });
  return installationSubscriptions
    .filter(({ push }) => push)
    .flatMap(({ id, topic }) => [
      forwarding(`projects/${project}/topics/${topic}-dead`, "roles/pubsub.publisher"),
      forwarding(`projects/${project}/subscriptions/${id}`, "roles/pubsub.subscriber"),
    ]);
}

function policyEdits(target: Target, names: RoleNames): readonly PolicyEdit[] {
  return [...forwardings(target), ...readers(target, names)];
}

/** Who decides about requests looks who may have published them. */
function readers({ project }: Target, names: RoleNames): readonly PolicyEdit[] {
  return installationAccounts(project).flatMap((account) =>
    account.readsPolicyOf.map((topic) => {
      const usual = [{ role: topicsRoleName(project, account.name), member: memberOf(account) }];
      const grants = underNames(usual, names);
      return { resource: `projects/${project}/topics/${topic}`, edit: (policy: Policy) => withGrants(policy, grants) };
    }),
  );
}

async function ensurePolicy(pubsub: PubsubClient, { resource, edit }: PolicyEdit): Promise<void> {
  const access = {
    get: () => pubsub.getPolicy(resource),
    set: (policy: Policy) => pubsub.setPolicy(resource, policy),
  };
  await persist(isUnknownMember, () => editPolicy(access, edit));
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
