import type { PubsubClient } from "../google/clients/pubsub.ts";
import { installationLabels, type Target } from "./installation.ts";
import { refuseForeign } from "./ownership.ts";

/** The topics of an installation: `alloyrun-events` tells what happens to environments, in the order of each. */
export const installationTopics = ["alloyrun-events"] as const;

/**
 * Ensures the installation's topics.
 *
 * @throws ApiError ALREADY_EXISTS when a topic of that name is somebody else's
 */
export async function ensureTopics(pubsub: PubsubClient, target: Target): Promise<void> {
  await Promise.all(
    installationTopics.map(async (id) => {
      const name = `projects/${target.project}/topics/${id}`;
      const found = await pubsub.getTopic(name);
      if (found) refuseForeign(found, target, { name, method: "pubsub.topics.get" });
      else await pubsub.createTopic(name, { labels: installationLabels(target.project) });
    }),
  );
}
