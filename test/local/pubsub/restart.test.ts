import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createPubSub } from "../../../local/pubsub/pubsub.ts";
import { createScheduler } from "../../../local/scheduler/scheduler.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";
import { type Endpoint, openEndpoint, text } from "./fixture.ts";

const root = `projects/${testProject}`;
const topic = `${root}/topics/kept`;
let folder: TemporaryFolder;
let endpoint: Endpoint;
let local: LocalCloud;

const start = async () => {
  local = await startTestCloud({ state: folder.path, apis: [createPubSub, createScheduler] });
};
const restart = async () => {
  await local.stop();
  await start();
};
const call = (target: string, body: object = {}, host = "pubsub") => {
  const [verb, path] = target.split(" ");
  return rest(local, `${verb} ${host}.googleapis.com/v1/${path}`, { body });
};
async function pull(name: string): Promise<{ readonly ackId: string; readonly text: string }[]> {
  const { body } = await call(`POST ${name}:pull`, { maxMessages: 10, returnImmediately: true });
  return ((body.receivedMessages ?? []) as { ackId: string; message: JsonObject }[]).map(({ ackId, message }) => ({
    ackId,
    text: Buffer.from(String(message.data), "base64").toString(),
  }));
}

beforeAll(async () => {
  endpoint = await openEndpoint();
  folder = await temporaryFolder();
  await start();
}, 60_000);
afterAll(async () => {
  await endpoint.close();
  await local?.stop();
  await folder[Symbol.asyncDispose]();
});

describe("after a restart", () => {
  it("what was published is delivered, what was handed out comes again in its time, what was acknowledged does not", async () => {
    const name = `${root}/subscriptions/pulled`;
    await call(`PUT ${topic}`);
    await call(`PUT ${name}`, { topic, ackDeadlineSeconds: 60 });
    await call(`POST ${topic}:publish`, { messages: [text("acknowledged"), text("handed out")] });
    const [first] = await pull(name);
    await call(`POST ${name}:acknowledge`, { ackIds: [first?.ackId] });
    await call(`POST ${topic}:publish`, { messages: [text("waiting")] });
    await restart();
    expect((await pull(name)).map((one) => one.text)).toEqual(["waiting"]);
    await local.cloud.clock.advance(60_000);
    expect((await pull(name)).map((one) => one.text).sort()).toEqual(["handed out", "waiting"]);
  });

  it("an acknowledgement's id from before still counts", async () => {
    const name = `${root}/subscriptions/acknowledged-later`;
    await call(`PUT ${name}`, { topic, ackDeadlineSeconds: 600 });
    await call(`POST ${topic}:publish`, { messages: [text("x")] });
    const [received] = await pull(name);
    await restart();
    await call(`POST ${name}:acknowledge`, { ackIds: [received?.ackId] });
    await local.cloud.clock.advance(600_000);
    expect(await pull(name)).toEqual([]);
  });

  it("pushes go on that nobody took", async () => {
    endpoint.statuses.push(500);
    await call(`PUT ${root}/subscriptions/pushed`, {
      topic,
      pushConfig: { pushEndpoint: endpoint.url },
      retryPolicy: { minimumBackoff: "30s" },
    });
    await call(`POST ${topic}:publish`, { messages: [text("pushed")] });
    await endpoint.visited(1);
    await local.cloud.clock.idle();
    await restart();
    await local.cloud.clock.advance(30_000);
    await endpoint.visited(2);
    expect(JSON.parse(endpoint.visits[1]?.body ?? "").message).toMatchObject(text("pushed"));
  });

  it("a job goes on by its schedule, and a time that passed meanwhile is left out", async () => {
    const jobs = `${root}/locations/us-central1/jobs`;
    const job = { name: `${jobs}/kept`, schedule: "0 * * * *", httpTarget: { uri: `${endpoint.url}/job` } };
    await call(`POST ${jobs}`, job, "cloudscheduler");
    await restart();
    await local.cloud.clock.advance(3_600_000);
    await local.cloud.clock.idle();
    expect(endpoint.visits.filter(({ path }) => path === "/job")).toHaveLength(1);
  });
});
