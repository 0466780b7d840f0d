import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { errorOf, rest, testProject } from "../../support/local-cloud.ts";
import { type Endpoint, openEndpoint, type PubSubFixture, startPubSub, text } from "./fixture.ts";

let pubsub: PubSubFixture;
let endpoint: Endpoint;
const advance = (seconds: number) => pubsub.local.cloud.clock.advance(seconds * 1000);
const account = `pusher@${testProject}.iam.gserviceaccount.com`;

beforeAll(async () => {
  pubsub = await startPubSub();
  await rest(pubsub.local, `POST iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`, {
    body: { accountId: "pusher" },
  });
  const service = `projects/${testProject}/services/pubsub.googleapis.com`;
  await rest(pubsub.local, `POST serviceusage.googleapis.com/v1beta1/${service}:generateServiceIdentity`, { body: {} });
  await advance(300);
}, 60_000);
afterAll(() => pubsub.stop());
beforeEach(async () => {
  endpoint = await openEndpoint();
});
afterEach(() => endpoint.close());

describe("a push subscription", () => {
  it("posts each message in its envelope, and is done with it when that is answered well", async () => {
    const pushConfig = { pushEndpoint: `${endpoint.url}/in?q=1` };
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({ pushConfig });
    const [messageId] = await pubsub.publish(topic, { ...text("hello"), attributes: { a: "b" } });
    await endpoint.visited(1);
    const [visit] = endpoint.visits;
    expect(visit).toMatchObject({ method: "POST", path: "/in?q=1", headers: { "content-type": "application/json" } });
    expect(visit?.headers).not.toHaveProperty("authorization");
    const { message, subscription, deliveryAttempt } = JSON.parse(visit?.body ?? "");
    expect({ subscription, deliveryAttempt }).toEqual({ subscription: name, deliveryAttempt: undefined });
    expect(message).toEqual({
      ...text("hello"),
      attributes: { a: "b" },
      messageId,
      message_id: messageId,
      publishTime: expect.any(String),
      publish_time: message.publishTime,
    });
    await advance(3600);
    expect(endpoint.visits).toHaveLength(1);
    expect(pubsub.local.cloud.store.collection("pubsub.deliveries").list(name)).toEqual([]);
  });

  it("posts again what was answered otherwise, after a pause that grows", async () => {
    endpoint.statuses.push(500, 403, 204);
    const { topic } = await pubsub.make({ pushConfig: { pushEndpoint: endpoint.url } });
    await pubsub.publish(topic, text("x"));
    await endpoint.visited(1);
    await advance(0.1);
    await endpoint.visited(2);
    await advance(0.2);
    await endpoint.visited(3);
    await advance(3600);
    expect(endpoint.visits).toHaveLength(3);
  });

  it("posts a key's messages one after the other", async () => {
    endpoint.statuses.push(200, 500);
    const settings = { enableMessageOrdering: true, pushConfig: { pushEndpoint: endpoint.url } };
    const { topic } = await pubsub.make(settings);
    await pubsub.publish(topic, ...["1", "2", "3"].map((value) => ({ ...text(value), orderingKey: "k" })));
    await endpoint.visited(2);
    await advance(1);
    await endpoint.visited(4);
    const bodies = endpoint.visits.map(({ body }) => JSON.parse(body).message.data);
    expect(bodies).toEqual(["1", "2", "2", "3"].map((value) => text(value).data));
  });

  it("posts the data alone when it is told not to wrap, with what is known of it in headers", async () => {
    const pushConfig = { pushEndpoint: endpoint.url, noWrapper: { writeMetadata: true } };
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({ pushConfig });
    const attributes = { "Content-Type": "text/plain", n: "1" };
    const [messageId] = await pubsub.publish(topic, { ...text("plain"), attributes, orderingKey: "k" });
    await endpoint.visited(1);
    expect(endpoint.visits[0]).toMatchObject({
      body: "plain",
      headers: {
        "content-type": "text/plain",
        n: "1",
        "x-goog-pubsub-subscription-name": name,
        "x-goog-pubsub-message-id": messageId,
        "x-goog-pubsub-ordering-key": "k",
      },
    });
  });

  it("speaks for its account with an ID token for its audience", async () => {
    const oidcToken = { serviceAccountEmail: account };
    const { topic } = await pubsub.make(
      { pushConfig: { pushEndpoint: endpoint.url, oidcToken } },
      { pushConfig: { pushEndpoint: endpoint.url, oidcToken: { ...oidcToken, audience: "mine" } } },
    );
    await pubsub.publish(topic, text("x"));
    await endpoint.visited(2);
    const audiences = endpoint.visits.map(({ headers }) => {
      const token = (headers.authorization ?? "").replace("Bearer ", "");
      const { audience, principal } = pubsub.local.cloud.tokens.verifyIdToken(token);
      expect(principal).toMatchObject({ kind: "serviceAccount", email: account });
      return audience;
    });
    expect(audiences.sort()).toEqual([endpoint.url, "mine"].sort());
  });

  it("needs the right to act as its account, which must exist", async () => {
    const { topic } = await pubsub.make();
    await pubsub.local.cloud.access.setPolicy(`//cloudresourcemanager.googleapis.com/projects/${testProject}`, {
      bindings: [{ role: "roles/pubsub.editor", members: ["user:jane@example.com"] }],
    });
    await advance(300);
    const create = (serviceAccountEmail: string, as: string) =>
      pubsub.call(
        "PUT subscriptions/for-account",
        { topic, pushConfig: { pushEndpoint: endpoint.url, oidcToken: { serviceAccountEmail } } },
        { as },
      );
    expect(errorOf(await create(account, "user:jane@example.com"))).toMatchObject({
      status: "PERMISSION_DENIED",
      message: expect.stringContaining("iam.serviceaccounts.actAs"),
    });
    expect((await create(`none@${testProject}.iam.gserviceaccount.com`, "owner")).status).toBe(403);
  });

  it("turns into one that is pulled, and back, losing nothing", async () => {
    endpoint.statuses.push(...Array.from({ length: 20 }, () => 500));
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({ pushConfig: { pushEndpoint: endpoint.url } });
    await pubsub.publish(topic, text("x"));
    await endpoint.visited(1);
    await pubsub.call(`POST ${name}:modifyPushConfig`, { pushConfig: {} });
    await advance(60);
    expect((await pubsub.pull(name)).map((one) => one.text)).toEqual(["x"]);
    endpoint.statuses.length = 0;
    const count = endpoint.visits.length;
    await pubsub.call(`POST ${name}:modifyPushConfig`, { pushConfig: { pushEndpoint: endpoint.url } });
    await advance(60);
    await endpoint.visited(count + 1);
    expect((await pubsub.call(`GET ${name}`)).body.pushConfig).toEqual({
      pushEndpoint: endpoint.url,
      attributes: { "x-goog-version": "v1" },
    });
  });
});

