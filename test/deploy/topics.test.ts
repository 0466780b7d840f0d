import { describe, expect, it } from "@jest/globals";
import { installationSubscriptions, installationTopics } from "../../deploy/subscriptions.ts";
import { ensureTopics, planTopics } from "../../deploy/topics.ts";
import type { PubsubClient, Subscription, Topic } from "../../google/clients/pubsub.ts";
import { ApiError } from "../../google/error.ts";
import type { Policy } from "../../google/policy.ts";

const target = { project: "my-project", projectNumber: "12345", region: "us-central1" };
const subscription = (id: string) => `projects/my-project/subscriptions/${id}`;

/** Topics, subscriptions and policies in memory, with what Google fills in. */
function pubsubInMemory() {
  const topics = new Map<string, Topic>();
  const subscriptions = new Map<string, Subscription>();
  const policies = new Map<string, Policy>();
  const writes: string[] = [];
  const write = <Value>(map: Map<string, Value>, name: string, value: Value) => {
    writes.push(name);
    map.set(name, value);
    return Promise.resolve(value);
  };
  const client: PubsubClient = {
    publish: () => Promise.reject(new Error("nothing is published here")),
    getTopic: async (name) => topics.get(name),
    createTopic: (name, topic) => write(topics, name, topic),
    getSubscription: async (name) => subscriptions.get(name),
    createSubscription: (name, { pushConfig, ...rest }) => {
      const { topic = "" } = rest;
      if (!topics.has(topic)) throw new ApiError({ method: "m", resource: topic, code: "NOT_FOUND", text: "no topic" });
      const filledIn = pushConfig && { ...pushConfig, attributes: { "x-goog-version": "v1" } };
      return write(subscriptions, name, { ...rest, pushConfig: filledIn ?? {} });
    },
    patchSubscription: (name, wanted, fields) => {
      const changed = Object.fromEntries(fields.map((field) => [field, Reflect.get(wanted, field)]));
      return write(subscriptions, name, { ...subscriptions.get(name), ...changed });
    },
    getPolicy: async (resource) => policies.get(resource) ?? {},
    setPolicy: (resource, policy) => write(policies, resource, policy),
  };
  return { client, subscriptions, policies, topics, writes };
}

describe("ensureTopics", () => {
  it("makes every topic and subscription, none of which expires, and changes nothing the second time", async () => {
    const held = pubsubInMemory();
    await ensureTopics(held.client, target);
    expect([...held.topics.keys()].sort()).toEqual(installationTopics.map((id) => `projects/my-project/topics/${id}`));
    expect(held.subscriptions.size).toBe(installationSubscriptions.length);
    for (const { expirationPolicy, messageRetentionDuration } of held.subscriptions.values()) {
      expect([expirationPolicy, messageRetentionDuration]).toEqual([{}, "2678400s"]);
    }
    held.writes.length = 0;
    await ensureTopics(held.client, target);
    expect(held.writes).toEqual([]);
  });

  it("pushes as the account for that, with tokens for the function itself", async () => {
    const held = pubsubInMemory();
    await ensureTopics(held.client, target);
    const audience = "https://alloyrun-request-12345.us-central1.run.app";
    expect(held.subscriptions.get(subscription("alloyrun-requests"))?.pushConfig).toMatchObject({
      pushEndpoint: `${audience}/v1/messages`,
      oidcToken: { serviceAccountEmail: "alloyrun-push@my-project.iam.gserviceaccount.com", audience },
    });
  });

  it("keeps the order of an environment's events, and lets Pub/Sub move what cannot be delivered", async () => {
    const held = pubsubInMemory();
    await ensureTopics(held.client, target);
    const events = held.subscriptions.get(subscription("alloyrun-events"));
    expect(events).toMatchObject({
      enableMessageOrdering: true,
      deadLetterPolicy: { deadLetterTopic: "projects/my-project/topics/alloyrun-events-dead" },
    });
    const members = ["serviceAccount:service-12345@gcp-sa-pubsub.iam.gserviceaccount.com"];
    const granted = (resource: string) => held.policies.get(`projects/my-project/${resource}`)?.bindings;
    expect(granted("topics/alloyrun-events-dead")).toEqual([{ role: "roles/pubsub.publisher", members }]);
    expect(granted("subscriptions/alloyrun-events")).toEqual([{ role: "roles/pubsub.subscriber", members }]);
  });

  it("lets who decides about requests see who may publish them, on that one topic, and keeps those who may", async () => {
    const held = pubsubInMemory();
    const requests = "projects/my-project/topics/alloyrun-requests";
    const publisher = {
      role: "roles/pubsub.publisher",
      members: ["serviceAccount:ci@my-project.iam.gserviceaccount.com"],
    };
    held.policies.set(requests, { bindings: [publisher] });
    await ensureTopics(held.client, target);
    const role = "projects/my-project/roles/alloyrun_request_topics";
    const members = ["serviceAccount:alloyrun-request@my-project.iam.gserviceaccount.com"];
    expect(held.policies.get(requests)?.bindings).toEqual([publisher, { role, members }]);
    const others = [...held.policies].filter(([name]) => name !== requests);
    expect(JSON.stringify(others)).not.toContain("alloyrun_request_topics");
  });

  it("brings back what somebody changed, and nothing else", async () => {
    const held = pubsubInMemory();
    await ensureTopics(held.client, target);
    const name = subscription("alloyrun-events");
    const wanted = held.subscriptions.get(name);
    held.subscriptions.set(name, { ...wanted, ackDeadlineSeconds: 10, labels: { team: "data", ...wanted?.labels } });
    held.writes.length = 0;
    await ensureTopics(held.client, target);
    expect(held.writes).toEqual([name]);
    expect(held.subscriptions.get(name)).toMatchObject({ ackDeadlineSeconds: 60, labels: { team: "data" } });
  });

  it("leaves a subscription of the name as it is that it did not make", async () => {
    const held = pubsubInMemory();
    held.subscriptions.set(subscription("alloyrun-requests"), { labels: {} });
    const refusal = { code: "ALREADY_EXISTS", resource: subscription("alloyrun-requests") };
    await expect(ensureTopics(held.client, target)).rejects.toMatchObject(refusal);
    expect(held.subscriptions.get(subscription("alloyrun-requests"))).toEqual({ labels: {} });
  });
});

