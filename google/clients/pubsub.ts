import type { Connect } from "../auth.ts";
import { createRest } from "../rest.ts";

const api = "https://pubsub.googleapis.com/v1";

/** A topic, `projects/{project}/topics/{topic}`. */
export interface Topic {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A message; those with one ordering key are delivered in their order. */
export interface Message {
  /** Base64. */
  readonly data: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly orderingKey?: string;
}

/** Pub/Sub. @see https://cloud.google.com/pubsub/docs/reference/rest */
export interface PubsubClient {
  readonly getTopic: (name: string) => Promise<Topic | undefined>;
  readonly createTopic: (name: string, topic: Topic) => Promise<Topic>;
  readonly publish: (topic: string, message: Message) => Promise<void>;
}

/** Opens Pub/Sub. */
export const connectPubsub: Connect<PubsubClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  const site = (method: string, resource: string) => ({ method: `pubsub.${method}`, resource });
  return {
    getTopic: (name) => rest.findJson({ method: "GET", url: `${api}/${name}`, site: site("topics.get", name) }),
    createTopic: (name, body) =>
      rest.fetchJson({ method: "PUT", url: `${api}/${name}`, body, site: site("topics.create", name) }),
    async publish(topic, message) {
      const body = { messages: [message] };
      const url = `${api}/${topic}:publish`;
      await rest.fetchJson({ method: "POST", url, body, site: site("topics.publish", topic) });
    },
  };
};
