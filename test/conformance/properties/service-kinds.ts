import fc from "fast-check";
import type { Json, JsonObject } from "../../../local/json.ts";
import { presentAccount, presentImage, presentNetwork } from "./ground.ts";
import { type Kind, labels, location, seconds, standard, text, usualIds } from "./kind.ts";

const alloydb = "google.cloud.alloydb.v1.AlloyDBAdmin";
const jobs = "google.cloud.run.v2.Jobs";

/** A job's template with everything in it that would be filled in. */
const template = (execution: JsonObject, task: JsonObject = {}): Json => ({
  taskCount: 1,
  ...execution,
  template: {
    containers: [{ image: presentImage, resources: { limits: { cpu: "1000m", memory: "512Mi" } } }],
    maxRetries: 3,
    timeout: "600s",
    serviceAccount: presentAccount,
    executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
    ...task,
  },
});
const templates = fc
  .record({
    taskCount: fc.integer({ min: 1, max: 10_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    maxRetries: fc.integer({ min: 0, max: 10 }),
    timeout: seconds(1, 604_800),
  })
  .map(({ taskCount, share, ...task }) =>
    template({ taskCount, parallelism: Math.max(1, Math.floor(taskCount * share)) }, task),
  );

/** Keys of annotations end with a letter or digit. */
const annotations = labels.map(
  (value): Json => Object.fromEntries(Object.entries(value as JsonObject).map(([key, one]) => [`${key}x`, one ?? ""])),
);

/** Kinds behind which services stand. */
export const serviceKinds: readonly Kind[] = [
  {
    kind: "AlloyDB cluster",
    methods: standard(alloydb, "Cluster"),
    create: (clusterId, cluster) => ({ parent: location, clusterId, cluster }),
    name: (id) => ({ name: `${location}/clusters/${id}` }),
    patch: (id, sent, updateMask) => ({ cluster: { ...sent, name: `${location}/clusters/${id}` }, updateMask }),
    fixed: () => ({ networkConfig: { network: presentNetwork } }),
    fields: { displayName: text, labels, annotations: labels },
    volatile: ["etag", "updateTime"],
    hasMask: true,
    runs: 4,
    ids: usualIds,
  },
  {
    kind: "Run job",
    methods: standard(jobs, "Job"),
    create: (jobId, job) => ({ parent: location, jobId, job }),
    name: (id) => ({ name: `${location}/jobs/${id}` }),
    patch: (id, sent) => ({ job: { template: template({}), ...sent, name: `${location}/jobs/${id}` } }),
    guard: ({ etag = "" }) => ({ etag }),
    fixed: () => ({ template: template({}) }),
    fields: { template: templates, labels, annotations, client: text, clientVersion: text },
    defaults: { template: template({}) },
    volatile: ["etag", "updateTime", "generation", "observedGeneration", "terminalCondition", "conditions"],
    hasMask: false,
    replaces: true,
    ids: usualIds,
  },
];
