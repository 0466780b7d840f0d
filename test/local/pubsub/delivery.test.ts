import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { errorOf, testProject } from "../../support/local-cloud.ts";
import { type PubSubFixture, type Received, startPubSub, text } from "./fixture.ts";

let pubsub: PubSubFixture;
const advance = (seconds: number) => pubsub.local.cloud.clock.advance(seconds * 1000);
const texts = (received: readonly Received[]) => received.map((one) => one.text);

beforeAll(async () => {
  pubsub = await startPubSub();
}, 60_000);
afterAll(() => pubsub.stop());

describe("Publish", () => {
  it("gives a message to every subscription, with its id and the time", async () => {
    const { topic, subscriptions } = await pubsub.make({}, {});
    const [id] = await pubsub.publish(topic, { ...text("hello"), attributes: { a: "b" }, orderingKey: "k" });
    for (const subscription of subscriptions) {
      const [received] = await pubsub.pull(subscription);
      expect(received?.message).toEqual({
        ...text("hello"),
        attributes: { a: "b" },
        orderingKey: "k",
        messageId: id,
        publishTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      });
    }
  });

  it("leaves no message behind that nobody gets", async () => {
    const { topic } = await pubsub.make();
    const before = pubsub.local.cloud.store.collection("pubsub.messages").list().length;
    await pubsub.publish(topic, text("lost"));
    expect(pubsub.local.cloud.store.collection("pubsub.messages").list()).toHaveLength(before);
  });

  it.each([
    ["no message at all", [], "messages"],
    ["an empty message", [{}], "is empty"],
    ["more than 1000 messages", Array.from({ length: 1001 }, () => text("x")), "message_count is too large"],
    ["more than 10 MB", [{ data: "A".repeat(13_400_004) }], "message_size is too large"],
    [
      "more than 100 attributes",
      [{ attributes: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`k${n}`, "v"])) }],
      "100 attributes",
    ],
    ["an attribute of Google's", [{ attributes: { googclient: "x" } }], "goog"],
    ["a long attribute key", [{ attributes: { ["k".repeat(257)]: "x" } }], "256 bytes"],
    ["a long attribute", [{ attributes: { k: "x".repeat(1025) } }], "1024 bytes"],
    ["a long ordering key", [{ ...text("x"), orderingKey: "k".repeat(1025) }], "1024 bytes"],
  ])("refuses %s", async (_, messages, message) => {
    const { topic } = await pubsub.make();
    const answer = await pubsub.call(`POST ${topic}:publish`, { messages });
    expect(errorOf(answer)).toMatchObject({ status: "INVALID_ARGUMENT", message: expect.stringContaining(message) });
  });

  it("knows no topic that is not there", async () => {
    const answer = await pubsub.call("POST topics/none-such:publish", { messages: [text("x")] });
    expect(errorOf(answer)).toMatchObject({ code: 404, message: "Resource not found (resource=none-such)." });
  });
});

describe("Pull", () => {
  it("waits for a message without holding the clock", async () => {
    const { topic, subscriptions } = await pubsub.make({});
    const waiting = pubsub.call(`POST ${subscriptions[0]}:pull`, { maxMessages: 1 });
    await advance(3600);
    await pubsub.publish(topic, text("late"));
    expect((await waiting).body.receivedMessages).toMatchObject([{ message: text("late") }]);
  });

  it("gives to whoever waits, each message to one", async () => {
    const { topic, subscriptions } = await pubsub.make({});
    const waiting = [1, 2, 3].map(() => pubsub.call(`POST ${subscriptions[0]}:pull`, { maxMessages: 1 }));
    await pubsub.publish(topic, text("a"), text("b"), text("c"));
    const got = (await Promise.all(waiting)).map(
      ({ body }) => (body.receivedMessages as { message: object }[])[0]?.message,
    );
    expect(got.map((one) => (one as { data: string }).data).sort()).toEqual(
      ["a", "b", "c"].map((one) => text(one).data),
    );
  });

  it("loses nothing to a caller who hung up", async () => {
    const { topic, subscriptions } = await pubsub.make({});
    const { url } = pubsub.local;
    const gone = new AbortController();
    const pulling = fetch(`${url}/pubsub.googleapis.com/v1/${subscriptions[0]}:pull`, {
      method: "POST",
      headers: { authorization: "Bearer owner", "content-type": "application/json" },
      body: JSON.stringify({ maxMessages: 1 }),
      signal: gone.signal,
    });
    await advance(1);
    gone.abort();
    await expect(pulling).rejects.toThrow();
    await advance(1);
    await pubsub.publish(topic, text("kept"));
    expect(texts(await pubsub.pull(subscriptions[0] ?? ""))).toEqual(["kept"]);
  });

  it("refuses to give nothing, and to give from a subscription that pushes or is detached", async () => {
    const { subscriptions } = await pubsub.make({}, { pushConfig: { pushEndpoint: "https://example.com/push" } });
    const refusal = async (name = "", maxMessages = 1) =>
      errorOf(await pubsub.call(`POST ${name}:pull`, { maxMessages, returnImmediately: true })).status;
    expect(await refusal(subscriptions[0], -1)).toBe("INVALID_ARGUMENT");
    expect(await refusal(subscriptions[1])).toBe("FAILED_PRECONDITION");
    await pubsub.call(`POST ${subscriptions[0]}:detach`, {});
    expect(await refusal(subscriptions[0])).toBe("FAILED_PRECONDITION");
    expect(await refusal(`projects/${testProject}/subscriptions/none-such`)).toBe("NOT_FOUND");
  });
});

