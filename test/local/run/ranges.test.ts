import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Fixture, parent, project, runner, startFixture } from "./fixture.ts";

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});

afterAll(() => fixture.stop());

const knative = "asia-northeast1-run.googleapis.com/apis";
const refused = (message: string) => ({
  status: 400,
  body: { error: { status: "INVALID_ARGUMENT", message: expect.stringContaining(message) } },
});
const long = "x".repeat(513);

/** A service that nothing is wrong with but what is said. */
const service = ({ container = {}, template = {}, more = {} }) => ({
  template: { serviceAccount: runner, containers: [{ image: "i", ...container }], ...template },
  ...more,
});

const secret = (more: object) => ({ name: "v", secret: { secret: "s", ...more } });

describe("a service of version 2", () => {
  it.each([
    ["template.timeout", { template: { timeout: "-5s" } }],
    ["template.timeout", { template: { timeout: "0s" } }],
    ["template.timeout", { template: { timeout: "3601s" } }],
    ["template.max_instance_request_concurrency", { template: { maxInstanceRequestConcurrency: -4 } }],
    ["template.max_instance_request_concurrency", { template: { maxInstanceRequestConcurrency: 1001 } }],
    ["template.revision", { template: { revision: "other-1" } }],
    ["template.revision", { template: { revision: "bad-One" } }],
    ["template.revision", { template: { revision: `bad-${"x".repeat(60)}` } }],
    ["template.labels", { template: { labels: { "Bad Key": "a" } } }],
    ["labels", { more: { labels: { "Bad Key": "a" } } }],
    ["labels", { more: { labels: { key: "Bad Value" } } }],
    ["labels", { more: { labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, ""])) } }],
    ["annotations", { more: { annotations: { "a b": "c" } } }],
    ["annotations", { more: { annotations: { a: "x".repeat(256 * 1024) } } }],
    ["description", { more: { description: long } }],
    ["scaling.min_instance_count", { more: { scaling: { minInstanceCount: -1 } } }],
    ["scaling.manual_instance_count", { more: { scaling: { manualInstanceCount: -1 } } }],
    ["template.scaling.max_instance_count", { template: { scaling: { maxInstanceCount: -1 } } }],
    ["template.scaling", { template: { scaling: { minInstanceCount: 3, maxInstanceCount: 2 } } }],
    ["template.containers[0].name", { container: { name: "A_B" } }],
    ["template.containers[0].name", { container: { name: `a${"b".repeat(63)}` } }],
    ["template.containers[0].ports[0].container_port", { container: { ports: [{ containerPort: 70_000 }] } }],
    ["template.containers[0].ports[0].container_port", { container: { ports: [{ containerPort: -1 }] } }],
    ["template.containers[0].ports[0].name", { container: { ports: [{ name: "ftp", containerPort: 80 }] } }],
    ["template.containers[0].env", { container: { env: [{ name: "A=B", value: "c" }] } }],
    ["template.containers[0].resources.limits", { container: { resources: { limits: { memory: "64Gi" } } } }],
    ["template.containers[0].resources.limits", { container: { resources: { limits: { cpu: "3" } } } }],
    ["startup_probe.port", { container: { startupProbe: { tcpSocket: { port: 70_000 } } } }],
    ["readiness_probe", { container: { readinessProbe: { httpGet: {}, periodSeconds: -1 } } }],
    ["readiness_probe", { container: { readinessProbe: { tcpSocket: {} } } }],
    ["template.volumes[0].secret.default_mode", { template: { volumes: [secret({ defaultMode: 512 })] } }],
    [
      "template.volumes[0].secret.items[0].mode",
      { template: { volumes: [secret({ items: [{ path: "p", version: "1", mode: -1 }] })] } },
    ],
    [
      "template.volumes[0].empty_dir.size_limit",
      { template: { volumes: [{ name: "v", emptyDir: { sizeLimit: "lots" } }] } },
    ],
  ])("is refused for its %s: %j", async (field, parts) => {
    const answer = await fixture.call("POST", `${parent}/services?serviceId=bad`, service(parts));
    expect(answer).toMatchObject(refused("Violation in CreateServiceRequest.service."));
    expect(answer).toMatchObject(refused(`${field}: `));
    expect((await fixture.call("GET", `${parent}/services/bad`)).status).toBe(404);
  });

  it("may go as far as the limits", async () => {
    const most = {
      template: { timeout: "3600s", maxInstanceRequestConcurrency: 1000, revision: "far-1" },
      container: {
        ...{ name: "c".repeat(63), ports: [{ name: "h2c", containerPort: 65_535 }] },
        resources: { limits: { cpu: "8", memory: "32Gi" } },
      },
      more: { labels: { größe_1: "é-_9", "client.knative.dev/nonce": "abc" }, description: "x".repeat(512) },
    };
    const answer = await fixture.call("POST", `${parent}/services?serviceId=far&validateOnly=true`, service(most));
    expect(answer).toMatchObject({ status: 200 });
  });
});

