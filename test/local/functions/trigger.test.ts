import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import { createFunctions } from "../../../local/functions/functions.ts";
import type { JsonObject } from "../../../local/json.ts";
import { createPubSub } from "../../../local/pubsub/pubsub.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import { type Fixture, project, runner, startFixture } from "../run/fixture.ts";

const parent = `projects/${project}/locations/asia-northeast1`;
const root = `cloudfunctions.googleapis.com/v2/${parent}`;
const topic = `projects/${project}/topics/orders`;
const eventType = "google.cloud.pubsub.topic.v1.messagePublished";
const source = `
const { cloudEvent } = require("@google-cloud/functions-framework");
cloudEvent("take", (event) => {
  const text = Buffer.from(event.data.message.data, "base64").toString();
  console.log("EVENT " + JSON.stringify({ ...event, data: event.data }));
  if (text === "bad") throw new Error("not this one");
});`;
const manifest = JSON.stringify({
  main: "index.js",
  dependencies: { "@google-cloud/functions-framework": "^5.0.0" },
});
let fixture: Fixture;
let storageSource: object;

beforeAll(async () => {
  fixture = await startFixture([createFunctions, createStorage, createPubSub]);
  fixture.local.cloud.projects.setUsable(project, "pubsub.googleapis.com", true);
  await fixture.call("PUT", `pubsub.googleapis.com/v1/${topic}`, {});
  storageSource = await upload();
}, 60_000);

afterAll(() => fixture.stop());

async function upload(): Promise<object> {
  const { body } = await fixture.call("POST", `${root}/functions:generateUploadUrl`, {});
  const zip = zipSync({ "index.js": strToU8(source), "package.json": strToU8(manifest) });
  const url = new URL(String(body.uploadUrl));
  const headers = { "content-type": "application/zip" };
  const { status } = await fixture.local.cloud.fetch({ method: "PUT", url, headers, body: Buffer.from(zip) });
  expect(status).toBe(200);
  return body.storageSource as object;
}

const toFunction = (eventTrigger: object) => ({
  buildConfig: { runtime: "nodejs24", entryPoint: "take", source: { storageSource } },
  serviceConfig: { serviceAccountEmail: runner },
  environment: "GEN_2",
  eventTrigger: { eventType, serviceAccountEmail: runner, ...eventTrigger },
});

const create = (id: string, eventTrigger: object) =>
  fixture.operate("POST", `${root}/functions?functionId=${id}`, toFunction(eventTrigger));

async function letIn(service: string): Promise<void> {
  const policy = { bindings: [{ role: "roles/run.invoker", members: [`serviceAccount:${runner}`] }] };
  await fixture.call("POST", `run.googleapis.com/v2/${parent}/services/${service}:setIamPolicy`, { policy });
  await fixture.local.cloud.clock.advance(600_000);
}

const publish = (text: string) =>
  fixture.call("POST", `pubsub.googleapis.com/v1/${topic}:publish`, {
    messages: [{ data: Buffer.from(text).toString("base64"), attributes: { a: "b" } }],
  });

const subscriptions = async () => {
  const { body } = await fixture.call("GET", `pubsub.googleapis.com/v1/projects/${project}/subscriptions`);
  return (body.subscriptions ?? []) as readonly JsonObject[];
};

const taken = (text: string) =>
  fixture
    .printed()
    .filter((line) => line.startsWith("EVENT "))
    .map((line) => JSON.parse(line.slice(6)))
    .filter((event) => Buffer.from(event.data.message.data, "base64").toString() === text);

/** Waits, as long as it takes, until the function has printed so many events of a text. */
async function events(text: string, count: number): Promise<readonly JsonObject[]> {
  for (;;) {
    const found = taken(text);
    if (found.length >= count) return found;
    await new Promise<void>((resolve) => {
      const unwatch = fixture.local.cloud.logs.watch(() => {
        unwatch();
        resolve();
      });
    });
  }
}

/** Waits until nothing published is on its way to anybody. */
const delivered = () => fixture.local.cloud.clock.idle();
const open = (name: string) => fixture.local.cloud.store.collection("pubsub.deliveries").list(name);

