import type { JsonObject } from "../../../local/json.ts";
import { testProject } from "../../support/local-cloud.ts";

/** A method that takes proof of having seen the latest, and where the proof is read and sent. */
export interface StaleCase {
  /** Full names of the methods behind the request. */
  readonly methods: readonly string[];
  /** What reads the resource, and the path of the proof in the answer. */
  readonly read: string;
  readonly of: string;
  /** A change after which what was read before is stale; absent where a made-up proof has to do. */
  readonly touch?: { readonly send: string; readonly body?: JsonObject };
  /** The request, and the path in its body, or the query parameter, that carries the proof. */
  readonly send: string;
  readonly body?: JsonObject;
  readonly at: string;
  /** HTTP status of the refusal, and of the request once the proof is the latest; 200 unless given. */
  readonly refused: 409 | 412;
  readonly fresh?: number;
}

/** Where everything is. */
export const project = `projects/${testProject}`;
export const region = "us-central1";
export const location = `${project}/locations/${region}`;
const account = `present@${testProject}.iam.gserviceaccount.com`;
export const compute = `compute.googleapis.com/compute/v1/${project}`;
const storage = "storage.googleapis.com/storage/v1/b/stale-bucket";
const secret = `secretmanager.googleapis.com/v1/${project}/secrets/stale`;
const role = `iam.googleapis.com/v1/${project}/roles/stale`;
const serviceAccount = `iam.googleapis.com/v1/${project}/serviceAccounts/${account}`;
const run = `run.googleapis.com/v2/${location}`;
const cluster = (version: string) => `alloydb.googleapis.com/${version}/${location}/clusters/stale`;

const named = (service: string, ...methods: readonly string[]) => methods.map((method) => `${service}.${method}`);
const secrets = (...methods: readonly string[]) =>
  named("google.cloud.secretmanager.v1.SecretManagerService", ...methods);
const iam = (...methods: readonly string[]) => named("google.iam.admin.v1.IAM", ...methods);
const alloydb = (version: string, method: string) => named(`google.cloud.alloydb.${version}.AlloyDBAdmin`, method);

/** A case whose proof is the resource's own etag. */
const byEtag = (row: Omit<StaleCase, "of" | "refused">): StaleCase => ({ of: "etag", refused: 409, ...row });

const secretCases = (): readonly StaleCase[] => {
  const touch = { send: `PATCH ${secret}?updateMask=labels`, body: { labels: { touched: "yes" } } };
  const version = `${secret}/versions/1`;
  const states = { disable: `${version}:disable`, enable: `${version}:enable`, destroy: `${version}:destroy` };
  return [
    byEtag({
      ...{ methods: secrets("UpdateSecret"), read: `GET ${secret}`, touch, at: "etag" },
      ...{ send: `PATCH ${secret}?updateMask=labels`, body: { labels: { changed: "yes" } } },
    }),
    byEtag({
      ...{ methods: secrets("DisableSecretVersion"), read: `GET ${version}`, touch: { send: `POST ${states.enable}` } },
      ...{ send: `POST ${states.disable}`, at: "etag" },
    }),
    byEtag({
      ...{ methods: secrets("EnableSecretVersion"), read: `GET ${version}`, touch: { send: `POST ${states.disable}` } },
      ...{ send: `POST ${states.enable}`, at: "etag" },
    }),
    byEtag({
      ...{
        methods: secrets("DestroySecretVersion"),
        read: `GET ${version}`,
        touch: { send: `POST ${states.disable}` },
      },
      ...{ send: `POST ${states.destroy}`, at: "etag" },
    }),
    byEtag({ methods: secrets("DeleteSecret"), read: `GET ${secret}`, touch, send: `DELETE ${secret}`, at: "?etag" }),
  ];
};

const iamCases = (): readonly StaleCase[] => {
  const touch = { send: `PATCH ${role}?updateMask=title`, body: { title: "touched" } };
  const touchAccount = {
    send: `PATCH ${serviceAccount}`,
    body: { serviceAccount: { description: "touched" }, updateMask: "description" },
  };
  return [
    byEtag({
      ...{ methods: iam("UpdateRole"), read: `GET ${role}`, touch, at: "etag" },
      ...{ send: `PATCH ${role}?updateMask=title`, body: { title: "changed" } },
    }),
    byEtag({ methods: iam("DeleteRole"), read: `GET ${role}`, touch, send: `DELETE ${role}`, at: "?etag" }),
    byEtag({ methods: iam("UndeleteRole"), read: `GET ${role}`, send: `POST ${role}:undelete`, at: "etag" }),
    byEtag({
      ...{ methods: iam("PatchServiceAccount"), read: `GET ${serviceAccount}`, touch: touchAccount },
      ...{ send: `PATCH ${serviceAccount}`, at: "serviceAccount.etag" },
      body: { serviceAccount: { displayName: "changed" }, updateMask: "displayName" },
    }),
    byEtag({
      ...{ methods: iam("UpdateServiceAccount"), read: `GET ${serviceAccount}`, touch: touchAccount },
      ...{ send: `PUT ${serviceAccount}`, body: { displayName: "changed too" }, at: "etag" },
    }),
  ];
};

