// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { testProject } from "../../../support/local-cloud.ts";
import { pushImage } from "../../../support/push-image.ts";
import type { Scenario } from "../actor.ts";
import { location, project } from "../kind.ts";
import { insertNetwork } from "./networks.ts";

const longrunning = (host: string, method: string) => `${host}.googleapis.com google.longrunning.Operations.${method}`;
const last = (name: unknown) => String(name).split("/").at(-1) ?? "";

const deliveries: Scenario = {
  title: "deliveries: lease again and acknowledge",
  async run({ do: call, stem }) {
    const [publisher, subscriber] = ["google.pubsub.v1.Publisher", "google.pubsub.v1.Subscriber"];
    const topic = `${project}/topics/delivers-${stem}`;
    const subscription = `${project}/subscriptions/delivers-${stem}`;
    await call(`${publisher}.CreateTopic`, { name: topic });
    await call(`${subscriber}.CreateSubscription`, { name: subscription, topic });
    const data = Buffer.from("hello").toString("base64");
    await call(`${publisher}.Publish`, { topic, messages: [{ data }] });
    const pull = { subscription, maxMessages: 1 };
    const { receivedMessages } = await call(`${subscriber}.Pull`, pull);
    const [{ ackId: first = "" } = {}] = receivedMessages as readonly JsonObject[];
    await call(`${subscriber}.ModifyAckDeadline`, { subscription, ackIds: [first], ackDeadlineSeconds: 0 });
    const again = await call(`${subscriber}.Pull`, pull, { receivedMessages: [{ message: { data } }] });
    const [{ ackId: second = "" } = {}] = again.receivedMessages as readonly JsonObject[];
    await call(`${subscriber}.Acknowledge`, { subscription, ackIds: [second] });
  },
};

const logs: Scenario = {
  title: "logs: write, list entries and names",
  async run({ do: call, stem }) {
    const logging = "google.logging.v2.LoggingServiceV2";
    const logName = `${project}/logs/further-${stem}`;
    const entry = { logName, resource: { type: "global" }, severity: "WARNING", textPayload: "hello" };
    await call(`${logging}.WriteLogEntries`, { entries: [entry] });
    const filter = `logName="${logName}" AND severity>=WARNING`;
    const entries = [{ logName, severity: "WARNING", textPayload: "hello" }];
    await call(`${logging}.ListLogEntries`, { resourceNames: [project], filter }, { entries });
    const { logNames } = await call(`${logging}.ListLogs`, { parent: project });
    expect(logNames).toContain(logName);
    await call(`${logging}.DeleteLog`, { logName });
  },
};

const connectors: Scenario = {
  title: "connectors: create, get, list, patch, delete",
  async run(actor) {
    const { do: call, operate, stem, local } = actor;
    const service = "google.cloud.vpcaccess.v1.VpcAccessService";
    const network = `further-way-${stem}`;
    const name = `${location}/connectors/further-${stem}`;
    await insertNetwork(actor, network);
    const connector = { network, ipCidrRange: "10.8.0.0/28", minInstances: 2, maxInstances: 3 };
    const ready = { name, state: "READY", network, ipCidrRange: "10.8.0.0/28", maxInstances: 3 };
    await operate(`${service}.CreateConnector`, { parent: location, connectorId: last(name), connector }, ready);
    await call(`${service}.GetConnector`, { name }, ready);
    const { connectors: listed } = await call(`${service}.ListConnectors`, { parent: location });
    expect(listed).toEqual(expect.arrayContaining([expect.objectContaining({ name })]));
    await operate("google.cloud.vpcaccess.rest.Connectors.Patch", {
      ...{ connector: { name, minInstances: 2, maxInstances: 5 }, updateMask: "minInstances,maxInstances" },
    });
    await call(`${service}.GetConnector`, { name }, { maxInstances: 5 });
    await operate(`${service}.DeleteConnector`, { name });
    expect(local.cloud.store.collection("vpcaccess.connectors").get(name)).toBeUndefined();
  },
};

const usage: Scenario = {
  title: "services of a project: enable and disable",
  async run({ do: call, operate }) {
    const service = "google.api.serviceusage.v1.ServiceUsage";
    const name = `${project}/services/aiplatform.googleapis.com`;
    await operate(`${service}.EnableService`, { name });
    await call(`${service}.GetService`, { name }, { state: "ENABLED" });
    await operate(`${service}.DisableService`, { name });
    await call(`${service}.GetService`, { name }, { state: "DISABLED" });
  },
};

