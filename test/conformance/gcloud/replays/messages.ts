import { expect } from "@jest/globals";
import type { ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";

const pubsub = ({ project }: Wire) => `pubsub.googleapis.com/v1/projects/${project}`;
const jobs = ({ project }: Wire) =>
  `cloudscheduler.googleapis.com/v1/projects/${project}/locations/asia-northeast1/jobs`;

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
    {
      row: "scheduler: jobs create http",
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
      row: "scheduler: jobs update http",
      async play(wire) {
        const body = { retryConfig: { retryCount: 3 }, schedule: "0 4 * * *" };
        const target = `PATCH ${jobs(wire)}/my-job?updateMask=retryConfig.retryCount%2Cschedule`;
        expect((await wire.send(target, { body })).body).toMatchObject({
          schedule: "0 4 * * *",
          retryConfig: { retryCount: 3, minBackoffDuration: "5s" },
        });
      },
    },
    {
      row: "scheduler: jobs pause, resume, run and delete",
      async play(wire) {
        const act = (verb: string) => wire.send(`POST ${jobs(wire)}/my-job:${verb}`, { body: {} });
        expect((await act("pause")).body.state).toBe("PAUSED");
        expect((await act("resume")).body.state).toBe("ENABLED");
        expect((await act("run")).status).toBe(200);
        expect((await wire.send(`DELETE ${jobs(wire)}/my-job`)).body).toEqual({});
        expect((await wire.send(`GET ${jobs(wire)}/my-job`)).status).toBe(404);
      },
    },
  ],
};
