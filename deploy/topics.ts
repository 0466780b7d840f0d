import type { PubsubClient, Topic } from "../google/clients/pubsub.ts";
import { found, type InstallationChange, present } from "./change.ts";
import { installationLabels, type Target } from "./installation.ts";
import { refuseForeign } from "./ownership.ts";
import type { RoleNames } from "./roles.ts";
import { ensureSubscriptions, installationTopics, planSubscriptions } from "./subscriptions.ts";
import { ensureTopicPolicies, planTopicPolicies } from "./topic-policies.ts";

/**
 * Ensures the installation's topics and subscriptions, and who has rights in them.
 *
 * @param names what the installation's roles are called, by their usual names, where that is another
 * @throws ApiError ALREADY_EXISTS when one of that name is somebody else's
 */
export async function ensureTopics(pubsub: PubsubClient, target: Target, names: RoleNames = new Map()): Promise<void> {
  await Promise.all(
    installationTopics.map(async (id) => {
      const name = topicName(target, id);
      if (!topicChange(target, { name, found: await pubsub.getTopic(name) })) return;
      await pubsub.createTopic(name, { labels: installationLabels(target.project) });
    }),
  );
  await ensureSubscriptions(pubsub, target);
  await ensureTopicPolicies(pubsub, target, names);
}

/** What `ensureTopics` would make and change. */
export async function planTopics(
  pubsub: Pick<PubsubClient, "getTopic" | "getSubscription" | "getPolicy">,
  target: Target,
  roleNames: RoleNames = new Map(),
): Promise<readonly InstallationChange[]> {
  const names = installationTopics.map((id) => topicName(target, id));
  const [topics, ofSubscriptions, ofPolicies] = await Promise.all([
    Promise.all(names.map((name) => present(pubsub.getTopic(name)))),
    planSubscriptions(pubsub, target),
    planTopicPolicies(pubsub, target, roleNames),
  ]);
  return found(
    ...names.map((name, index) => topicChange(target, { name, found: topics[index] })),
    ofSubscriptions,
    ofPolicies,
  );
}

function topicChange(
  target: Target,
  { name, found: topic }: { readonly name: string; readonly found: Topic | undefined },
): InstallationChange | undefined {
  if (!topic) return { kind: "topic", action: "create", resource: name, differences: [] };
  refuseForeign(topic, target, { name, method: "pubsub.topics.get" });
  return undefined;
}

function topicName({ project }: Target, id: string): string {
  return `projects/${project}/topics/${id}`;
}
