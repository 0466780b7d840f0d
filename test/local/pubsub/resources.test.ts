import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import { errorOf, testProject } from "../../support/local-cloud.ts";
import { type PubSubFixture, startPubSub, text } from "./fixture.ts";

let pubsub: PubSubFixture;
const advance = (seconds: number) => pubsub.local.cloud.clock.advance(seconds * 1000);
const texts = async (name: string) => (await pubsub.pull(name)).map((one) => one.text);

beforeAll(async () => {
  pubsub = await startPubSub();
}, 60_000);
afterAll(() => pubsub.stop());

describe("topics", () => {
  it("are made once, changed by mask, listed with pages and deleted", async () => {
    const path = `projects/${testProject}/topics`;
    for (const id of ["aaa", "aab", "aac"]) await pubsub.call(`PUT ${path}/${id}`, { labels: { id } });
    expect(errorOf(await pubsub.call(`PUT ${path}/aaa`, {}))).toMatchObject({
      status: "ALREADY_EXISTS",
      message: "Resource already exists in the project (resource=aaa).",
    });
    const changed = await pubsub.call(`PATCH ${path}/aaa`, {
      topic: { labels: { x: "y" }, messageRetentionDuration: "600s" },
      updateMask: "labels,messageRetentionDuration",
    });
    expect(changed.body).toEqual({
      name: `${path}/aaa`,
      labels: { x: "y" },
      messageRetentionDuration: "600s",
      state: "ACTIVE",
    });
    const first = await pubsub.call("GET topics?pageSize=2");
    const second = await pubsub.call(`GET topics?pageSize=2&pageToken=${first.body.nextPageToken}`);
    const names = [first, second].flatMap(({ body }) => body.topics as readonly JsonObject[]).map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(["aaa", "aab", "aac"].map((id) => `${path}/${id}`));
    for (const id of ["aaa", "aab", "aac"]) expect((await pubsub.call(`DELETE ${path}/${id}`)).body).toEqual({});
    expect(errorOf(await pubsub.call(`GET ${path}/aaa`)).status).toBe("NOT_FOUND");
  });

  it.each([
    ["a short name", "PUT topics/ab", {}, "INVALID_ARGUMENT"],
    ["a name of Google's", "PUT topics/google-topic", {}, "INVALID_ARGUMENT"],
    ["a short retention", "PUT topics/refused", { messageRetentionDuration: "599s" }, "INVALID_ARGUMENT"],
    ["a schema", "PUT topics/refused", { schemaSettings: { schema: "projects/p/schemas/s" } }, "UNIMPLEMENTED"],
    ["a key", "PUT topics/refused", { kmsKeyName: "k" }, "UNIMPLEMENTED"],
    ["an unknown field", "PUT topics/refused", { nme: 1 }, "INVALID_ARGUMENT"],
    ["an update without a mask", "PATCH topics/refused", { topic: { labels: {} } }, "INVALID_ARGUMENT"],
  ])("refuse %s", async (_, target, body, status) => {
    expect(errorOf(await pubsub.call(target, body)).status).toBe(status);
  });

  it("leave their subscriptions behind with what they have; one of the same name is another", async () => {
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({});
    await pubsub.publish(topic, text("old"));
    await pubsub.call(`DELETE ${topic}`);
    expect((await pubsub.call(`GET ${name}`)).body.topic).toBe("_deleted-topic_");
    await pubsub.call(`PUT ${topic}`, {});
    await pubsub.publish(topic, text("new"));
    expect((await pubsub.call(`GET ${topic}/subscriptions`)).body).toEqual({});
    expect(await texts(name)).toEqual(["old"]);
  });
});