const alloydbCases = (version: string): readonly StaleCase[] => {
  const one = cluster(version);
  const primary = `${one}/instances/primary`;
  const touch = { send: `PATCH ${one}?updateMask=displayName`, body: { displayName: `touched ${version}` } };
  const touchPrimary = { send: `PATCH ${primary}?updateMask=displayName`, body: { displayName: `touched ${version}` } };
  return [
    byEtag({
      ...{ methods: alloydb(version, "UpdateCluster"), read: `GET ${one}`, touch, at: "etag" },
      ...{ send: `PATCH ${one}?updateMask=displayName`, body: { displayName: `changed ${version}` } },
    }),
    byEtag({
      ...{ methods: alloydb(version, "UpdateInstance"), read: `GET ${primary}`, touch: touchPrimary, at: "etag" },
      ...{ send: `PATCH ${primary}?updateMask=displayName`, body: { displayName: `changed ${version}` } },
    }),
    // Only one version takes them away.
    byEtag({
      ...{ methods: alloydb(version, "DeleteInstance"), read: `GET ${primary}`, at: "?etag" },
      ...{ send: `DELETE ${primary}${version === "v1" ? "" : "?validateOnly=true"}`, touch: touchPrimary },
    }),
    byEtag({
      ...{ methods: alloydb(version, "DeleteCluster"), read: `GET ${one}`, touch, at: "?etag" },
      ...{ send: `DELETE ${one}?${version === "v1" ? "" : "validateOnly=true&"}force=true` },
    }),
  ];
};

/** The template of a service, or of a job's tasks, whose image does not exist, so that nothing has to run. */
export const template = { serviceAccount: account, containers: [{ image: "none" }] };
/** A resource that version 1 of Cloud Run takes. */
export const knative = (kind: "Service" | "Job", concurrency = 80): JsonObject => {
  const pod = { serviceAccountName: account, containers: [{ image: "none" }] };
  return kind === "Service"
    ? {
        ...{ apiVersion: "serving.knative.dev/v1", kind, metadata: { name: "stale-v1" } },
        spec: { template: { spec: { ...pod, containerConcurrency: concurrency } } },
      }
    : {
        ...{ apiVersion: "run.googleapis.com/v1", kind, metadata: { name: "stale-v1" } },
        spec: { template: { spec: { template: { spec: { ...pod, maxRetries: concurrency % 10 } } } } },
      };
};

const runCases = ({ execution, revision }: Made): readonly StaleCase[] => {
  const v2 = (method: string) => named("google.cloud.run.v2", method);
  const v1 = (method: string) => named("google.cloud.run.v1", method);
  const service = `${run}/services/stale`;
  const job = `${run}/jobs/stale`;
  const touch = { send: `PATCH ${service}`, body: { template, description: "touched" } };
  const touchJob = { send: `PATCH ${job}`, body: { template: { template }, client: "touched" } };
  const one = `run.googleapis.com/v2/${execution}`;
  const services = `${region}-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/${testProject}/services/stale-v1`;
  const jobs = `${region}-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/${testProject}/jobs/stale-v1`;
  return [
    byEtag({
      ...{ methods: v2("Services.UpdateService"), read: `GET ${service}`, touch, at: "etag" },
      ...{ send: `PATCH ${service}`, body: { template, description: "changed" } },
    }),
    byEtag({
      ...{ methods: v2("Revisions.DeleteRevision"), read: `GET run.googleapis.com/v2/${revision}`, at: "?etag" },
      send: `DELETE run.googleapis.com/v2/${revision}`,
    }),
    byEtag({
      ...{ methods: v2("Services.DeleteService"), read: `GET ${service}`, touch, at: "?etag" },
      send: `DELETE ${service}`,
    }),
    byEtag({
      ...{ methods: v2("Jobs.UpdateJob"), read: `GET ${job}`, touch: touchJob, at: "etag" },
      ...{ send: `PATCH ${job}`, body: { template: { template }, client: "changed" } },
    }),
    byEtag({
      ...{ methods: v2("Jobs.RunJob"), read: `GET ${job}`, touch: touchJob, send: `POST ${job}:run`, at: "etag" },
    }),
    // It has completed, which is found out once the etag is right.
    byEtag({
      ...{ methods: v2("Executions.CancelExecution"), read: `GET ${one}`, send: `POST ${one}:cancel`, at: "etag" },
      fresh: 400,
    }),
    byEtag({
      ...{ methods: v2("Executions.DeleteExecution"), read: `GET ${one}`, send: `DELETE ${one}`, at: "?etag" },
    }),
    byEtag({ methods: v2("Jobs.DeleteJob"), read: `GET ${job}`, touch: touchJob, send: `DELETE ${job}`, at: "?etag" }),
    {
      ...{ methods: v1("Services.ReplaceService"), read: `GET ${services}`, send: `PUT ${services}` },
      ...{ of: "metadata.resourceVersion", at: "metadata.resourceVersion", refused: 409 },
      ...{ touch: { send: `PUT ${services}`, body: knative("Service", 7) }, body: knative("Service", 8) },
    },
    {
      ...{ methods: v1("Jobs.ReplaceJob"), read: `GET ${jobs}`, send: `PUT ${jobs}` },
      ...{ of: "metadata.resourceVersion", at: "metadata.resourceVersion", refused: 409 },
      ...{ touch: { send: `PUT ${jobs}`, body: knative("Job", 7) }, body: knative("Job", 8) },
    },
  ];
};

