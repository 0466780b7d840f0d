import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { LocalCloud } from "../../../../local/main.ts";
import type * as v2 from "../../../../local/model/generated/run.ts";
import type * as v1 from "../../../../local/model/generated/run-v1.ts";
import { createContext, type RunContext } from "../../../../local/run/context.ts";
import { withServiceDefaults, withTaskDefaults } from "../../../../local/run/defaults.ts";
import { fromKnativeJob, toKnativeJob } from "../../../../local/run/knative/job.ts";
import { keepUnspoken } from "../../../../local/run/knative/keep.ts";
import { fromKnativeService, toKnativeService } from "../../../../local/run/knative/service.ts";
import { spellingOf, spellings } from "../../../../local/run/knative/spelling.ts";
import { startTestCloud, testProject } from "../../../support/local-cloud.ts";

let local: LocalCloud;
let context: RunContext;

beforeAll(async () => {
  local = await startTestCloud();
  local.cloud.projects.ensure(testProject);
  context = createContext(local.cloud, {});
}, 60_000);
afterAll(() => local.stop());

const name = `projects/${testProject}/locations/asia-northeast1/services/s`;
const jobName = `projects/${testProject}/locations/asia-northeast1/jobs/j`;
const account = "runner@example.iam.gserviceaccount.com";

/** Without what is absent, at any depth. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** An object in which any of the fields may be absent. */
const some = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { requiredKeys: [] });
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const count = fc.integer({ min: 1, max: 100 });
const userLabels = fc.dictionary(word, word, { minKeys: 1, maxKeys: 2 });
const fullSecret = fc.tuple(word, word).map(([project, id]) => `projects/${project}/secrets/${id}`);

const probe = fc.oneof(
  some({ initialDelaySeconds: count, timeoutSeconds: count, periodSeconds: count, failureThreshold: count }).map(
    (times) => ({ ...times, tcpSocket: { port: 8080 } }),
  ),
  count.map((port) => ({ httpGet: { path: "/ready", port, httpHeaders: [{ name: "X", value: "y" }] } })),
  count.map((port) => ({ grpc: { port, service: "health" } })),
);