describe("subscriptions", () => {
  it("are answered with what Pub/Sub fills in", async () => {
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({});
    expect((await pubsub.call(`GET ${name}`)).body).toEqual({
      name,
      topic,
      pushConfig: {},
      ackDeadlineSeconds: 10,
      messageRetentionDuration: "604800s",
      expirationPolicy: { ttl: "2678400s" },
      state: "ACTIVE",
    });
    expect((await pubsub.call(`GET ${topic}/subscriptions`)).body).toEqual({ subscriptions: [name] });
  });

  it.each([
    ["a short deadline", { ackDeadlineSeconds: 9 }, "INVALID_ARGUMENT"],
    ["a filter that is none", { filter: "kind = a" }, "INVALID_ARGUMENT"],
    [
      "a dead letter topic that is not there",
      { deadLetterPolicy: { deadLetterTopic: `projects/${testProject}/topics/none` } },
      "NOT_FOUND",
    ],
    [
      "few attempts",
      { deadLetterPolicy: { deadLetterTopic: "projects/p/topics/t", maxDeliveryAttempts: 4 } },
      "INVALID_ARGUMENT",
    ],
    [
      "a least pause above the most",
      { retryPolicy: { minimumBackoff: "20s", maximumBackoff: "10s" } },
      "INVALID_ARGUMENT",
    ],
    ["an expiration within a day", { expirationPolicy: { ttl: "3600s" } }, "INVALID_ARGUMENT"],
    ["a plain HTTP endpoint elsewhere", { pushConfig: { pushEndpoint: "http://example.com" } }, "INVALID_ARGUMENT"],
    ["BigQuery", { bigqueryConfig: { table: "p.d.t" } }, "UNIMPLEMENTED"],
    ["Cloud Storage", { cloudStorageConfig: { bucket: "b" } }, "UNIMPLEMENTED"],
    ["a topic that is not there", { topic: `projects/${testProject}/topics/none` }, "NOT_FOUND"],
  ])("refuse %s", async (_, settings, status) => {
    const { topic } = await pubsub.make();
    const answer = await pubsub.call("PUT subscriptions/refused", { topic, ...settings });
    expect(errorOf(answer).status).toBe(status);
    expect((await pubsub.call("GET subscriptions/refused")).status).toBe(404);
  });

  it("change what the mask names; the filter, the topic and the ordering stay", async () => {
    const {
      subscriptions: [name = ""],
    } = await pubsub.make({ labels: { a: "b" } });
    const changed = await pubsub.call(`PATCH ${name}`, {
      subscription: { ackDeadlineSeconds: 30, expirationPolicy: {} },
      updateMask: "ack_deadline_seconds,expiration_policy,labels",
    });
    expect(changed.body).toMatchObject({ ackDeadlineSeconds: 30, expirationPolicy: {} });
    expect(changed.body).not.toHaveProperty("labels");
    for (const [field, value] of [
      ["filter", "attributes:x"],
      ["enableMessageOrdering", true],
      ["topic", "projects/p/topics/t"],
    ]) {
      const refused = await pubsub.call(`PATCH ${name}`, {
        subscription: { [String(field)]: value },
        updateMask: field,
      });
      expect(errorOf(refused).status).toBe("INVALID_ARGUMENT");
    }
  });
});

