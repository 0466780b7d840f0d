import { Readable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { eventTopic, toEvent } from "../../../local/run/event.ts";

const topic = "projects/p/topics/t";

describe("eventTopic", () => {
  it.each([
    ["/?__GCP_CloudEventsMode=CUSTOM_PUBSUB_projects%2Fp%2Ftopics%2Ft", topic],
    ["/deeper?x=1&__GCP_CloudEventsMode=CUSTOM_PUBSUB_projects/p/topics/t", topic],
    ["/?__GCP_CloudEventsMode=GCS_NOTIFICATION", undefined],
    ["/?x=CUSTOM_PUBSUB_projects/p/topics/t", undefined],
    ["/", undefined],
  ])("reads the mode of %s", (path, expected) => {
    expect(eventTopic(path)).toBe(expected);
  });
});

describe("toEvent", () => {
  const envelope = JSON.stringify({ message: { messageId: "7", publishTime: "2026-01-01T00:00:00Z" } });

  it("tells of the message in headers and leaves the body as it is", async () => {
    const { headers, body } = await toEvent(topic, Readable.from([Buffer.from(envelope)]));
    expect(body.toString()).toBe(envelope);
    expect(headers).toEqual({
      "ce-id": "7",
      "ce-source": `//pubsub.googleapis.com/${topic}`,
      "ce-specversion": "1.0",
      "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
      "ce-time": "2026-01-01T00:00:00Z",
      "content-length": String(envelope.length),
    });
  });

  it("passes on what is no envelope", async () => {
    const { headers, body } = await toEvent(topic, Buffer.from("plain"));
    expect(body.toString()).toBe("plain");
    expect(headers).not.toHaveProperty("ce-id");
  });
});