/** A job that nothing is wrong with but what is said. */
const job = ({ execution = {}, task = {}, more = {} }) => ({
  template: { template: { serviceAccount: runner, containers: [{ image: "i" }], ...task }, ...execution },
  ...more,
});

describe("a job of version 2", () => {
  it.each([
    ["template.task_count", { execution: { taskCount: -3 } }],
    ["template.task_count", { execution: { taskCount: 10_001 } }],
    ["template.parallelism", { execution: { parallelism: -1 } }],
    ["template.parallelism", { execution: { taskCount: 2, parallelism: 3 } }],
    ["template.labels", { execution: { labels: { "Bad Key": "a" } } }],
    ["labels", { more: { labels: { "Bad Key": "a" } } }],
    ["template.template.max_retries", { task: { maxRetries: 11 } }],
    ["template.template.max_retries", { task: { maxRetries: -1 } }],
    ["template.template.timeout", { task: { timeout: "-4s" } }],
    ["template.template.timeout", { task: { timeout: "700000s" } }],
    ["template.template.containers[0].name", { task: { containers: [{ image: "i", name: "A_B" }] } }],
    [
      "template.template.containers[0].resources.limits",
      { task: { containers: [{ image: "i", resources: { limits: { cpu: "0.01" } } }] } },
    ],
  ])("is refused for its %s: %j", async (field, parts) => {
    const answer = await fixture.call("POST", `${parent}/jobs?jobId=bad`, job(parts));
    expect(answer).toMatchObject(refused(`Violation in CreateJobRequest.job.${field}: `));
    expect((await fixture.call("GET", `${parent}/jobs/bad`)).status).toBe(404);
  });

  it("may go as far as the limits", async () => {
    const most = {
      execution: { taskCount: 10_000, parallelism: 10_000 },
      task: { maxRetries: 10, timeout: "604800s" },
    };
    const answer = await fixture.call("POST", `${parent}/jobs?jobId=far&validateOnly=true`, job(most));
    expect(answer).toMatchObject({ status: 200 });
  });

  it("takes no overrides outside of them", async () => {
    const image = fixture.push("bounded", "");
    await fixture.operate("POST", `${parent}/jobs?jobId=bounded`, job({ task: { containers: [{ image }] } }));
    const run = (overrides: object) => fixture.call("POST", `${parent}/jobs/bounded:run`, { overrides });
    expect(await run({ taskCount: -3 })).toMatchObject(refused("RunJobRequest.overrides.task_count: "));
    expect(await run({ timeout: "-1s" })).toMatchObject(refused("RunJobRequest.overrides.timeout: "));
    const containerOverrides = [{ env: [{ name: "PORT", value: "1" }] }];
    expect(await run({ containerOverrides })).toMatchObject(
      refused("RunJobRequest.overrides.container_overrides[0].env: "),
    );
    expect((await fixture.call("GET", `${parent}/jobs/bounded/executions`)).body).toEqual({});
  });
});