const computeCases = (): readonly StaleCase[] => {
  const of = (collection: string, method: string) => named(`google.cloud.compute.v1.${collection}`, method);
  const labelled = (collection: string, path: string): StaleCase => ({
    ...{
      methods: of(collection, "SetLabels"),
      read: `GET ${compute}/${path}`,
      send: `POST ${compute}/${path}/setLabels`,
    },
    ...{ of: "labelFingerprint", at: "labelFingerprint", body: { labels: { a: "b" } }, refused: 412 },
  });
  const vm = `${compute}/zones/${region}-a/instances/stale`;
  const subnetwork = `${compute}/regions/${region}/subnetworks/stale`;
  return [
    labelled("GlobalAddresses", "global/addresses/stale"),
    labelled("Addresses", `regions/${region}/addresses/stale`),
    labelled("Instances", `zones/${region}-a/instances/stale`),
    {
      ...{ methods: of("Instances", "SetMetadata"), read: `GET ${vm}`, send: `POST ${vm}/setMetadata`, refused: 412 },
      ...{ of: "metadata.fingerprint", at: "fingerprint", body: { items: [{ key: "a", value: "b" }] } },
    },
    {
      ...{ methods: of("Instances", "SetTags"), read: `GET ${vm}`, send: `POST ${vm}/setTags`, refused: 412 },
      ...{ of: "tags.fingerprint", at: "fingerprint", body: { items: ["web"] } },
    },
    {
      ...{ methods: of("Subnetworks", "Patch"), read: `GET ${subnetwork}`, send: `PATCH ${subnetwork}`, refused: 412 },
      ...{ of: "fingerprint", at: "fingerprint", body: { logConfig: { enable: true } } },
      touch: {
        send: `POST ${subnetwork}/setPrivateIpGoogleAccess`,
        body: { privateIpGoogleAccess: true },
      },
    },
  ];
};

const storageCases = (): readonly StaleCase[] => {
  const bucketMethod = (method: string) => named("google.storage.v1.Buckets", method);
  const objectMethod = (method: string) => named("google.storage.v1.Objects", method);
  const source = `${storage}/o/source`;
  const touch = { send: `PATCH ${storage}`, body: { labels: { touched: "yes" } } };
  const write = `POST ${storage.replace("storage/v1", "upload/storage/v1")}/o?uploadType=media&name=source`;
  const rewritten = { send: write, body: { some: "content" } };
  const onBucket = {
    read: `GET ${storage}`,
    of: "metageneration",
    at: "?ifMetagenerationMatch",
    refused: 412,
    touch,
  } as const;
  const onObject = { read: `GET ${source}`, of: "generation", at: "?ifGenerationMatch", refused: 412 } as const;
  const copied = { ...onObject, at: "?ifSourceGenerationMatch", body: {}, touch: rewritten };
  const described = { contentLanguage: "en" };
  return [
    { ...onBucket, methods: bucketMethod("Get"), send: `GET ${storage}` },
    { ...onBucket, methods: bucketMethod("Patch"), send: `PATCH ${storage}`, body: { labels: { changed: "yes" } } },
    { ...onBucket, methods: bucketMethod("Update"), send: `PUT ${storage}`, body: { labels: { changed: "too" } } },
    { ...onObject, methods: objectMethod("Get"), send: `GET ${source}`, touch: rewritten },
    { ...onObject, methods: objectMethod("Patch"), send: `PATCH ${source}`, body: described, touch: rewritten },
    { ...onObject, methods: objectMethod("Update"), send: `PUT ${source}`, body: described, touch: rewritten },
    { ...copied, methods: objectMethod("Copy"), send: `POST ${source}/copyTo/b/stale-bucket/o/copy` },
    { ...copied, methods: objectMethod("Rewrite"), send: `POST ${source}/rewriteTo/b/stale-bucket/o/rewritten` },
    {
      ...{ ...onObject, methods: objectMethod("Compose"), send: `POST ${source}/compose`, touch: rewritten },
      body: { sourceObjects: [{ name: "source" }], destination: { contentType: "text/plain" } },
    },
    { ...onObject, methods: objectMethod("Delete"), send: `DELETE ${source}`, touch: rewritten, fresh: 204 },
    { ...onBucket, methods: bucketMethod("Delete"), send: `DELETE ${storage}`, fresh: 409 },
  ];
};