describe("a function with an event trigger", () => {
  it("is called with the messages of its topic as CloudEvents, once its account may invoke it", async () => {
    const operation = await create("orders", { pubsubTopic: topic });
    expect(operation).toMatchObject({
      metadata: { stages: [{ name: "BUILD" }, { name: "SERVICE" }, { name: "TRIGGER", state: "COMPLETE" }] },
      response: {
        state: "ACTIVE",
        eventTrigger: {
          eventType,
          pubsubTopic: topic,
          trigger: expect.stringMatching(new RegExp(`^${parent}/triggers/orders-\\d{6}$`)),
          triggerRegion: "asia-northeast1",
          serviceAccountEmail: runner,
          retryPolicy: "RETRY_POLICY_DO_NOT_RETRY",
        },
      },
    });
    const { serviceConfig } = operation.response as { serviceConfig: { uri: string } };
    const { body } = await publish("hello");
    await fixture.local.cloud.clock.advance(300_000);
    const [subscription] = await subscriptions();
    expect(subscription).toMatchObject({
      name: expect.stringMatching(/\/subscriptions\/eventarc-asia-northeast1-orders-\d{6}-sub-\d{3}$/),
      topic,
      ackDeadlineSeconds: 600,
      pushConfig: {
        pushEndpoint: `${serviceConfig.uri}?__GCP_CloudEventsMode=CUSTOM_PUBSUB_${encodeURIComponent(topic)}`,
        oidcToken: { serviceAccountEmail: runner, audience: serviceConfig.uri },
      },
    });
    await delivered();
    expect(taken("hello")).toEqual([]);
    await letIn("orders");
    const [event] = await events("hello", 1);
    const [id] = body.messageIds as string[];
    expect(event).toMatchObject({
      id,
      type: eventType,
      source: `//pubsub.googleapis.com/${topic}`,
      specversion: "1.0",
      time: expect.any(String),
      data: { subscription: subscription?.name, message: { messageId: id, attributes: { a: "b" } } },
    });
    await delivered();
    expect(open(String(subscription?.name))).toEqual([]);
  });

  it("gets its first event some time after the trigger is there, as Eventarc takes it", () => {
    const calls = fixture.local.journal.list();
    const timeOf = (method: string) =>
      Date.parse(calls.find((call) => call.method === `google.pubsub.v1.Subscriber.${method}`)?.time ?? "");
    const seconds = (timeOf("ModifyPushConfig") - timeOf("CreateSubscription")) / 1000;
    expect(seconds).toBeGreaterThan(10);
    expect(seconds).toBeLessThan(310);
  });

  it("loses an event that it failed on, unless its policy is to retry", async () => {
    await publish("bad");
    await events("bad", 1);
    await delivered();
    await fixture.local.cloud.clock.advance(3_600_000);
    expect(taken("bad")).toHaveLength(1);
    const trigger = toFunction({ pubsubTopic: topic, retryPolicy: "RETRY_POLICY_RETRY" });
    const patched = await fixture.operate("PATCH", `${root}/functions/orders?updateMask=eventTrigger`, trigger);
    expect(patched.response).toMatchObject({ eventTrigger: { retryPolicy: "RETRY_POLICY_RETRY" } });
    await publish("bad");
    await events("bad", 2);
    await delivered();
    await fixture.local.cloud.clock.advance(60_000);
    expect((await events("bad", 3)).length).toBeGreaterThanOrEqual(3);
  });

  it("has a topic of its own when it names none, and takes everything along when it goes", async () => {
    const { response } = await create("alone", {});
    const { eventTrigger } = response as { eventTrigger: { pubsubTopic: string } };
    expect(eventTrigger.pubsubTopic).toMatch(/\/topics\/eventarc-asia-northeast1-alone-\d{6}-\d{3}$/);
    expect((await fixture.call("GET", `pubsub.googleapis.com/v1/${eventTrigger.pubsubTopic}`)).status).toBe(200);
    await fixture.operate("DELETE", `${root}/functions/alone`);
    await fixture.operate("DELETE", `${root}/functions/orders`);
    expect(await subscriptions()).toEqual([]);
    expect((await fixture.call("GET", `pubsub.googleapis.com/v1/${eventTrigger.pubsubTopic}`)).status).toBe(404);
    expect((await fixture.call("GET", `pubsub.googleapis.com/v1/${topic}`)).status).toBe(200);
  });

  it("fails to deploy when its topic is not there", async () => {
    const failed = await create("lost", { pubsubTopic: `projects/${project}/topics/absent` });
    expect(failed.error).toMatchObject({ code: 5 });
    expect((await fixture.call("GET", `${root}/functions/lost`)).body).toMatchObject({ state: "FAILED" });
    expect(await subscriptions()).toEqual([]);
  });

  it.each([
    ["another type of event", { eventType: "google.cloud.storage.object.v1.finalized" }, 501],
    ["a channel", { channel: `${parent}/channels/c` }, 501],
    ["no type", { eventType: "" }, 400],
    ["filters", { eventFilters: [{ attribute: "a", value: "b" }] }, 400],
    ["a topic that is no name", { pubsubTopic: "orders" }, 400],
  ])("is refused with %s", async (_, trigger, status) => {
    const answer = await fixture.call("POST", `${root}/functions?functionId=refused`, toFunction(trigger));
    expect(answer.status).toBe(status);
  });
});
