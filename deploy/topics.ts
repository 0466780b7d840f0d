import type { PubsubClient, Topic } from "../google/clients/pubsub.ts";
import { found, type InstallationChange, present } from "./change.ts";
import { installationLabels, type Target } from "./installation.ts";
import { refuseForeign } from "./ownership.ts";

/** The topics of an installation: `alloyrun-events` tells what happens to environments, in the order of each. */
const installationTopics = ["alloyrun-events"] as const;

/**
 * Ensures the installation's topics.
 *
 * @throws ApiError ALREADY_EXISTS when a topic of that name is somebody else's
 */
export async function ensureTopics(
  pubsub: Pick<PubsubClient, "getTopic" | "createTopic">,
  target: Target,
): Promise<void> {
  await Promise.all(
    installationTopics.map(async (id) => {
      const name = topicName(target, id);
      if (!topicChange(target, { name, found: await pubsub.getTopic(name) })) return;
      await pubsub.createTopic(name, { labels: installationLabels(target.project) });
    }),
  );
}

/** What `ensureTopics` would make. */
export async function planTopics(
  pubsub: Pick<PubsubClient, "getTopic">,
  target: Target,
): Promise<readonly InstallationChange[]> {
  const names = installationTopics.map((id) => topicName(target, id));
  const topics = await Promise.all(names.map((name) => present(pubsub.getTopic(name))));
  return found(...names.map((name, index) => topicChange(target, { name, found: topics[index] })));
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
