import type { PubsubClient } from "../google/clients/pubsub.ts";
import { editPolicy, everybody, type Grant, type Policy } from "../google/policy.ts";
import { isUnknownMember } from "./bucket.ts";
import { found, type InstallationChange, policyChange, present } from "./change.ts";
import { persist } from "./eventually.ts";
import { installationAccounts, type Target, topicsRoleName } from "./installation.ts";
import { memberOf, reconcile } from "./reconcile.ts";
import { type RoleNames, underNames } from "./roles.ts";
import { installationSubscriptions, installationTopics, subscriptionName } from "./subscriptions.ts";

/** Ensures who has rights in the installation's topics and subscriptions, which are there. */
export async function ensureTopicPolicies(pubsub: PubsubClient, target: Target, names: RoleNames): Promise<void> {
  await Promise.all(policyEdits(target, names).map((edit) => ensurePolicy(pubsub, edit)));
}

/** What `ensureTopicPolicies` would change. */
export async function planTopicPolicies(
  pubsub: Pick<PubsubClient, "getPolicy">,
  target: Target,
  names: RoleNames,
): Promise<readonly InstallationChange[]> {
  const policies = policyEdits(target, names).map(async ({ resource, edit }) =>
    policyChange(resource, (await present(pubsub.getPolicy(resource))) ?? {}, edit),
  );
  return found(...(await Promise.all(policies)));
}

/** A policy of a topic or subscription, and what is made of it. */
interface PolicyEdit {
  readonly resource: string;
  readonly edit: (policy: Policy) => Policy;
}

/**
 * Of the installation's accounts these alone have rights in a topic or subscription of it, and everybody has none: whoever
 * publishes to a topic asks for environments, or tells events that never were. Whom people added by name stays.
 */
function policyEdits(target: Target, names: RoleNames): readonly PolicyEdit[] {
  const { project } = target;
  const decided = [...installationAccounts(project).map(memberOf), ...everybody];
  const wanted = [...forwardings(target), ...readers(target, names)];
  const topics = installationTopics.map((id) => `projects/${project}/topics/${id}`);
  const subscriptions = installationSubscriptions.map((each) => subscriptionName(target, each));
  return [...topics, ...subscriptions].map((resource) => {
    const grants = wanted.filter((grant) => grant.on === resource).map(({ role, member }) => ({ role, member }));
    return { resource, edit: (policy) => reconcile(policy, grants, decided) };
  });
}

/** A grant, and on which topic or subscription. */
interface GrantOn extends Grant {
  readonly on: string;
}

/**
 * Pub/Sub moves what cannot be delivered in its own name: it takes from the subscription and gives to the topic of the dead.
 *
 * @see https://cloud.google.com/pubsub/docs/handling-failures#grant_forwarding_permissions
 */
function forwardings(target: Target): readonly GrantOn[] {
  const member = `serviceAccount:service-${target.projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`;
  return installationSubscriptions
    .filter(({ push }) => push)
    .flatMap((from) => [
      { on: `projects/${target.project}/topics/${from.topic}-dead`, role: "roles/pubsub.publisher", member },
      { on: subscriptionName(target, from), role: "roles/pubsub.subscriber", member },
    ]);
}

/** Who decides about requests looks who may have published them. */
function readers({ project }: Target, names: RoleNames): readonly GrantOn[] {
  return installationAccounts(project).flatMap((account) => {
    const usual = { role: topicsRoleName(project, account.name), member: memberOf(account) };
    return account.readsPolicyOf.flatMap((topic) =>
      underNames([usual], names).map((grant) => ({ ...grant, on: `projects/${project}/topics/${topic}` })),
    );
  });
}

async function ensurePolicy(pubsub: PubsubClient, { resource, edit }: PolicyEdit): Promise<void> {
  const access = {
    get: () => pubsub.getPolicy(resource),
    set: (policy: Policy) => pubsub.setPolicy(resource, policy),
  };
  await persist(isUnknownMember, () => editPolicy(access, edit));
}
