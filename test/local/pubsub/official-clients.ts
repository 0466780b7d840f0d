import { type Message, PubSub, v1 } from "@google-cloud/pubsub";

/**
 * Runs as a program of its own with nothing but the environment that the local cloud gives: the official clients without
 * a single option. Prints what they were answered.
 */
const project = "projects/test-project";
const pubsub = new PubSub();

const [topic] = await pubsub.createTopic("client-topic");
const [subscription] = await topic.createSubscription("client-subscription", { ackDeadlineSeconds: 20 });
const received = await withMessages(3, async () => {
  await topic.publishMessage({ data: Buffer.from("one"), attributes: { n: "1" } });
  await topic.publishMessage({ data: Buffer.from("two") });
  await topic.publishMessage({ json: { three: 3 } });
});

const [ordered] = await topic.createSubscription("client-ordered", { enableMessageOrdering: true });
const inOrder: string[] = [];
const orderedTopic = pubsub.topic("client-topic", { messageOrdering: true });
await new Promise<void>((resolve, reject) => {
  let refused = 0;
  ordered.on("error", reject);
  ordered.on("message", (message: Message) => {
    inOrder.push(message.data.toString());
    // The first is refused once; what follows it comes again behind it.
    if (message.data.toString() === "1" && refused++ === 0) message.nack();
    else message.ack();
    if (message.data.toString() === "3" && inOrder.filter((text) => text === "1").length === 2) resolve();
  });
  for (const text of ["1", "2", "3"]) void orderedTopic.publishMessage({ data: Buffer.from(text), orderingKey: "k" });
});
await ordered.close();

const [exactly] = await topic.createSubscription("client-exactly-once", { enableExactlyOnceDelivery: true });
await topic.publishMessage({ data: Buffer.from("exact") });
const exact = await new Promise<string>((resolve, reject) => {
  exactly.on("error", reject);
  exactly.on("message", (message: Message) => message.ackWithResponse().then(resolve, reject));
});
await exactly.close();

const missing = await new Promise<{ code?: number }>((resolve) => {
  pubsub
    .subscription("client-none")
    .on("error", resolve)
    .on("message", () => undefined);
});

const publisher = new v1.PublisherClient();
const subscriber = new v1.SubscriberClient();
const [names] = await publisher.listTopicSubscriptions({ topic: `${project}/topics/client-topic` });
const [ids] = await publisher.publish({
  topic: `${project}/topics/client-topic`,
  messages: [{ data: Buffer.from("raw") }],
});
const [pulled] = await subscriber.pull({ subscription: subscription.name, maxMessages: 10 });
const ackIds = (pulled.receivedMessages ?? []).map(({ ackId }) => ackId ?? "");
await subscriber.modifyAckDeadline({ subscription: subscription.name, ackIds, ackDeadlineSeconds: 60 });
await subscriber.acknowledge({ subscription: subscription.name, ackIds });
const [updated] = await subscriber.updateSubscription({
  subscription: { name: subscription.name, labels: { a: "b" }, ackDeadlineSeconds: 30 },
  updateMask: { paths: ["labels", "ack_deadline_seconds"] },
});
const again: unknown = await publisher.createTopic({ name: `${project}/topics/client-topic` }).catch((error) => error);
const [snapshot] = await subscription.createSnapshot("client-snapshot");
await subscription.seek(snapshot.name.split("/").at(-1) ?? "");
const [policy] = await topic.iam.setPolicy({
  bindings: [{ role: "roles/pubsub.publisher", members: ["allUsers"], condition: null }],
});
const allowed = await topic.iam.testPermissions(["pubsub.topics.publish", "pubsub.topics.delete"]);
await subscription.delete();
await topic.delete();
const [[orphan]] = await pubsub.getSubscriptions({ autoPaginate: false, pageSize: 1 });
const [metadata] = (await orphan?.getMetadata()) ?? [];
await Promise.all([pubsub.close(), publisher.close(), subscriber.close()]);

process.stdout.write(
  JSON.stringify({
    ...{ received, inOrder, exact, missing: missing.code, subscriptions: names, published: ids.messageIds?.length },
    pulled: pulled.receivedMessages?.map(({ message }) => message?.data?.toString()),
    updated: { labels: updated.labels, ackDeadlineSeconds: updated.ackDeadlineSeconds },
    again: { code: (again as { code?: number }).code, details: (again as { details?: string }).details },
    policy: policy?.bindings,
    allowed: allowed[0],
    orphan: metadata?.topic,
  }),
);

/** What the subscription's own stream receives and acknowledges while something is done. */
async function withMessages(count: number, act: () => Promise<void>): Promise<object[]> {
  const messages: object[] = [];
  const whole = new Promise<void>((resolve, reject) => {
    subscription.on("error", reject);
    subscription.on("message", (message: Message) => {
      messages.push({ text: message.data.toString(), attributes: message.attributes });
      message.ack();
      if (messages.length === count) resolve();
    });
  });
  await act();
  await whole;
  await subscription.close();
  return messages.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