describe("a dead letter topic", () => {
  const agent = () =>
    `serviceAccount:service-${pubsub.local.cloud.projects.ensure(testProject).projectNumber}@gcp-sa-pubsub.iam.gserviceaccount.com`;

  async function failing(): Promise<{ name: string; letters: string; refuse: () => Promise<number | undefined> }> {
    const {
      topic: deadLetterTopic,
      subscriptions: [letters = ""],
    } = await pubsub.make({});
    const deadLetterPolicy = { deadLetterTopic, maxDeliveryAttempts: 5 };
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({ deadLetterPolicy });
    await pubsub.publish(topic, { ...text("bad"), attributes: { a: "b" } });
    const refuse = async () => {
      const received = await pubsub.pull(name);
      await pubsub.nack(name, received);
      return received[0]?.deliveryAttempt;
    };
    return { name, letters, refuse };
  }

  async function grant(resource: string, role: string): Promise<void> {
    const policy = { bindings: [{ role, members: [agent()] }] };
    expect((await pubsub.call(`POST ${resource}:setIamPolicy`, { policy })).body.bindings).toEqual(policy.bindings);
  }

  it("gets what failed as often as allowed, when Pub/Sub may publish there and consume here", async () => {
    const { name, letters, refuse } = await failing();
    const { body } = await pubsub.call(`GET ${name}`);
    const { deadLetterTopic } = body.deadLetterPolicy as { deadLetterTopic: string };
    await grant(deadLetterTopic, "roles/pubsub.publisher");
    await grant(name, "roles/pubsub.subscriber");
    await advance(300);
    const attempts = [];
    for (let count = 0; count < 5; count += 1) attempts.push(await refuse());
    expect(attempts).toEqual([1, 2, 3, 4, 5]);
    expect(await pubsub.pull(name)).toEqual([]);
    const [letter] = await pubsub.pull(letters);
    expect(letter).toMatchObject({
      text: "bad",
      message: {
        attributes: {
          a: "b",
          CloudPubSubDeadLetterSourceDeliveryCount: "5",
          CloudPubSubDeadLetterSourceSubscription: name.split("/").at(-1),
          CloudPubSubDeadLetterSourceSubscriptionProject: testProject,
        },
      },
    });
  });

  it("gets nothing while Pub/Sub lacks the rights: the message is delivered on", async () => {
    const { letters, refuse } = await failing();
    for (let count = 0; count < 7; count += 1) await refuse();
    expect(await refuse()).toBe(8);
    expect(await pubsub.pull(letters)).toEqual([]);
  });
});
