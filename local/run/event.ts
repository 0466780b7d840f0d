import type { Readable } from "node:stream";
import { isJsonObject } from "../json.ts";

/** A request whose body was read to learn what event it carries. */
export interface EventRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Bytes that Pub/Sub pushes at most, its envelope included. */
const largestPush = 20 * 1024 * 1024;

/**
 * The topic whose messages a request brings as CloudEvents: push endpoints of Eventarc say so in their query.
 *
 * @param path path and query, such as `/?__GCP_CloudEventsMode=CUSTOM_PUBSUB_projects%2Fp%2Ftopics%2Ft`
 * @returns `projects/{project}/topics/{topic}`; nothing for a request that is what it is
 */
export function eventTopic(path: string): string | undefined {
  const mode = new URL(path, "https://run.app").searchParams.get("__GCP_CloudEventsMode") ?? "";
  return /^CUSTOM_PUBSUB_(projects\/[^/]+\/topics\/[^/]+)$/.exec(mode)?.[1];
}

/**
 * Makes a CloudEvent in binary mode of a message that Pub/Sub pushed: its attributes become headers, its body stays.
 *
 * @see https://cloud.google.com/eventarc/docs/cloudevents#pubsub
 */
export async function toEvent(topic: string, body: Readable | Buffer): Promise<EventRequest> {
  const whole = Buffer.isBuffer(body) ? body : await readWhole(body);
  const { messageId, publishTime } = messageOf(whole);
  const headers = {
    "ce-id": messageId,
    "ce-source": `//pubsub.googleapis.com/${topic}`,
    "ce-specversion": "1.0",
    "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
    "ce-time": publishTime,
  };
  const told = Object.entries(headers).filter(([, value]) => value !== "");
  return { headers: { ...Object.fromEntries(told), "content-length": String(whole.length) }, body: whole };
}

async function readWhole(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > largestPush) throw new RangeError("the event is larger than Pub/Sub would push");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function messageOf(body: Buffer): { readonly messageId: string; readonly publishTime: string } {
  try {
    const { message }: { message?: unknown } = Object(JSON.parse(body.toString()));
    if (isJsonObject(message)) {
      return { messageId: String(message.messageId ?? ""), publishTime: String(message.publishTime ?? "") };
    }
  } catch {
    // What is no envelope is passed on as it came.
  }
  return { messageId: "", publishTime: "" };
}