describe("Seek", () => {
  it("to a time brings back what was published since and is retained, and acknowledges what is older", async () => {
    const {
      topic,
      subscriptions: [plain = "", retaining = ""],
    } = await pubsub.make({}, { retainAckedMessages: true });
    await pubsub.publish(topic, text("1"));
    await advance(60);
    const since = pubsub.local.cloud.clock.timestamp();
    await advance(60);
    await pubsub.publish(topic, text("2"), text("3"));
    await pubsub.acknowledge(retaining, await pubsub.pull(retaining));
    for (const name of [plain, retaining]) {
      expect((await pubsub.call(`POST ${name}:seek`, { time: since })).body).toEqual({});
      expect(await texts(name)).toEqual(["2", "3"]);
    }
    await pubsub.call(`POST ${retaining}:seek`, { time: pubsub.local.cloud.clock.timestamp() });
    await advance(60);
    expect(await pubsub.pull(retaining)).toEqual([]);
  });

  it("brings back what the topic retains, also from before the subscription was made", async () => {
    const { topic } = await pubsub.make();
    await pubsub.call(`PATCH ${topic}`, {
      topic: { messageRetentionDuration: "600s" },
      updateMask: "messageRetentionDuration",
    });
    await pubsub.publish(topic, text("early"));
    await advance(300);
    await pubsub.publish(topic, text("later"));
    const name = `${topic.replace("topics", "subscriptions")}-late`;
    await pubsub.call(`PUT ${name}`, { topic });
    expect(await texts(name)).toEqual([]);
    await pubsub.call(`POST ${name}:seek`, { time: "2020-01-01T00:00:00Z" });
    const received = await pubsub.pull(name);
    expect(received.map((one) => one.text)).toEqual(["early", "later"]);
    await pubsub.acknowledge(name, received);
    await advance(300);
    await pubsub.call(`POST ${name}:seek`, { time: "2020-01-01T00:00:00Z" });
    expect(await texts(name)).toEqual(["later"]);
  });

  it("to a snapshot brings back what was not acknowledged when it was made, and all that came later", async () => {
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({});
    await pubsub.publish(topic, text("1"), text("2"));
    const received = await pubsub.pull(name);
    await pubsub.acknowledge(name, received.slice(0, 1));
    const snapshot = `projects/${testProject}/snapshots/my-snapshot`;
    const made = await pubsub.call(`PUT ${snapshot}`, { subscription: name, labels: { a: "b" } });
    expect(made.body).toEqual({ name: snapshot, topic, labels: { a: "b" }, expireTime: expect.any(String) });
    expect((await pubsub.call(`GET ${topic}/snapshots`)).body).toEqual({ snapshots: [snapshot] });
    await pubsub.publish(topic, text("3"));
    await pubsub.acknowledge(name, [...received, ...(await pubsub.pull(name))]);
    await advance(60);
    expect(await texts(name)).toEqual([]);
    await pubsub.call(`POST ${name}:seek`, { snapshot });
    expect(await texts(name)).toEqual(["2", "3"]);
    const {
      subscriptions: [other = ""],
    } = await pubsub.make({});
    expect(errorOf(await pubsub.call(`POST ${other}:seek`, { snapshot })).status).toBe("FAILED_PRECONDITION");
    await advance(7 * 86_400);
    expect((await pubsub.call(`GET ${snapshot}`)).status).toBe(404);
  });
});

describe("access", () => {
  it("is demanded method by method, and granted by policies of topics and subscriptions", async () => {
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({});
    const as = "user:jo@example.com";
    const publish = () => pubsub.call(`POST ${topic}:publish`, { messages: [text("x")] }, { as });
    const pull = () => pubsub.call(`POST ${name}:pull`, { maxMessages: 1, returnImmediately: true }, { as });
    expect(errorOf(await publish())).toMatchObject({
      code: 403,
      message: expect.stringContaining("pubsub.topics.publish"),
    });
    const grant = (resource: string, role: string) =>
      pubsub.call(`POST ${resource}:setIamPolicy`, { policy: { bindings: [{ role, members: [as] }] } });
    await grant(topic, "roles/pubsub.publisher");
    await grant(name, "roles/pubsub.subscriber");
    await advance(300);
    expect([(await publish()).status, (await pull()).status]).toEqual([200, 200]);
    expect((await pubsub.call(`DELETE ${topic}`, undefined, { as })).status).toBe(403);
    expect((await pubsub.call(`POST ${name}:detach`, {}, { as })).status).toBe(403);
    const asked = { permissions: ["pubsub.topics.publish", "pubsub.topics.delete"] };
    const tested = await pubsub.call(`POST ${topic}:testIamPermissions`, asked, { as });
    expect(tested.body).toEqual({ permissions: ["pubsub.topics.publish"] });
    expect((await pubsub.call("GET topics/none:getIamPolicy")).status).toBe(404);
  });
});
