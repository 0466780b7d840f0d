import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { LocalCloud } from "../../../local/main.ts";
import { createPubSub } from "../../../local/pubsub/pubsub.ts";
import { startTestCloud } from "../../support/local-cloud.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("official-clients.ts", import.meta.url));
let local: LocalCloud;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createPubSub] });
}, 60_000);
afterAll(() => local.stop());

describe("the official clients", () => {
  it("publish, stream, pull, seek and share over gRPC, knowing nothing but their environment", async () => {
    const env = { PATH: process.env.PATH, ...(await local.environment()) };
    const { stdout } = await run(process.execPath, [program], { env, timeout: 60_000 });
    const answers = JSON.parse(stdout);
    expect(answers.inOrder.slice(0, 1).concat(answers.inOrder.slice(-3))).toEqual(["1", "1", "2", "3"]);
    expect(answers).toEqual({
      received: [
        { text: "one", attributes: { n: "1" } },
        { text: "two", attributes: {} },
        { text: '{"three":3}', attributes: {} },
      ],
      inOrder: expect.any(Array),
      exact: "SUCCESS",
      missing: 5,
      subscriptions: ["client-exactly-once", "client-ordered", "client-subscription"].map(
        (id) => `projects/test-project/subscriptions/${id}`,
      ),
      published: 1,
      pulled: expect.arrayContaining(["raw"]),
      updated: { labels: { a: "b" }, ackDeadlineSeconds: 30 },
      again: { code: 6, details: "Resource already exists in the project (resource=client-topic)." },
      policy: [{ role: "roles/pubsub.publisher", members: ["allUsers"], condition: null }],
      allowed: { "pubsub.topics.publish": true, "pubsub.topics.delete": true },
      orphan: "_deleted-topic_",
    });
  }, 60_000);
});