describe("version 1", () => {
  const template = ({ spec = {}, container = {}, metadata = {} }) => ({
    metadata,
    spec: { serviceAccountName: runner, containers: [{ image: "i", ...container }], ...spec },
  });

  it.each([
    ["spec.template.spec.timeout_seconds", { spec: { timeoutSeconds: 4000 } }],
    ["spec.template.spec.container_concurrency", { spec: { containerConcurrency: 2000 } }],
    ["spec.template.spec.containers[0].ports[0].container_port", { container: { ports: [{ containerPort: 70_000 }] } }],
    ["spec.template.spec.containers[0].name", { container: { name: "A_B" } }],
    ["spec.template.metadata.name", { metadata: { name: "other-1" } }],
    ["spec.template.metadata.labels", { metadata: { labels: { "Bad Key": "a" } } }],
  ])("refuses the same of a service, at %s", async (field, parts) => {
    const answer = await fixture.call("POST", `${knative}/serving.knative.dev/v1/namespaces/${project}/services`, {
      ...{ apiVersion: "serving.knative.dev/v1", kind: "Service", metadata: { name: "bad" } },
      spec: { template: template(parts) },
    });
    expect(answer).toMatchObject(refused(`${field}: `));
  });

  it.each([
    ["spec.template.spec.task_count", { spec: { taskCount: -3 } }],
    ["spec.template.spec.parallelism", { spec: { parallelism: -1 } }],
    ["spec.template.spec.template.spec.max_retries", { task: { maxRetries: 11 } }],
    ["spec.template.spec.template.spec.timeout_seconds", { task: { timeoutSeconds: "700000" } }],
  ])("refuses the same of a job, at %s", async (field, { spec = {}, task = {} }: { spec?: object; task?: object }) => {
    const answer = await fixture.call("POST", `${knative}/run.googleapis.com/v1/namespaces/${project}/jobs`, {
      ...{ apiVersion: "run.googleapis.com/v1", kind: "Job", metadata: { name: "bad" } },
      spec: { template: { spec: { ...spec, template: { spec: template({ spec: task }).spec } } } },
    });
    expect(answer).toMatchObject(refused(`${field}: `));
  });
});

describe("a job whose image does not exist", () => {
  it("is not ready, and each execution of it fails before any task begins", async () => {
    const made = await fixture.operate("POST", `${parent}/jobs?jobId=lost`, job({ execution: { taskCount: 2 } }));
    expect(made.error).toMatchObject({ code: 9, message: "Image 'i' not found." });
    const run = await fixture.operate("POST", `${parent}/jobs/lost:run`, {});
    expect(run).toMatchObject({ done: true, error: { code: 9, message: "Image 'i' not found." } });
    const { body } = await fixture.call("GET", `${parent}/jobs/lost/executions`);
    const [execution] = body.executions as readonly { name: string }[];
    expect(execution).toMatchObject({
      completionTime: expect.any(String),
      conditions: [
        { type: "Completed", state: "CONDITION_FAILED", reason: "CONTAINER_MISSING", message: "Image 'i' not found." },
        { type: "ContainerReady", state: "CONDITION_FAILED", reason: "CONTAINER_MISSING" },
      ],
    });
    expect(execution).not.toHaveProperty("succeededCount");
    expect((await fixture.call("GET", `run.googleapis.com/v2/${execution?.name}/tasks`)).body).toEqual({});
    expect((await fixture.call("GET", `${parent}/jobs/lost`)).body).toMatchObject({
      latestCreatedExecution: { completionStatus: "EXECUTION_FAILED" },
    });
  });

  it("fails in the words of version 1 too", async () => {
    const path = `${knative}/run.googleapis.com/v1/namespaces/${project}`;
    const { body } = await fixture.call("POST", `${path}/jobs/lost:run`, {});
    const { name } = body.metadata as { readonly name: string };
    await fixture.local.cloud.clock.idle();
    const execution = await fixture.call("GET", `${path}/executions/${name}`);
    expect(execution.body).toMatchObject({
      status: { conditions: [{ type: "Completed", status: "False", reason: "ContainerMissing" }, {}] },
    });
  });
});