const viewer = (member: string) => ({ bindings: [{ role: "roles/viewer", members: [`user:${member}@example.com`] }] });

/** A policy, changed by its own write between being read and being written. */
const policy = (methods: readonly string[], resource: string, read: "GET" | "POST" = "GET"): StaleCase => {
  return {
    ...{ methods, read: `${read} ${resource}:getIamPolicy`, of: "etag", at: "policy.etag", refused: 409 },
    touch: { send: `POST ${resource}:setIamPolicy`, body: { policy: viewer("first") } },
    ...{ send: `POST ${resource}:setIamPolicy`, body: { policy: viewer("second") } },
  };
};

const policyCases = (): readonly StaleCase[] => {
  const set = (service: string) => named(service, "SetIamPolicy");
  const repository = `artifactregistry.googleapis.com/v1/${location}/repositories/stale`;
  const shared = set("google.iam.v1.IAMPolicy");
  const bindings = [{ role: "roles/storage.objectViewer", members: ["user:jane@example.com"] }];
  const onCompute = (collection: string, path: string): StaleCase => ({
    ...policy(set(`google.cloud.compute.v1.${collection}`), `${compute}/${path}`),
    ...{ read: `GET ${compute}/${path}/getIamPolicy`, send: `POST ${compute}/${path}/setIamPolicy` },
    touch: { send: `POST ${compute}/${path}/setIamPolicy`, body: { policy: viewer("first") } },
  });
  return [
    policy(set("google.cloud.run.v2.Services"), `${run}/services/stale`),
    policy(set("google.cloud.run.v2.Jobs"), `${run}/jobs/stale`),
    policy(set("google.cloud.run.v1.Services"), `run.googleapis.com/v1/${location}/services/stale`),
    policy(set("google.cloud.run.v1.Jobs"), `run.googleapis.com/v1/${location}/jobs/stale`),
    policy(secrets("SetIamPolicy"), secret),
    policy(iam("SetIamPolicy"), serviceAccount, "POST"),
    policy(set("google.devtools.artifactregistry.v1.ArtifactRegistry"), repository),
    policy(shared, `pubsub.googleapis.com/v1/${project}/topics/stale`),
    policy(shared, `pubsub.googleapis.com/v1/${project}/subscriptions/stale`),
    policy(shared, `pubsub.googleapis.com/v1/${project}/snapshots/stale`),
    policy(
      set("google.cloud.resourcemanager.v3.Projects"),
      `cloudresourcemanager.googleapis.com/v3/${project}`,
      "POST",
    ),
    policy(set("google.cloudresourcemanager.v1.Projects"), `cloudresourcemanager.googleapis.com/v1/${project}`, "POST"),
    onCompute("Subnetworks", `regions/${region}/subnetworks/stale`),
    onCompute("Instances", `zones/${region}-a/instances/stale`),
    {
      ...{
        methods: set("google.storage.v1.Buckets"),
        read: `GET ${storage}/iam`,
        of: "etag",
        at: "etag",
        refused: 409,
      },
      ...{
        send: `PUT ${storage}/iam`,
        body: { bindings },
        touch: { send: `PUT ${storage}/iam`, body: { bindings: [] } },
      },
    },
  ];
};

/** Names that only making the resources gives. */
export interface Made {
  /** Full names of a completed execution and of a revision that is not the latest. */
  readonly execution: string;
  readonly revision: string;
}

/** Every case, in an order in which what is taken away is not needed any more. */
export function staleCases(made: Made): readonly StaleCase[] {
  return [
    ...policyCases(),
    ...secretCases(),
    ...iamCases(),
    ...["v1alpha", "v1beta", "v1"].flatMap(alloydbCases),
    ...runCases(made),
    ...computeCases(),
    ...storageCases(),
  ];
}
