import type { Connect } from "../auth.ts";
import type { Policy } from "../policy.ts";
import { createRest, type Rest } from "../rest.ts";

const api = "https://pubsub.googleapis.com/v1";

/** A topic, `projects/{project}/topics/{topic}`. */
export interface Topic {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A subscription, `projects/{project}/subscriptions/{subscription}`, as far as alloyrun looks at it. */
export interface Subscription {
  readonly name?: string;
  readonly topic?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly pushConfig?: {
    readonly pushEndpoint?: string;
    readonly oidcToken?: { readonly serviceAccountEmail?: string; readonly audience?: string };
  };
  readonly ackDeadlineSeconds?: number;
  readonly messageRetentionDuration?: string;
  /** An empty one: it never expires. */
  readonly expirationPolicy?: { readonly ttl?: string };
  readonly enableMessageOrdering?: boolean;
  readonly retryPolicy?: { readonly minimumBackoff?: string; readonly maximumBackoff?: string };
  readonly deadLetterPolicy?: { readonly deadLetterTopic?: string; readonly maxDeliveryAttempts?: number };
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
  readonly getSubscription: (name: string) => Promise<Subscription | undefined>;
  readonly createSubscription: (name: string, subscription: Subscription) => Promise<Subscription>;
  /** Changes the given fields, each as a whole. */
  readonly patchSubscription: (
    name: string,
    subscription: Subscription,
    fields: readonly string[],
  ) => Promise<Subscription>;
  /** Policy of a topic or subscription. */
  readonly getPolicy: (resource: string) => Promise<Policy>;
  /** Replaces it; ABORTED when it is no longer the one whose `etag` is given. */
  readonly setPolicy: (resource: string, policy: Policy) => Promise<Policy>;
  readonly publish: (topic: string, message: Message) => Promise<void>;
}

/** Opens Pub/Sub. */
export const connectPubsub: Connect<PubsubClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  return {
    getTopic: (name) => rest.findJson(call("GET", "topics.get", name)),
    createTopic: (name, body) => rest.fetchJson({ ...call("PUT", "topics.create", name), body }),
    ...subscriptionsOf(rest),
    getPolicy: (resource) => {
      const request = call("GET", "getIamPolicy", resource);
      return rest.fetchJson({ ...request, url: `${request.url}:getIamPolicy` });
    },
    setPolicy: (resource, policy) => {
      const request = call("POST", "setIamPolicy", resource);
      return rest.fetchJson({ ...request, url: `${request.url}:setIamPolicy`, body: { policy } });
    },
    async publish(topic, message) {
      const request = call("POST", "topics.publish", topic);
      await rest.fetchJson({ ...request, url: `${request.url}:publish`, body: { messages: [message] } });
    },
  };
};

function subscriptionsOf(
  rest: Rest,
): Pick<PubsubClient, "getSubscription" | "createSubscription" | "patchSubscription"> {
  return {
    getSubscription: (name) => rest.findJson(call("GET", "subscriptions.get", name)),
    createSubscription: (name, body) => rest.fetchJson({ ...call("PUT", "subscriptions.create", name), body }),
    patchSubscription: (name, subscription, fields) => {
      const body = { subscription: { ...subscription, name }, updateMask: fields.join(",") };
      return rest.fetchJson({ ...call("PATCH", "subscriptions.update", name), body });
    },
  };
}

function call<Method extends "GET" | "PUT" | "POST" | "PATCH">(method: Method, verb: string, name: string) {
  return { method, url: `${api}/${name}`, site: { method: `pubsub.${verb}`, resource: name } };
}