describe("Acknowledge", () => {
  it("ends a delivery; what is not acknowledged comes again after its deadline, not before", async () => {
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({ ackDeadlineSeconds: 20 });
    await pubsub.publish(topic, text("a"), text("b"));
    const first = await pubsub.pull(name);
    await pubsub.acknowledge(name, first.slice(0, 1));
    await advance(19);
    expect(await pubsub.pull(name)).toEqual([]);
    await advance(1);
    const [again, ...others] = await pubsub.pull(name);
    expect(others).toEqual([]);
    expect(again?.message).toEqual(first[1]?.message);
    expect(again?.ackId).not.toBe(first[1]?.ackId);
  });

  it("counts when it is late as long as nobody else has the message", async () => {
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({});
    await pubsub.publish(topic, text("a"));
    const [stale] = await pubsub.pull(name);
    await advance(11);
    const [fresh] = await pubsub.pull(name);
    if (!stale || !fresh) throw new Error("there was no message");
    await pubsub.acknowledge(name, [stale]);
    await advance(11);
    expect(await pubsub.pull(name)).toHaveLength(1);
    await advance(11);
    await pubsub.acknowledge(name, await pubsub.pull(name));
    await advance(11);
    expect(await pubsub.pull(name)).toEqual([]);
  });

  it("refuses an id that never was one, and passes over one of another subscription", async () => {
    const {
      topic,
      subscriptions: [name = "", other = ""],
    } = await pubsub.make({}, {});
    const refused = await pubsub.call(`POST ${name}:acknowledge`, { ackIds: ["nonsense"] });
    expect(errorOf(refused)).toMatchObject({
      status: "INVALID_ARGUMENT",
      message: expect.stringContaining("invalid ack ID"),
    });
    await pubsub.publish(topic, text("a"));
    await pubsub.acknowledge(name, await pubsub.pull(other));
    expect(await pubsub.pull(name)).toHaveLength(1);
  });

  it("tells who is late when delivery is exactly once", async () => {
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({ enableExactlyOnceDelivery: true });
    await pubsub.publish(topic, text("a"));
    const stale = await pubsub.pull(name);
    await advance(11);
    const answer = await pubsub.acknowledge(name, stale);
    expect(errorOf(answer)).toMatchObject({
      status: "FAILED_PRECONDITION",
      details: [
        {
          reason: "EXACTLY_ONCE_ACKID_FAILURE",
          metadata: { [stale[0]?.ackId ?? ""]: "PERMANENT_FAILURE_INVALID_ACK_ID" },
        },
      ],
    });
    expect((await pubsub.acknowledge(name, await pubsub.pull(name))).status).toBe(200);
  });
});

describe("ModifyAckDeadline", () => {
  it("puts the end off from now on, and gives a message back at once with zero", async () => {
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({});
    await pubsub.publish(topic, text("a"));
    const [one] = await pubsub.pull(name);
    const modify = (ackDeadlineSeconds: number) =>
      pubsub.call(`POST ${name}:modifyAckDeadline`, { ackIds: [one?.ackId], ackDeadlineSeconds });
    await advance(9);
    await modify(60);
    await advance(59);
    expect(await pubsub.pull(name)).toEqual([]);
    await modify(0);
    expect(texts(await pubsub.pull(name))).toEqual(["a"]);
    expect(errorOf(await modify(601)).status).toBe("INVALID_ARGUMENT");
  });
});

