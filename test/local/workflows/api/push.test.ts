// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isJsonObject } from "../../../../local/json.ts";
import type { LocalCloud } from "../../../../local/main.ts";
import { createPubSub } from "../../../../local/pubsub/pubsub.ts";
import { errorOf, rest, testProject } from "../../../support/local-cloud.ts";
import { account, deploy, executions, location, outcomeOf, startWorkflowCloud } from "../workflow-cloud.ts";

const topic = `projects/${testProject}/topics/orders`;
const subscription = `projects/${testProject}/subscriptions/eventarc-orders`;
const address = `https://workflowexecutions.googleapis.com/v1/${location}/workflows/taken:triggerPubsubExecution`;
const endpoint = `${address}?__GCP_CloudEventsMode=CUSTOM_PUBSUB_${encodeURIComponent(topic)}`;
let local: LocalCloud;

beforeAll(async () => {
  local = await startWorkflowCloud([createPubSub]);
  await deploy(local, "taken", 'main: { params: [event], steps: [{ end: { return: "${event}" } }] }');
  const bindings = [{ role: "roles/workflows.invoker", members: [`serviceAccount:${account}`] }];
  local.cloud.access.setPolicy(`//cloudresourcemanager.googleapis.com/projects/${testProject}`, { bindings });
  await local.cloud.clock.advance(600_000);
}, 60_000);
afterAll(() => local.stop());

describe("a push of Eventarc's", () => {
  it("starts an execution with the message as its event", async () => {
    await rest(local, `PUT pubsub.googleapis.com/v1/${topic}`, { body: {} });
    const pushConfig = { pushEndpoint: endpoint, oidcToken: { serviceAccountEmail: account, audience: address } };
    await rest(local, `PUT pubsub.googleapis.com/v1/${subscription}`, { body: { topic, pushConfig } });
    const messages = [{ data: Buffer.from("x").toString("base64"), attributes: { a: "b" } }];
    const { body } = await rest(local, `POST pubsub.googleapis.com/v1/${topic}:publish`, { body: { messages } });
    const [id] = body.messageIds as string[];
    await local.cloud.clock.advance(60_000);
    const listed = await executions(local, "GET workflows/taken/executions");
    const [execution] = Array.isArray(listed.body.executions) ? listed.body.executions : [];
    const { result } = await outcomeOf(local, isJsonObject(execution) ? String(execution.name) : "");
    expect(JSON.parse(String(result))).toMatchObject({
      id,
      source: `//pubsub.googleapis.com/${topic}`,
      data: { subscription, message: { messageId: id, attributes: { a: "b" } } },
    });
    expect(listed.body.executions).toHaveLength(1);
  });

  it("is refused without a token for the endpoint, and without a message", async () => {
    const token = (audience: string) =>
      local.cloud.tokens.idToken({ principal: { kind: "serviceAccount", email: account, uniqueId: "1" } }, audience);
    const push = (as: string, body: object) => rest(local, `POST ${endpoint.slice("https://".length)}`, { as, body });
    expect((await push(token("https://other.example.com"), {})).status).toBe(401);
    const empty = await push(token(address), {});
    expect([empty.status, errorOf(empty).status]).toEqual([400, "INVALID_ARGUMENT"]);
  });
});
