import type { Principal } from "../access/principal.ts";
import type { Cloud } from "../cloud.ts";

/** The identity in which Pub/Sub acts for a project: `service-{number}@gcp-sa-pubsub.iam.gserviceaccount.com`. */
export function agentOf({ projects }: Cloud, project: string): Principal {
  const { projectNumber } = projects.ensure(project);
  const email = `service-${projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`;
  return { kind: "serviceAccount", email, uniqueId: email };
}
