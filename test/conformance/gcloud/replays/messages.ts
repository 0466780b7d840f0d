import { expect } from "@jest/globals";
import { policyReplays } from "../policy.ts";
import type { Replay, ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";

const pubsub = ({ project }: Wire) => `pubsub.googleapis.com/v1/projects/${project}`;
const jobs = ({ project }: Wire) =>
  `cloudscheduler.googleapis.com/v1/projects/${project}/locations/asia-northeast1/jobs`;

const act = (wire: Wire, verb: string) => wire.send(`POST ${jobs(wire)}/my-job:${verb}`, { body: {} });

/** What is looked up, changed and removed of the topic and its subscription. */
const pubsubCompanions: readonly Replay[] = [
  {
    row: "pubsub: topics describe",
    source: "recorded",
    async play(wire) {
      const { body } = await wire.send(`GET ${pubsub(wire)}/topics/my-topic`);
      expect(body).toMatchObject({ name: `projects/${wire.project}/topics/my-topic` });
    },
  },
  {
    row: "pubsub: topics update",
    source: "recorded",
    async play(wire) {
      const one = `${pubsub(wire)}/topics/my-topic`;
      expect((await wire.send(`GET ${one}`)).status).toBe(200);
      const change = { labels: { c: "d" }, messageRetentionDuration: "86400s" };
      const topic = { ...change, name: `projects/${wire.project}/topics/my-topic` };
      const body = { topic, updateMask: "labels,messageRetentionDuration" };
      expect((await wire.send(`PATCH ${one}`, { body })).body).toMatchObject(topic);
      expect((await wire.send(`GET ${one}`)).body).toMatchObject(topic);
    },
  },
  {
    row: "pubsub: subscriptions list",
    source: "recorded",
    async play(wire) {
      const { body } = await wire.send(`GET ${pubsub(wire)}/subscriptions`);
      expect(body.subscriptions).toMatchObject([{ name: `projects/${wire.project}/subscriptions/my-sub` }]);
    },
  },
  {
    row: "pubsub: subscriptions describe",
    source: "recorded",
    async play(wire) {
      const { body } = await wire.send(`GET ${pubsub(wire)}/subscriptions/my-sub`);
      const topic = `projects/${wire.project}/topics/my-topic`;
      expect(body).toMatchObject({ topic, state: "ACTIVE", topicMessageRetentionDuration: "86400s" });
    },
  },
  {
    row: "pubsub: subscriptions update",
    source: "recorded",
    async play(wire) {
      const subscription = { ackDeadlineSeconds: 60, name: `projects/${wire.project}/subscriptions/my-sub` };
      const body = { subscription, updateMask: "ackDeadlineSeconds" };
      const changed = await wire.send(`PATCH ${pubsub(wire)}/subscriptions/my-sub`, { body });
      expect(changed.body).toMatchObject({ ...subscription, topic: `projects/${wire.project}/topics/my-topic` });
    },
  },
  ...policyReplays({
    family: "pubsub: topics",
    role: "roles/pubsub.publisher",
    read: (wire) => `GET ${pubsub(wire)}/topics/my-topic:getIamPolicy`,
    write: (wire) => `${pubsub(wire)}/topics/my-topic:setIamPolicy`,
    version: 1,
  }),
  ...policyReplays({
    family: "pubsub: subscriptions",
    role: "roles/pubsub.viewer",
    read: (wire) => `GET ${pubsub(wire)}/subscriptions/my-sub:getIamPolicy`,
    write: (wire) => `${pubsub(wire)}/subscriptions/my-sub:setIamPolicy`,
    version: 1,
  }),
  ...["subscriptions/my-sub", "topics/my-topic"].map((path) => ({
    row: `pubsub: ${path.split("/")[0]} delete`,
    source: "recorded" as const,
    async play(wire: Wire) {
      expect(await wire.send(`DELETE ${pubsub(wire)}/${path}`)).toMatchObject({ status: 200, text: "{}" });
      expect((await wire.send(`GET ${pubsub(wire)}/${path}`)).body.error).toMatchObject({ status: "NOT_FOUND" });
    },
  })),
];

/** What gcloud sends to Pub/Sub and Cloud Scheduler. */
export const messageReplays: ReplayGroup = {
  project: "replay-messages",
  replays: [
    {
      row: "pubsub: topics create",
      async play(wire) {
        const name = `projects/${wire.project}/topics/my-topic`;
        const made = await wire.send(`PUT ${pubsub(wire)}/topics/my-topic`, { body: { name } });
        expect(made).toMatchObject({ status: 200, body: { name } });
        const again = await wire.send(`PUT ${pubsub(wire)}/topics/my-topic`, { body: { name } });
        expect(again).toMatchObject({ status: 409, body: { error: { status: "ALREADY_EXISTS" } } });
      },
    },
    {
      row: "pubsub: topics list",
      async play(wire) {
        const { body } = await wire.send(`GET ${pubsub(wire)}/topics`);
        expect(body.topics).toMatchObject([{ name: `projects/${wire.project}/topics/my-topic` }]);
      },
    },
    {
      row: "pubsub: subscriptions create",
      async play(wire) {
        const topic = `projects/${wire.project}/topics/my-topic`;
        const name = `projects/${wire.project}/subscriptions/my-sub`;
        const made = await wire.send(`PUT ${pubsub(wire)}/subscriptions/my-sub`, { body: { name, topic } });
        expect(made.body).toMatchObject({ name, topic, pushConfig: {}, ackDeadlineSeconds: 10 });
      },
    },
    {
      row: "pubsub: topics publish",
      async play(wire) {
        const messages = [{ data: "aGVsbG8=", attributes: { k: "v" } }];
        const { body } = await wire.send(`POST ${pubsub(wire)}/topics/my-topic:publish`, { body: { messages } });
        expect(body).toEqual({ messageIds: [expect.stringMatching(/^\d+$/)] });
      },
    },
    {
      row: "pubsub: subscriptions pull --auto-ack",
      async play(wire) {
        const asked = { maxMessages: 1, returnImmediately: true };
        const pull = () => wire.send(`POST ${pubsub(wire)}/subscriptions/my-sub:pull`, { body: asked });
        const received = (await pull()).body.receivedMessages as { ackId: string }[];
        expect(received).toMatchObject([{ message: { data: "aGVsbG8=", attributes: { k: "v" } } }]);
        const body = { ackIds: received.map(({ ackId }) => ackId) };
        expect((await wire.send(`POST ${pubsub(wire)}/subscriptions/my-sub:acknowledge`, { body })).body).toEqual({});
        await wire.local.cloud.clock.advance(60_000);
        expect((await pull()).body).toEqual({});
      },
    },
    ...pubsubCompanions,
    {
      row: "cloudscheduler: jobs create http",
      async play(wire) {
        const body = {
          name: `projects/${wire.project}/locations/asia-northeast1/jobs/my-job`,
          schedule: "0 3 * * *",
          timeZone: "Asia/Tokyo",
          httpTarget: { uri: "https://example.com/x", httpMethod: "POST", body: "aGk=" },
          retryConfig: { maxBackoffDuration: "3600s", maxDoublings: 5, minBackoffDuration: "5s", retryCount: 0 },
        };
        const made = await wire.send(`POST ${jobs(wire)}`, { body });
        expect(made.body).toMatchObject({ name: body.name, state: "ENABLED", attemptDeadline: "180s" });
      },
    },
    {
      row: "cloudscheduler: jobs describe",
      source: "recorded",
      async play(wire) {
        const { body } = await wire.send(`GET ${jobs(wire)}/my-job`);
        expect(body).toMatchObject({ state: "ENABLED", timeZone: "Asia/Tokyo", httpTarget: { body: "aGk=" } });
      },
    },
    {
      row: "cloudscheduler: jobs list",
      source: "recorded",
      async play(wire) {
        const name = `projects/${wire.project}/locations/asia-northeast1/jobs/my-job`;
        expect((await wire.send(`GET ${jobs(wire)}`)).body.jobs).toMatchObject([{ name, schedule: "0 3 * * *" }]);
      },
    },
    {
      row: "cloudscheduler: jobs update http",
      source: "recorded",
      async play(wire) {
        // What the mask leaves out comes with gcloud's own defaults, which must not take effect.
        const retryConfig = { maxBackoffDuration: "3600s", maxDoublings: 5, minBackoffDuration: "5s", retryCount: 3 };
        const name = `projects/${wire.project}/locations/asia-northeast1/jobs/my-job`;
        const body = {
          httpTarget: { httpMethod: "POST" },
          name,
          retryConfig,
          schedule: "0 4 * * *",
          timeZone: "Etc/UTC",
        };
        const target = `PATCH ${jobs(wire)}/my-job?updateMask=retryConfig.retryCount%2Cschedule`;
        expect((await wire.send(target, { body })).body).toMatchObject({
          schedule: "0 4 * * *",
          timeZone: "Asia/Tokyo",
          httpTarget: { uri: "https://example.com/x", body: "aGk=" },
          retryConfig: { retryCount: 3, minBackoffDuration: "5s" },
        });
      },
    },
    {
      row: "cloudscheduler: jobs pause",
      play: async (wire) => expect((await act(wire, "pause")).body.state).toBe("PAUSED"),
    },
    {
      row: "cloudscheduler: jobs resume",
      play: async (wire) => expect((await act(wire, "resume")).body.state).toBe("ENABLED"),
    },
    {
      row: "cloudscheduler: jobs run",
      play: async (wire) => expect((await act(wire, "run")).status).toBe(200),
    },
    {
      row: "cloudscheduler: jobs delete",
      async play(wire) {
        expect((await wire.send(`DELETE ${jobs(wire)}/my-job`)).body).toEqual({});
        expect((await wire.send(`GET ${jobs(wire)}/my-job`)).status).toBe(404);
      },
    },
  ],
};