describe("the retry policy", () => {
  it("keeps a refused message back, longer each time up to the most", async () => {
    const retryPolicy = { minimumBackoff: "10s", maximumBackoff: "25s" };
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({ retryPolicy });
    await pubsub.publish(topic, text("a"));
    for (const seconds of [10, 20, 25, 25]) {
      await pubsub.nack(name, await pubsub.pull(name));
      await advance(seconds - 1);
      expect(await pubsub.pull(name)).toEqual([]);
      await advance(1);
    }
    expect(texts(await pubsub.pull(name))).toEqual(["a"]);
  });
});

describe("message ordering", () => {
  const keyed = (key: string, value: string) => ({ ...text(value), orderingKey: key });

  it("gives a key's messages in order, and no more of it before all are acknowledged", async () => {
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({ enableMessageOrdering: true });
    await pubsub.publish(topic, keyed("x", "x1"), keyed("y", "y1"), keyed("x", "x2"), keyed("x", "x3"));
    const batch = await pubsub.pull(name, 2);
    expect(texts(batch)).toEqual(["x1", "x2"]);
    const others = await pubsub.pull(name);
    expect(texts(others)).toEqual(["y1"]);
    await pubsub.acknowledge(name, batch.slice(0, 1));
    expect(await pubsub.pull(name)).toEqual([]);
    await pubsub.acknowledge(name, batch.slice(1));
    expect(texts(await pubsub.pull(name))).toEqual(["x3"]);
  });

  it("gives what follows a refused message again, acknowledged or not", async () => {
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({ enableMessageOrdering: true });
    await pubsub.publish(topic, keyed("x", "1"), keyed("x", "2"), keyed("x", "3"));
    const [first, second] = await pubsub.pull(name);
    if (!first || !second) throw new Error("there were no messages");
    await pubsub.acknowledge(name, [second]);
    await pubsub.nack(name, [first]);
    expect(texts(await pubsub.pull(name))).toEqual(["1", "2", "3"]);
  });

  it("does not mind keys where the subscription does not order", async () => {
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({});
    await pubsub.publish(topic, keyed("x", "1"), keyed("x", "2"));
    expect(texts(await pubsub.pull(name, 1))).toEqual(["1"]);
    expect(texts(await pubsub.pull(name, 1))).toEqual(["2"]);
  });
});

describe("a filter", () => {
  it("lets through what matches, and acknowledges the rest", async () => {
    const {
      topic,
      subscriptions: [name = ""],
    } = await pubsub.make({ filter: 'attributes.kind = "a" AND NOT attributes:skip' });
    await pubsub.publish(
      topic,
      { ...text("1"), attributes: { kind: "a" } },
      { ...text("2"), attributes: { kind: "b" } },
      { ...text("3"), attributes: { kind: "a", skip: "" } },
      text("4"),
    );
    expect(texts(await pubsub.pull(name))).toEqual(["1"]);
  });
});

describe("retention", () => {
  it("forgets what nobody took in time", async () => {
    const {
      topic,
      subscriptions: [name = "", longer = ""],
    } = await pubsub.make({ messageRetentionDuration: "600s" }, {});
    await pubsub.publish(topic, text("old"));
    await advance(599);
    await pubsub.publish(topic, text("new"));
    await advance(1);
    expect(texts(await pubsub.pull(name))).toEqual(["new"]);
    expect(texts(await pubsub.pull(longer))).toEqual(["old", "new"]);
  });

  it("deletes a subscription that nobody uses for its time, and none that lives for ever", async () => {
    const {
      subscriptions: [short = "", forever = "", used = ""],
    } = await pubsub.make(
      { expirationPolicy: { ttl: "86400s" } },
      { expirationPolicy: {} },
      { expirationPolicy: { ttl: "86400s" } },
    );
    const status = async (name: string) => (await pubsub.call(`GET ${name}`)).status;
    await advance(20 * 3600);
    await pubsub.pull(used);
    await advance(20 * 3600);
    expect([await status(short), await status(forever), await status(used)]).toEqual([404, 200, 200]);
    await advance(40 * 86_400);
    expect([await status(forever), await status(used)]).toEqual([200, 404]);
  });
});
