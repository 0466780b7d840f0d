// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { ExecutionsClient } from "@google-cloud/workflows";
import { credentials, Metadata, makeGenericClientConstructor } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import { createWire } from "../../../local/model/wire.ts";
import { deploy, location, startWorkflowCloud } from "../../local/workflows/workflow-cloud.ts";

const source = `
main:
  params: [args]
  steps:
    - loop: {for: {value: n, in: '\${args}', steps: [{nap: {call: sys.sleep, args: {seconds: 5}}}]}}
    - give: {return: '\${len(args)}'}
`;
const parent = `${location}/workflows/counts`;
const executionsV1 = "google.cloud.workflows.executions.v1";
const asOwner = { otherArgs: { headers: { authorization: "Bearer owner" } } };

let local: LocalCloud;
let restPort: number;
beforeAll(async () => {
  restPort = await freePort();
  local = await startWorkflowCloud([], { listen: [{ host: "workflowexecutions.googleapis.com", port: restPort }] });
  await deploy(local, "counts", source, { labels: { team: "data" } });
}, 60_000);
afterAll(() => local.stop());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A client that speaks to the local cloud, over the transport. */
function clientOver(transport: string): ExecutionsClient {
  const reached =
    transport === "gRPC"
      ? { port: local.port, sslCreds: credentials.createInsecure() }
      : { port: restPort, protocol: "http", fallback: true };
  const options = { apiEndpoint: "127.0.0.1", ...reached };
  // The client's own copies of its libraries declare the same types once more.
  return new ExecutionsClient(Object.assign(options, { authClient: new PassThroughClient() as never }));
}

async function untilEnded(client: ExecutionsClient, name: string) {
  for (let turn = 0; turn < 1000; turn += 1) {
    const [execution] = await client.getExecution({ name, view: "FULL" }, asOwner);
    if (execution.state !== "ACTIVE" && execution.state !== "QUEUED") return execution;
  }
  throw new Error(`${name} does not end`);
}

/** Over REST the client tells the HTTP status in place of the code. */
const codes = [
  ["gRPC", { failedPrecondition: 9, notFound: 5 }],
  ["REST", { failedPrecondition: 400, notFound: 404 }],
] as const;

describe.each(codes)("the official client over %s", (transport, { failedPrecondition, notFound }) => {
  it("executes, watches, lists and cancels", async () => {
    const client = clientOver(transport);
    const execution = { argument: "[1,2,3]", labels: { run: "a" } };
    const [begun] = await client.createExecution({ parent, execution }, asOwner);
    expect(begun).toMatchObject({ state: "ACTIVE", labels: { team: "data", run: "a" } });
    const ended = await untilEnded(client, String(begun.name));
    const currentSteps = [{ routine: "main", step: "give" }];
    expect(ended).toMatchObject({ state: "SUCCEEDED", result: "3", status: { currentSteps } });
    expect(Number(ended.duration?.seconds)).toBeGreaterThanOrEqual(15);

    local.cloud.clock.pause();
    const [waiting] = await client.createExecution({ parent, execution: { argument: "[1]" } }, asOwner);
    const [cancelled] = await client.cancelExecution({ name: waiting.name }, asOwner);
    local.cloud.clock.resume();
    expect(cancelled).toMatchObject({ state: "CANCELLED" });
    await expect(client.cancelExecution({ name: waiting.name }, asOwner)).rejects.toMatchObject({
      code: failedPrecondition,
    });
    const [listed] = await client.listExecutions({ parent, filter: 'state="CANCELLED"' }, asOwner);
    expect(listed[0]?.name).toBe(waiting.name);
    await expect(client.getExecution({ name: `${parent}/executions/none` }, asOwner)).rejects.toMatchObject({
      code: notFound,
    });
    await client.close();
  });
});

describe("what no official client of Node knows", () => {
  it("is served over gRPC too: definitions and their revisions", async () => {
    const deployed = await callUnary("google.cloud.workflows.v1.Workflows.GetWorkflow", { name: parent });
    expect(deployed).toMatchObject({ state: "ACTIVE", labels: { team: "data" } });
    const revisions = await callUnary("google.cloud.workflows.v1.Workflows.ListWorkflowRevisions", { name: parent });
    expect(revisions).toMatchObject({ workflows: [{ revisionId: deployed.revisionId, sourceContents: source }] });
  });

  it("is served over gRPC too: history and callbacks", async () => {
    const execution = { argument: "[1]", executionHistoryLevel: "EXECUTION_HISTORY_DETAILED" };
    const begun = await callUnary(`${executionsV1}.Executions.CreateExecution`, { parent, execution });
    const name = String(begun.name);
    const client = clientOver("gRPC");
    await untilEnded(client, name);
    await client.close();
    const filter = 'stepType="FOR_ITERATION"';
    const { stepEntries } = await callUnary(`${executionsV1}.ExecutionHistory.ListStepEntries`, {
      parent: name,
      filter,
    });
    const stepEntryMetadata = { progressType: "PROGRESS_TYPE_FOR", progressNumber: "1", expectedIteration: "1" };
    const variableData = { variables: { args: [1], n: 1 } };
    expect(stepEntries).toMatchObject([{ step: "loop", state: "STATE_SUCCEEDED", stepEntryMetadata, variableData }]);
    const entry = await callUnary(`${executionsV1}.ExecutionHistory.GetStepEntry`, { name: `${name}/stepEntries/1` });
    expect(entry).toMatchObject({ entryId: "1", stepType: "STEP_FOR", navigationInfo: { children: ["2"] } });
    expect(await callUnary(`${executionsV1}.Events.ListCallbacks`, { parent: name })).toEqual({});
  });
});

/** Calls a method over gRPC by the definitions of the model. */
function callUnary(method: string, request: JsonObject): Promise<JsonObject> {
  const model = loadModel();
  const wire = createWire(model);
  const types = model.methods[method];
  const dot = method.lastIndexOf(".");
  const path = `/${method.slice(0, dot)}/${method.slice(dot + 1)}`;
  const same = (bytes: Buffer) => bytes;
  const Client = makeGenericClientConstructor({}, "any");
  const client = new Client(`127.0.0.1:${local.port}`, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set("authorization", "Bearer owner");
  return new Promise<JsonObject>((resolve, reject) => {
    const bytes = wire.encode(types?.request ?? "", request);
    client.makeUnaryRequest(path, same, same, bytes, metadata, (error, answer) =>
      error ? reject(error) : resolve(wire.decode(types?.response ?? "", answer ?? Buffer.alloc(0))),
    );
  }).finally(() => client.close());
}
