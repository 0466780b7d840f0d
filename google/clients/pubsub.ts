import type { Connect } from "../auth.ts";
import { createRest } from "../rest.ts";

const api = "https://pubsub.googleapis.com/v1";

/** A topic, `projects/{project}/topics/{topic}`. */
export interface Topic {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Pub/Sub. @see https://cloud.google.com/pubsub/docs/reference/rest */
export interface PubsubClient {
  readonly getTopic: (name: string) => Promise<Topic | undefined>;
  readonly createTopic: (name: string, topic: Topic) => Promise<Topic>;
}

/** Opens Pub/Sub. */
export const connectPubsub: Connect<PubsubClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  const site = (method: string, resource: string) => ({ method: `pubsub.${method}`, resource });
  return {
    getTopic: (name) => rest.findJson({ method: "GET", url: `${api}/${name}`, site: site("topics.get", name) }),
    createTopic: (name, body) =>
      rest.fetchJson({ method: "PUT", url: `${api}/${name}`, body, site: site("topics.create", name) }),
  };
};
