import { expect } from "@jest/globals";
import { isJsonObject, type Json, type JsonObject } from "../../../../local/json.ts";
import { answering, pushImage } from "../../../support/push-image.ts";
import type { Wire } from "../../gcloud/wire.ts";
import type { Life } from "../life.ts";

const run = "run.googleapis.com/v2/projects/{project}/locations/us-central1";
const knative = "us-central1-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/{project}/services";
const v1 = "run.googleapis.com/v1/projects/{project}/locations/us-central1/services/old";
const labels = { "goog-terraform-provisioned": "true" };
const account = "deployer@{project}.iam.gserviceaccount.com";
const connector = "projects/{project}/locations/us-central1/connectors/con";
const everyone = { role: "roles/run.invoker", members: ["allUsers"] };
const text = expect.any(String) as unknown as string;
const image = ({ local, project }: Wire) => pushImage(local, { project, name: "web", source: answering("web") });

/** The template of the article's service: two containers, of which one waits for the other. */
function template(wire: Wire, more: JsonObject = {}): JsonObject {
  return {
    containers: [
      {
        env: [{ name: "MODE", value: "a" }],
        image: image(wire),
        name: "app",
        ports: [{ containerPort: 8080, name: "http1" }],
        resources: { cpuIdle: true, limits: { cpu: "1", memory: "512Mi" } },
      },
    ],
    maxInstanceRequestConcurrency: 80,
    scaling: { maxInstanceCount: 2 },
    serviceAccount: account,
    timeout: "300s",
    vpcAccess: { connector, egress: "PRIVATE_RANGES_ONLY" },
    ...more,
  };
}

const jobTemplate = (wire: Wire, maxRetries: number) => ({
  taskCount: 1,
  template: {
    containers: [{ image: image(wire), resources: { limits: { cpu: "1", memory: "512Mi" } } }],
    maxRetries,
    timeout: "600s",
  },
});

function manifest(wire: Wire, concurrency: number, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: "serving.knative.dev/v1",
    kind: "Service",
    metadata: {
      annotations: { "run.googleapis.com/ingress": "all" },
      labels,
      name: "old",
      namespace: wire.project,
      ...more,
    },
    spec: {
      template: {
        metadata: { annotations: { "autoscaling.knative.dev/maxScale": "2" } },
        spec: {
          containerConcurrency: concurrency,
          containers: [{ image: image(wire), ports: [{ containerPort: 8080 }] }],
          serviceAccountName: account.replace("{project}", wire.project),
        },
      },
      traffic: [{ latestRevision: true, percent: 100 }],
    },
  };
}

/** A service of version 1 is looked at until it is ready in its present generation. */
function isReady(status: Json | undefined, metadata: Json | undefined): boolean {
  if (!isJsonObject(status) || !isJsonObject(metadata)) return false;
  const conditions = Array.isArray(status.conditions) ? (status.conditions as readonly JsonObject[]) : [];
  const isCurrent = Number(status.observedGeneration) === Number(metadata.generation);
  return isCurrent && conditions.some((one) => one.type === "Ready" && one.status === "True");
}