describe("policies of topics and subscriptions", () => {
  const people = { role: "roles/pubsub.publisher", members: ["serviceAccount:ci@other.iam.gserviceaccount.com"] };
  const ours = "serviceAccount:alloyrun-hook@my-project.iam.gserviceaccount.com";
  const resources = [
    ...installationTopics.map((id) => `projects/my-project/topics/${id}`),
    ...installationSubscriptions.map(({ id }) => subscription(id)),
  ];

  it.each(["allUsers", "allAuthenticatedUsers", ours])("have no grant to %s, which the plan names", async (member) => {
    const held = pubsubInMemory();
    await ensureTopics(held.client, target);
    const before = new Map(held.policies);
    const role = "roles/pubsub.publisher";
    for (const resource of resources) {
      const bindings = [...(before.get(resource)?.bindings ?? []), people, { role, members: [member] }];
      held.policies.set(resource, { bindings });
    }
    const difference = `- ${role} to ${member.replace("serviceAccount:", "")}`;
    expect(await planTopics(held.client, target)).toEqual(
      resources.map((resource) => ({ kind: "grants", action: "update", resource, differences: [difference] })),
    );
    await ensureTopics(held.client, target);
    for (const resource of resources) {
      expect(held.policies.get(resource)?.bindings).toEqual([...(before.get(resource)?.bindings ?? []), people]);
    }
    expect(await planTopics(held.client, target)).toEqual([]);
  });
});

describe("planTopics", () => {
  it("lists topics, subscriptions and what Pub/Sub needs to forward, and makes none of it", async () => {
    const held = pubsubInMemory();
    const kinds = (await planTopics(held.client, target)).map(({ kind }) => kind);
    const count = (wanted: string) => kinds.filter((kind) => kind === wanted).length;
    expect(count("topic")).toBe(installationTopics.length);
    expect(count("subscription")).toBe(installationSubscriptions.length);
    expect(count("grants")).toBe(2 * installationSubscriptions.filter(({ push }) => push).length + 1);
    expect(held.writes).toEqual([]);
  });

  it("lists only what somebody changed since, setting by setting", async () => {
    const held = pubsubInMemory();
    await ensureTopics(held.client, target);
    expect(await planTopics(held.client, target)).toEqual([]);
    const name = subscription("alloyrun-events");
    held.subscriptions.set(name, { ...held.subscriptions.get(name), ackDeadlineSeconds: 10, retryPolicy: {} });
    held.policies.set(name, {});
    expect(await planTopics(held.client, target)).toEqual([
      {
        kind: "subscription",
        action: "update",
        resource: name,
        differences: ["~ ackDeadlineSeconds", "~ retryPolicy"],
      },
      {
        ...{ kind: "grants", action: "update", resource: name },
        differences: ["+ roles/pubsub.subscriber to service-12345@gcp-sa-pubsub.iam.gserviceaccount.com"],
      },
    ]);
  });
});