describe("a service of version 2", () => {
  const variable = fc.oneof(
    fc.record({ name: word, value: word }),
    fc.record({
      name: word,
      valueSource: fc.record({ secretKeyRef: fc.record({ secret: fc.oneof(word, fullSecret), version: word }) }),
    }),
  );
  const container = some({
    command: fc.array(word, { minLength: 1, maxLength: 2 }),
    args: fc.array(word, { minLength: 1, maxLength: 2 }),
    workingDir: word,
    env: fc.array(variable, { minLength: 1, maxLength: 3 }),
    volumeMounts: fc.constant([{ name: "v", mountPath: "/v", subPath: "s" }]),
    livenessProbe: probe,
    startupProbe: probe,
    baseImageUri: word,
    resources: some({
      limits: fc.constant({ cpu: "2", memory: "1Gi" }),
      cpuIdle: fc.constant(true),
      startupCpuBoost: fc.constant(true),
    }),
  });
  const containers = fc.array(container, { minLength: 1, maxLength: 3 }).map((all) =>
    all.map((one, index) => ({
      ...one,
      name: `c${index}`,
      image: `image-${index}`,
      ...(index === 0 ? { ports: [{ name: "h2c", containerPort: 9000 }] } : { dependsOn: ["c0"] }),
    })),
  );
  const vpcAccess = fc.oneof(
    some({ egress: fc.constantFrom("ALL_TRAFFIC" as const, "PRIVATE_RANGES_ONLY" as const) }).map((egress) => ({
      connector: "c",
      ...egress,
    })),
    fc.constant({ networkInterfaces: [{ network: "n", subnetwork: "s", tags: ["t"] }] }),
  );
  const volume = fc.oneof(
    fc.record({
      secret: some({
        items: fc.constant([{ path: "p", version: "2", mode: 256 }]),
        defaultMode: count,
      }).chain((rest) => fullSecret.map((secret) => ({ ...rest, secret }))),
    }),
    fc.constant({ emptyDir: { medium: "MEMORY" as const, sizeLimit: "1Mi" } }),
    fc.constant({ emptyDir: {} }),
  );
  const template = some({
    labels: userLabels,
    annotations: userLabels,
    revision: word,
    scaling: some({ minInstanceCount: count, maxInstanceCount: count }),
    timeout: count.map((seconds) => `${seconds}s`),
    serviceAccount: fc.constant(account),
    vpcAccess,
    volumes: volume.map((one) => [{ name: "v", ...one }]),
    executionEnvironment: fc.constantFrom("EXECUTION_ENVIRONMENT_GEN1" as const, "EXECUTION_ENVIRONMENT_GEN2" as const),
    maxInstanceRequestConcurrency: count,
    sessionAffinity: fc.constant(true),
    healthCheckDisabled: fc.constant(true),
  }).chain((rest) => containers.map((all) => ({ ...rest, containers: all })));
  const service: fc.Arbitrary<v2.Service> = some({
    labels: userLabels,
    annotations: userLabels,
    description: word,
    client: word,
    clientVersion: word,
    ingress: fc.constantFrom("INGRESS_TRAFFIC_ALL" as const, "INGRESS_TRAFFIC_INTERNAL_ONLY" as const),
    launchStage: fc.constantFrom("GA" as const, "BETA" as const),
    scaling: some({ minInstanceCount: count, scalingMode: fc.constantFrom("AUTOMATIC" as const, "MANUAL" as const) }),
    customAudiences: fc.array(word, { minLength: 1, maxLength: 2 }),
    invokerIamDisabled: fc.constant(true),
    defaultUriDisabled: fc.constant(true),
    binaryAuthorization: fc.constantFrom<v2.BinaryAuthorization>({ useDefault: true }, { policy: "p" }),
    buildConfig: fc.constant({ functionTarget: "f" }),
    traffic: fc.constant([
      { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" as const, percent: 90 },
      { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION" as const, revision: "s-00001-abc", percent: 10, tag: "t" },
    ]),
  }).chain((rest) => template.map((found) => ({ ...rest, template: found })));

  it("is the same after it was read and written again through version 1", () => {
    fc.assert(
      fc.property(service, (sent) => {
        const before = plain(withServiceDefaults(sent, account));
        const shown = plain(toKnativeService(context, { ...before, name }));
        const after = withServiceDefaults(keepUnspoken(fromKnativeService(shown), before), account);
        expect(withoutEmpty(plain(after))).toEqual(withoutEmpty(before));
      }),
      { numRuns: 300 },
    );
  });

  it("is the same as a job", () => {
    fc.assert(
      fc.property(service, some({ parallelism: count, taskCount: count }), (sent, counts) => {
        const { containers: all = [], volumes, vpcAccess: access, executionEnvironment } = sent.template ?? {};
        const task = {
          containers: all.map(({ livenessProbe: _, baseImageUri: __, ...one }) => forJob(one)),
          volumes,
          maxRetries: 0,
        };
        const filled = withTaskDefaults({ ...task, vpcAccess: access, executionEnvironment }, account);
        const { labels, annotations, launchStage = "GA", client, binaryAuthorization } = sent;
        const parts = { labels, annotations, launchStage, client, binaryAuthorization, startExecutionToken: "x" };
        const before = plain({ ...parts, template: { labels, ...counts, template: filled } });
        const shown = plain(toKnativeJob(context, { ...before, name: jobName }));
        const { template: { template: read = {}, ...rest } = {}, ...after } = fromKnativeJob(shown);
        const again = { launchStage: "GA", ...after, template: { ...rest, template: withTaskDefaults(read, account) } };
        expect(withoutEmpty(plain(again))).toEqual(withoutEmpty(before));
      }),
      { numRuns: 200 },
    );
  });
});

/** Processors of jobs are as they are. */
function forJob({ resources, ...container }: v2.Container): v2.Container {
  return { ...container, ...(resources?.limits ? { resources: { limits: resources.limits } } : {}) };
}

/** An empty group of settings says as much as none. */
function withoutEmpty<T>(value: T): T {
  const text = JSON.stringify(value, (key, item) =>
    ["scaling", "resources", "metadata"].includes(key) && Object.keys(item as object).length === 0 ? undefined : item,
  );
  return JSON.parse(text) as T;
}

describe("a service of version 1", () => {
  const switches = fc.constantFrom("true", "false", "True", "False");
  const annotations = some({
    "run.googleapis.com/ingress": fc.constantFrom("all", "internal", "internal-and-cloud-load-balancing", "none"),
    "run.googleapis.com/launch-stage": fc.constantFrom("GA", "BETA", "ALPHA"),
    "run.googleapis.com/description": word,
    "run.googleapis.com/client-name": word,
    "run.googleapis.com/client-version": word,
    "run.googleapis.com/minScale": count.map(String),
    "run.googleapis.com/scalingMode": fc.constantFrom("automatic", "manual"),
    "run.googleapis.com/custom-audiences": fc.constantFrom('["a"]', '[ "a", "b" ]'),
    "run.googleapis.com/invoker-iam-disabled": switches,
    "run.googleapis.com/binary-authorization": fc.constantFrom("default", "p"),
    "example.com/own": word,
  });
  const templateAnnotations = some({
    "autoscaling.knative.dev/minScale": fc.constantFrom("0", "1"),
    "autoscaling.knative.dev/maxScale": count.map(String),
    "run.googleapis.com/client-name": word,
    "run.googleapis.com/cpu-throttling": switches,
    "run.googleapis.com/startup-cpu-boost": switches,
    "run.googleapis.com/sessionAffinity": switches,
    "run.googleapis.com/execution-environment": fc.constantFrom("gen1", "gen2"),
    "run.googleapis.com/vpc-access-connector": fc.constantFrom("c", "projects/p/locations/r/connectors/c"),
    "run.googleapis.com/vpc-access-egress": fc.constantFrom("all", "all-traffic", "private-ranges-only"),
    "run.googleapis.com/network-interfaces": fc.constant('[{ "network":"n", "subnetwork":"s" }]'),
    "run.googleapis.com/container-dependencies": fc.constantFrom('{"app":["side"]}', '{ "app": ["side"] }'),
    "run.googleapis.com/secrets": fc.constant("alias:projects/other/secrets/s"),
    "client.knative.dev/user-image": word,
  });
  const env = fc.oneof(
    fc.record({ name: word, value: word }),
    fc.record({
      name: word,
      valueFrom: fc.record({ secretKeyRef: fc.record({ name: fc.constantFrom("own", "alias"), key: word }) }),
    }),
  );
  const app = some({
    args: fc.array(word, { minLength: 1, maxLength: 2 }),
    env: fc.array(env, { minLength: 1, maxLength: 2 }),
    resources: fc.constant({ limits: { cpu: "1", memory: "512Mi" } }),
    startupProbe: probe,
    livenessProbe: probe,
    volumeMounts: fc.constant([{ name: "v", mountPath: "/v" }]),
  }).map((rest) => ({ name: "app", image: "i", ports: [{ name: "http1", containerPort: 8080 }], ...rest }));
  const service: fc.Arbitrary<v1.Service> = fc
    .record({ annotations, templateAnnotations, app, labels: userLabels })
    .map((parts) => ({
      metadata: { name: "s", annotations: parts.annotations, labels: parts.labels },
      spec: {
        template: {
          metadata: { name: "s-1", annotations: parts.templateAnnotations, labels: parts.labels },
          spec: {
            containerConcurrency: 10,
            timeoutSeconds: 30,
            serviceAccountName: account,
            containers: [parts.app, { name: "side", image: "i" }],
            volumes: [{ name: "v", secret: { secretName: "alias", items: [{ key: "1", path: "p" }] } }],
          },
        },
        traffic: [
          { latestRevision: true, percent: 100 },
          { revisionName: "s-0", tag: "old" },
        ],
      },
    }));

  it("is shown again in the words in which it was written", () => {
    fc.assert(
      fc.property(service, (sent) => {
        const template = sent.spec?.template;
        spellings(context).put(
          name,
          spellingOf({ metadata: sent.metadata, template: template?.metadata, containers: template?.spec?.containers }),
        );
        const shown = plain(toKnativeService(context, { ...fromKnativeService(sent), name }));
        expect(shown).toMatchObject({ metadata: sent.metadata, spec: { template: { metadata: template?.metadata } } });
        expect(shown.spec?.template?.spec).toEqual(template?.spec);
        expect(shown.spec?.traffic).toEqual(sent.spec?.traffic);
      }),
      { numRuns: 300 },
    );
  });

  it("forgets a spelling that no longer means what the service says", () => {
    const sent = { metadata: { annotations: { "run.googleapis.com/launch-stage": "GA" } } };
    spellings(context).put(name, spellingOf(sent));
    const annotationsOf = (launchStage: "GA" | "BETA") =>
      toKnativeService(context, { name, launchStage }).metadata?.annotations?.["run.googleapis.com/launch-stage"];
    expect([annotationsOf("GA"), annotationsOf("BETA")]).toEqual(["GA", "BETA"]);
  });

  it("shows what containers ask for, as long as there are as many", () => {
    const asking = {
      name: "a",
      image: "i",
      resources: { limits: { cpu: "2" }, requests: { cpu: "1", memory: "256Mi" } },
    };
    spellings(context).put(name, spellingOf({ containers: [asking, { name: "b", image: "i" }] }));
    const shownOf = (...containers: readonly v2.Container[]) =>
      toKnativeService(context, { name, template: { containers } }).spec?.template?.spec?.containers ?? [];
    const [first, second, ...others] = [
      { name: "a", resources: { limits: { cpu: "2" } } },
      { name: "b" },
      { name: "c" },
    ];
    expect(shownOf(first, second).map(({ resources }) => resources)).toEqual([asking.resources, undefined]);
    expect(shownOf(first, second, ...others)[0]?.resources).toEqual({ limits: { cpu: "2" } });
  });
});