/** Services and jobs. */
export const runLives: readonly Life[] = [
  {
    resource: "google_cloud_run_v2_service",
    create: [
      {
        send: `POST ${run}/services?serviceId=web`,
        body: (wire) => ({
          ingress: "INGRESS_TRAFFIC_ALL",
          labels,
          template: template(wire),
          traffic: [{ percent: 100, type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" }],
        }),
        wait: "operation",
        answer: { name: "projects/{project}/locations/us-central1/services/web" },
      },
    ],
    read: `GET ${run}/services/web`,
    imports: [
      "projects/{project}/locations/us-central1/services/web",
      "projects/{number}/locations/us-central1/services/web",
      "{project}/us-central1/web",
      "us-central1/web",
      "web",
    ],
    state: {
      name: "projects/{project}/locations/us-central1/services/web",
      generation: "1",
      ingress: "INGRESS_TRAFFIC_ALL",
      labels,
      launchStage: "GA",
      latestReadyRevision: text,
      template: {
        containers: [
          {
            env: [{ name: "MODE", value: "a" }],
            name: "app",
            ports: [{ containerPort: 8080, name: "http1" }],
            resources: { cpuIdle: true, limits: { cpu: "1", memory: "512Mi" } },
          },
        ],
        maxInstanceRequestConcurrency: 80,
        scaling: { maxInstanceCount: 2 },
        serviceAccount: account,
        timeout: "300s",
        vpcAccess: { connector, egress: "PRIVATE_RANGES_ONLY" },
      },
      terminalCondition: { type: "Ready", state: "CONDITION_SUCCEEDED" },
      traffic: [{ percent: 100, type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" }],
      uri: text,
      urls: expect.any(Array) as unknown as [],
    },
    absent: [
      "description",
      "annotations",
      "binaryAuthorization",
      "customAudiences",
      "deleteTime",
      "invokerIamDisabled",
    ],
    // A change of a service has no mask: the whole of it is sent.
    update: [
      {
        send: `PATCH ${run}/services/web`,
        body: (wire) => ({
          ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
          labels,
          template: template(wire, { timeout: "200s" }),
          traffic: [{ percent: 100, type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" }],
        }),
        wait: "operation",
      },
    ],
    updated: { generation: "2", ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY", template: { timeout: "200s" }, labels },
    remove: [{ send: `DELETE ${run}/services/web`, wait: "operation" }],
  },
  {
    resource: "google_cloud_run_v2_service_iam_member",
    create: [
      { send: `GET ${run}/services/web:getIamPolicy` },
      { send: `POST ${run}/services/web:setIamPolicy`, body: { policy: { bindings: [everyone] } } },
    ],
    read: `GET ${run}/services/web:getIamPolicy`,
    imports: [
      "projects/{project}/locations/us-central1/services/web roles/run.invoker allUsers",
      "projects/{number}/locations/us-central1/services/web roles/run.invoker allUsers",
    ],
    state: { bindings: [everyone], etag: text },
    remove: [{ send: `POST ${run}/services/web:setIamPolicy`, body: { policy: { bindings: [] } } }],
    gone: ({ bindings }) => bindings === undefined,
  },
  {
    resource: "google_cloud_run_v2_job",
    create: [
      {
        send: `POST ${run}/jobs?jobId=seed`,
        body: (wire) => ({ labels, template: jobTemplate(wire, 0) }),
        wait: "operation",
      },
    ],
    read: `GET ${run}/jobs/seed`,
    imports: [
      "projects/{project}/locations/us-central1/jobs/seed",
      "projects/{number}/locations/us-central1/jobs/seed",
      "{project}/us-central1/seed",
      "us-central1/seed",
      "seed",
    ],
    state: {
      name: "projects/{project}/locations/us-central1/jobs/seed",
      labels,
      launchStage: "GA",
      template: {
        taskCount: 1,
        template: { timeout: "600s", containers: [{ resources: { limits: { cpu: "1", memory: "512Mi" } } }] },
      },
      terminalCondition: { state: "CONDITION_SUCCEEDED" },
    },
    absent: ["annotations", "binaryAuthorization", "deleteTime"],
    update: [
      {
        send: `PATCH ${run}/jobs/seed`,
        body: (wire) => ({ labels, template: jobTemplate(wire, 2) }),
        wait: "operation",
      },
    ],
    updated: { template: { template: { maxRetries: 2 } } },
    remove: [{ send: `DELETE ${run}/jobs/seed`, wait: "operation" }],
  },
  {
    resource: "google_cloud_run_service",
    create: [{ send: `POST ${knative}`, body: (wire) => manifest(wire, 80) }, { send: `GET ${knative}/old` }],
    read: `GET ${knative}/old`,
    imports: [
      "locations/us-central1/namespaces/{project}/services/old",
      "locations/us-central1/namespaces/{number}/services/old",
      "us-central1/{project}/old",
      "us-central1/old",
    ],
    settled: ({ status, metadata }) => isReady(status, metadata),
    state: {
      apiVersion: "serving.knative.dev/v1",
      kind: "Service",
      metadata: { labels, name: "old", namespace: "{number}", resourceVersion: text, selfLink: text, uid: text },
      spec: {
        template: {
          spec: { containerConcurrency: 80, containers: [{ ports: [{ containerPort: 8080, name: "http1" }] }] },
        },
        traffic: [{ latestRevision: true, percent: 100 }],
      },
      status: { conditions: expect.arrayContaining([expect.objectContaining({ type: "Ready" })]) as unknown as [] },
    },
    // The whole is replaced.
    update: [{ send: `PUT ${knative}/old`, body: (wire) => manifest(wire, 40) }],
    updated: { spec: { template: { spec: { containerConcurrency: 40 } } } },
    remove: [{ send: `DELETE ${knative}/old` }],
  },
  {
    resource: "google_cloud_run_service_iam_member",
    create: [
      { send: `GET ${v1}:getIamPolicy` },
      { send: `POST ${v1}:setIamPolicy`, body: { policy: { bindings: [everyone] } } },
    ],
    read: `GET ${v1}:getIamPolicy`,
    imports: [
      "projects/{project}/locations/us-central1/services/old roles/run.invoker allUsers",
      "projects/{number}/locations/us-central1/services/old roles/run.invoker allUsers",
    ],
    state: { bindings: [everyone] },
    remove: [{ send: `POST ${v1}:setIamPolicy`, body: { policy: { bindings: [] } } }],
    gone: ({ bindings }) => bindings === undefined,
  },
];