const images: Scenario = {
  title: "images: packages, versions and tags",
  async run({ do: call, operate, local, stem }) {
    const registry = (method: string) => `google.devtools.artifactregistry.v1.ArtifactRegistry.${method}`;
    const parent = `${project}/locations/asia-northeast1/repositories/apps`;
    await ensureRepository();
    const [users, others] = [`${parent}/packages/users-${stem}`, `${parent}/packages/others-${stem}`];
    const push = (name: string, source: string) =>
      pushImage(local, { project: testProject, name: last(name), source: `// ${stem} ${source}` }).split("@")[1] ?? "";
    const digest = push(users, "first");
    const version = `${users}/versions/${digest}`;
    const image = { name: `${parent}/dockerImages/users-${stem}@${digest}`, tags: ["latest"] };
    await call(registry("ListDockerImages"), { parent }, { dockerImages: expect.any(Array) as never });
    await call(registry("GetDockerImage"), { name: image.name }, image);
    await call(registry("ListPackages"), { parent }, { packages: expect.any(Array) as never });
    await call(registry("GetPackage"), { name: users }, { name: users });
    await call(registry("ListVersions"), { parent: users }, { versions: [{ name: version }] });
    await call(registry("GetVersion"), { name: version, view: "FULL" }, { name: version });
    const tag = { name: `${users}/tags/stable`, version };
    await call(registry("CreateTag"), { parent: users, tagId: "stable", tag: { version } }, tag);
    await call(registry("GetTag"), { name: tag.name }, tag);
    const second = `${users}/versions/${push(users, "second")}`;
    await call(registry("UpdateTag"), { tag: { ...tag, version: second }, updateMask: "version" }, { version: second });
    const tags = [{ name: `${users}/tags/latest`, version: second }, { version: second }];
    await call(registry("ListTags"), { parent: users }, { tags });
    await call(registry("DeleteTag"), { name: tag.name });
    await operate(registry("DeleteVersion"), { name: second, force: true });
    await operate(registry("BatchDeleteVersions"), { parent: users, names: [version] });
    push(others, "third");
    await operate(registry("DeletePackage"), { name: others });
    const left = await call(registry("ListPackages"), { parent });
    expect(JSON.stringify(left)).not.toContain(`-${stem}"`);

    async function ensureRepository(): Promise<void> {
      const owner = parent.replace(/\/repositories\/.*/, "");
      const { repositories = [] } = await call(registry("ListRepositories"), { parent: owner });
      if ((repositories as readonly JsonObject[]).some(({ name }) => name === parent)) return;
      const repository = { format: "DOCKER" };
      await operate(registry("CreateRepository"), { parent: owner, repositoryId: "apps", repository });
    }
  },
};

const source = `
main:
  params: [args]
  steps:
    - open: {call: events.create_callback_endpoint, args: {http_callback_method: POST}, result: endpoint}
    - hear: {call: events.await_callback, args: {callback: '\${endpoint}', timeout: 60}, result: heard}
    - give: {return: '\${args}'}
`;

const executions: Scenario = {
  title: "executions: create, watch, look at, cancel, export, forget",
  async run({ do: call, operate, local, stem }) {
    const service = "google.cloud.workflows.executions.v1";
    const rest = "google.cloud.workflows.executions.rest.Executions";
    const workflow = `${location}/workflows/further-${stem}`;
    await operate("google.cloud.workflows.v1.Workflows.CreateWorkflow", {
      ...{ parent: location, workflowId: last(workflow), workflow: { sourceContents: source } },
    });
    const revisions = { workflows: [{ sourceContents: source }] };
    await call("google.cloud.workflows.v1.Workflows.ListWorkflowRevisions", { name: workflow }, revisions);
    local.cloud.clock.pause();
    const execution = { argument: "[1]", executionHistoryLevel: "EXECUTION_HISTORY_DETAILED" };
    const begun = await call(`${service}.Executions.CreateExecution`, { parent: workflow, execution });
    const name = String(begun.name);
    await local.cloud.clock.advance(5_000);
    await call(`${service}.Executions.GetExecution`, { name }, { name, state: "ACTIVE" });
    const { callbacks } = await call(`${service}.Events.ListCallbacks`, { parent: name });
    expect(callbacks).toMatchObject([{ method: "POST" }]);
    const stepEntries = [{ step: "open" }, { step: "hear" }];
    await call(`${service}.ExecutionHistory.ListStepEntries`, { parent: name }, { stepEntries });
    await call(`${service}.ExecutionHistory.GetStepEntry`, { name: `${name}/stepEntries/1` }, { step: "open" });
    await call(`${service}.Executions.CancelExecution`, { name }, { state: "CANCELLED" });
    local.cloud.clock.resume();
    await call(`${service}.Executions.ListExecutions`, { parent: workflow }, { executions: [{ name }] });
    const { data } = await call(`${rest}.ExportData`, { name });
    expect(JSON.parse(String(data))).toMatchObject({ execution: { name } });
    expect(await call(`${rest}.DeleteExecutionHistory`, { name })).toEqual({});
    const message = { data: Buffer.from("hi").toString("base64"), messageId: "7", publishTime: "2026-01-02T03:04:05Z" };
    await call(`${rest}.TriggerPubsubExecution`, {
      ...{ workflow, message, subscription: `${project}/subscriptions/s` },
      GCPCloudEventsMode: `CUSTOM_PUBSUB_${project}/topics/t`,
    });
  },
};

const operations: Scenario = {
  title: "operations: cancel and delete",
  async run({ do: call, operate, ended, stem }) {
    const workflow = { sourceContents: "- end: {return: 1}\n" };
    const workflowId = `brief-${stem}`;
    await operate("google.cloud.workflows.v1.Workflows.CreateWorkflow", { parent: location, workflowId, workflow });
    const listed = await call(longrunning("workflows", "ListOperations"), { name: location });
    const [{ name = "" } = {}] = listed.operations as readonly JsonObject[];
    await call(longrunning("workflows", "DeleteOperation"), { name });
    const network = `${project}/global/networks/parent`;
    const made = await call("google.cloud.alloydb.v1.AlloyDBAdmin.CreateCluster", {
      ...{ parent: location, clusterId: `brief-${stem}`, cluster: { networkConfig: { network } } },
    });
    const operation = { name: made.name ?? "" };
    await call(longrunning("alloydb", "CancelOperation"), operation);
    await ended("alloydb.googleapis.com", made);
    await call(longrunning("alloydb", "DeleteOperation"), operation);
    await operate("google.cloud.alloydb.v1.AlloyDBAdmin.DeleteCluster", { name: `${location}/clusters/brief-${stem}` });
  },
};

/** Lives in APIs that run nothing but workflows. */
export const serviceScenarios: readonly Scenario[] = [
  ...[deliveries, logs, connectors, usage, images, executions, operations],
];
