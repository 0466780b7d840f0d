import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createIam } from "../../../local/iam/iam.ts";
import { isJsonObject, type JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createPubSub } from "../../../local/pubsub/pubsub.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createServiceUsage } from "../../../local/serviceusage/service-usage.ts";
import { type RestAnswer, type RestCall, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

/** A local cloud with Pub/Sub, and short ways to speak to it. */
export interface PubSubFixture {
  readonly local: LocalCloud;
  /** Calls `{verb} {path below the project}`. */
  call(target: string, body?: unknown, options?: RestCall): Promise<RestAnswer>;
  /** Makes a topic and subscriptions to it under fresh names; gives their full names. */
  make(...subscriptions: readonly object[]): Promise<{ readonly topic: string; readonly subscriptions: string[] }>;
  publish(topic: string, ...messages: readonly object[]): Promise<readonly string[]>;
  pull(subscription: string, maxMessages?: number): Promise<readonly Received[]>;
  acknowledge(subscription: string, received: readonly Received[]): Promise<RestAnswer>;
  nack(subscription: string, received: readonly Received[]): Promise<RestAnswer>;
  stop(): Promise<void>;
}

/** A message as a pull answers it, its data decoded. */
export interface Received {
  readonly ackId: string;
  readonly text: string;
  readonly deliveryAttempt: number | undefined;
  readonly message: JsonObject;
}

/** Starts it. */
export async function startPubSub(): Promise<PubSubFixture> {
  const local = await startTestCloud({ apis: [createPubSub, createIam, createResourceManager, createServiceUsage] });
  let made = 0;

  const call: PubSubFixture["call"] = (target, body, options) => {
    const [verb, path = ""] = target.split(" ");
    const below = path.startsWith("projects/") ? path : `projects/${testProject}/${path}`;
    return rest(local, `${verb} pubsub.googleapis.com/v1/${below}`, { body, ...options });
  };
  const answerFor = (subscription: string, received: readonly Received[], verb: string, more: object) =>
    call(`POST ${subscription}:${verb}`, { ackIds: received.map(({ ackId }) => ackId), ...more });

  return {
    ...{ local, call },
    async make(...settings) {
      made += 1;
      const topic = `projects/${testProject}/topics/topic-${made}`;
      await expectOk(call(`PUT ${topic}`, {}));
      const subscriptions: string[] = [];
      for (const one of settings) {
        const name = `projects/${testProject}/subscriptions/topic-${made}-${subscriptions.length}`;
        await expectOk(call(`PUT ${name}`, { topic, ...one }));
        subscriptions.push(name);
      }
      return { topic, subscriptions };
    },
    async publish(topic, ...messages) {
      const { body } = await expectOk(call(`POST ${topic}:publish`, { messages }));
      return body.messageIds as readonly string[];
    },
    async pull(subscription, maxMessages = 100) {
      const { body } = await expectOk(call(`POST ${subscription}:pull`, { maxMessages, returnImmediately: true }));
      return ((body.receivedMessages ?? []) as readonly JsonObject[]).map(toReceived);
    },
    acknowledge: (subscription, received) => answerFor(subscription, received, "acknowledge", {}),
    nack: (subscription, received) => answerFor(subscription, received, "modifyAckDeadline", { ackDeadlineSeconds: 0 }),
    stop: () => local.stop(),
  };
}

/** Base64 of a text, as a message's data. */
export function text(value: string): { readonly data: string } {
  return { data: Buffer.from(value).toString("base64") };
}

function toReceived({ ackId, message, deliveryAttempt }: JsonObject): Received {
  const inner = isJsonObject(message) ? message : {};
  return {
    ackId: String(ackId),
    text: Buffer.from(String(inner.data ?? ""), "base64").toString(),
    deliveryAttempt: typeof deliveryAttempt === "number" ? deliveryAttempt : undefined,
    message: inner,
  };
}

async function expectOk(answering: Promise<RestAnswer>): Promise<RestAnswer> {
  const answer = await answering;
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
  return answer;
}

/** One request that an endpoint received. */
export interface Visit {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** An HTTP endpoint on this machine that answers with the status it is told. */
export interface Endpoint {
  readonly url: string;
  readonly visits: Visit[];
  /** Statuses of the next answers; 200 when there are no more. */
  readonly statuses: number[];
  /** Resolves when so many visits have been answered in all. */
  visited(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Listens. */
export async function openEndpoint(): Promise<Endpoint> {
  const visits: Visit[] = [];
  const statuses: number[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    visits.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers, body });
    response.writeHead(statuses.shift() ?? 200).end();
    for (const { count, resolve } of waiting) if (visits.length >= count) resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...{ visits, statuses },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    visited: (count) =>
      new Promise((resolve) => (visits.length >= count ? resolve() : void waiting.push({ count, resolve }))),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
