/** What of an API's definitions is served, and where its types go. */
export interface Selection {
  /** Name of the generated types file; the method table is its name in Pascal case with `Methods` behind. */
  readonly api: string;
  /** Folder of definitions below `node_modules`, or `gax` for those of google-gax. */
  readonly package: string;
  /** Files below the package's `build/protos`. */
  readonly files: readonly string[];
  /** Full service names; with methods listed only these, else all. */
  readonly services: Readonly<Record<string, readonly string[] | "all">>;
}

const alloydb = (version: string): Selection => ({
  api: "alloydb",
  package: "@google-cloud/alloydb",
  files: [`google/cloud/alloydb/${version}/service.proto`, `google/cloud/alloydb/${version}/csql_service.proto`],
  services: {
    [`google.cloud.alloydb.${version}.AlloyDBAdmin`]: "all",
    [`google.cloud.alloydb.${version}.AlloyDBCSQLAdmin`]: "all",
  },
});

/** The APIs served from definitions in official packages. The first package of an API names its types without prefix. */
export const selections: readonly Selection[] = [
  alloydb("v1"),
  alloydb("v1beta"),
  alloydb("v1alpha"),
  {
    api: "run",
    package: "@google-cloud/run",
    files: ["service", "job", "execution", "task", "revision", "build", "worker_pool", "instance"].map(
      (name) => `google/cloud/run/v2/${name}.proto`,
    ),
    services: {
      "google.cloud.run.v2.Services": "all",
      "google.cloud.run.v2.Jobs": "all",
      "google.cloud.run.v2.Executions": "all",
      "google.cloud.run.v2.Tasks": "all",
      "google.cloud.run.v2.Revisions": "all",
      "google.cloud.run.v2.Builds": "all",
      "google.cloud.run.v2.WorkerPools": "all",
      "google.cloud.run.v2.Instances": "all",
    },
  },
  {
    api: "secret-manager",
    package: "@google-cloud/secret-manager",
    files: ["google/cloud/secretmanager/v1/service.proto"],
    services: { "google.cloud.secretmanager.v1.SecretManagerService": "all" },
  },
  {
    api: "workflows",
    package: "@google-cloud/workflows",
    files: ["google/cloud/workflows/v1/workflows.proto"],
    services: { "google.cloud.workflows.v1.Workflows": "all" },
  },
  {
    api: "workflow-executions",
    package: "@google-cloud/workflows",
    files: ["google/cloud/workflows/executions/v1/executions.proto"],
    services: { "google.cloud.workflows.executions.v1.Executions": "all" },
  },
  {
    api: "functions",
    package: "@google-cloud/functions",
    files: ["google/cloud/functions/v2/functions.proto"],
    services: { "google.cloud.functions.v2.FunctionService": "all" },
  },
  {
    api: "functions",
    package: "@google-cloud/functions",
    files: ["google/cloud/functions/v1/functions.proto"],
    services: { "google.cloud.functions.v1.CloudFunctionsService": ["ListFunctions"] },
  },
  {
    api: "artifact-registry",
    package: "@google-cloud/artifact-registry",
    files: ["google/devtools/artifactregistry/v1/service.proto"],
    services: { "google.devtools.artifactregistry.v1.ArtifactRegistry": "all" },
  },
  {
    api: "cloudbuild",
    package: "@google-cloud/cloudbuild",
    files: ["google/devtools/cloudbuild/v1/cloudbuild.proto"],
    services: { "google.devtools.cloudbuild.v1.CloudBuild": "all" },
  },
  {
    api: "resource-manager",
    package: "@google-cloud/resource-manager",
    files: ["google/cloud/resourcemanager/v3/projects.proto"],
    services: { "google.cloud.resourcemanager.v3.Projects": "all" },
  },
  {
    api: "service-usage",
    package: "@google-cloud/service-usage",
    files: ["google/api/serviceusage/v1/serviceusage.proto"],
    services: { "google.api.serviceusage.v1.ServiceUsage": "all" },
  },
  {
    api: "service-usage",
    package: "@google-cloud/service-usage",
    files: ["google/api/serviceusage/v1beta1/serviceusage.proto"],
    services: { "google.api.serviceusage.v1beta1.ServiceUsage": ["GenerateServiceIdentity"] },
  },
  {
    api: "vpc-access",
    package: "@google-cloud/vpc-access",
    files: ["google/cloud/vpcaccess/v1/vpc_access.proto"],
    services: { "google.cloud.vpcaccess.v1.VpcAccessService": "all" },
  },
  {
    api: "compute",
    package: "@google-cloud/compute",
    files: ["google/cloud/compute/v1/compute.proto"],
    services: {
      "google.cloud.compute.v1.Networks": "all",
      "google.cloud.compute.v1.Subnetworks": "all",
      "google.cloud.compute.v1.GlobalAddresses": "all",
      "google.cloud.compute.v1.Addresses": "all",
      "google.cloud.compute.v1.Firewalls": "all",
      "google.cloud.compute.v1.Routes": "all",
      "google.cloud.compute.v1.GlobalOperations": "all",
      "google.cloud.compute.v1.RegionOperations": "all",
      "google.cloud.compute.v1.ZoneOperations": "all",
      "google.cloud.compute.v1.Instances": "all",
      "google.cloud.compute.v1.Zones": "all",
      "google.cloud.compute.v1.Regions": "all",
      "google.cloud.compute.v1.Projects": "all",
    },
  },
  {
    api: "logging",
    package: "@google-cloud/logging-api",
    files: ["google/logging/v2/logging.proto"],
    services: { "google.logging.v2.LoggingServiceV2": "all" },
  },
  {
    api: "pubsub",
    package: "@google-cloud/pubsub",
    files: ["google/pubsub/v1/pubsub.proto", "google/pubsub/v1/schema.proto"],
    services: {
      "google.pubsub.v1.Publisher": "all",
      "google.pubsub.v1.Subscriber": "all",
      "google.pubsub.v1.SchemaService": "all",
    },
  },
  {
    api: "scheduler",
    package: "@google-cloud/scheduler",
    files: ["google/cloud/scheduler/v1/cloudscheduler.proto"],
    services: { "google.cloud.scheduler.v1.CloudScheduler": "all" },
  },
];

/** Services that several APIs share under their own host and version. */
export const mixins = {
  package: "gax",
  files: [
    "google/longrunning/operations.proto",
    "google/cloud/location/locations.proto",
    "google/iam/v1/iam_policy.proto",
    "google/rpc/error_details.proto",
  ],
} as const;

/** Shared methods of one API: where its operations and locations lie. */
export interface Mixin {
  readonly host: string;
  readonly version: string;
  /** Operations below a location, or at the root: `operations/{id}`. */
  readonly operations?: "location" | "root";
  /** Which of the operations' methods the API has; get and list unless given. */
  readonly operationMethods?: readonly ("get" | "list" | "delete" | "cancel" | "wait")[];
  readonly locations?: true;
  /** Templates of resources that have IAM policies through the shared service. */
  readonly policies?: readonly string[];
}

/** From the service configurations that Google publishes with the APIs. */
export const mixinHosts: readonly Mixin[] = [
  ...["v1", "v1beta", "v1alpha"].map(
    (version): Mixin => ({
      host: "alloydb.googleapis.com",
      version,
      operations: "location",
      operationMethods: ["get", "list", "delete", "cancel"],
      locations: true,
    }),
  ),
  {
    host: "run.googleapis.com",
    version: "v2",
    operations: "location",
    operationMethods: ["get", "list", "delete", "wait"],
  },
  {
    host: "run.googleapis.com",
    version: "v1",
    operations: "location",
    operationMethods: ["get", "list", "delete", "wait"],
    locations: true,
  },
  { host: "secretmanager.googleapis.com", version: "v1", locations: true },
  {
    host: "workflows.googleapis.com",
    version: "v1",
    operations: "location",
    operationMethods: ["get", "list", "delete"],
    locations: true,
  },
  {
    host: "cloudfunctions.googleapis.com",
    version: "v2",
    operations: "location",
    locations: true,
    policies: ["projects/*/locations/*/functions/*"],
  },
  // Where command line tools ask for the locations, whatever version they speak otherwise.
  { host: "artifactregistry.googleapis.com", version: "v1beta2", locations: true },
  { host: "cloudfunctions.googleapis.com", version: "v1", locations: true },
  {
    host: "artifactregistry.googleapis.com",
    version: "v1",
    operations: "location",
    operationMethods: ["get"],
    locations: true,
  },
  {
    host: "cloudbuild.googleapis.com",
    version: "v1",
    operations: "location",
    operationMethods: ["get", "cancel"],
  },
  { host: "cloudbuild.googleapis.com", version: "v1", operations: "root", operationMethods: ["get", "cancel"] },
  { host: "cloudresourcemanager.googleapis.com", version: "v3", operations: "root", operationMethods: ["get"] },
  { host: "cloudresourcemanager.googleapis.com", version: "v1", operations: "root", operationMethods: ["get"] },
  { host: "serviceusage.googleapis.com", version: "v1", operations: "root" },
  { host: "serviceusage.googleapis.com", version: "v1beta1", operations: "root" },
  {
    host: "servicenetworking.googleapis.com",
    version: "v1",
    operations: "root",
    operationMethods: ["get", "list", "delete", "cancel"],
  },
  { host: "vpcaccess.googleapis.com", version: "v1", operations: "location", locations: true },
  {
    host: "pubsub.googleapis.com",
    version: "v1",
    policies: ["projects/*/topics/*", "projects/*/subscriptions/*", "projects/*/snapshots/*", "projects/*/schemas/*"],
  },
  { host: "cloudscheduler.googleapis.com", version: "v1", locations: true },
];

/** Fields that the definitions call REQUIRED although the services do not insist, and the other way round. */
export const requiredness: Readonly<Record<string, boolean>> = {
  "google.cloud.alloydb.v1.Cluster.network": false,
  "google.cloud.alloydb.v1beta.Cluster.network": false,
  "google.cloud.alloydb.v1alpha.Cluster.network": false,
  // An update leaves out what it does not change.
  "google.pubsub.v1.Subscription.topic": false,
  // The regional paths name the project in `parent` or `name`, and the build in `name`.
  "google.devtools.cloudbuild.v1.ListBuildsRequest.projectId": false,
  "google.devtools.cloudbuild.v1.CreateBuildRequest.projectId": false,
  "google.devtools.cloudbuild.v1.GetBuildRequest.projectId": false,
  "google.devtools.cloudbuild.v1.GetBuildRequest.id": false,
  "google.devtools.cloudbuild.v1.CancelBuildRequest.projectId": false,
  "google.devtools.cloudbuild.v1.CancelBuildRequest.id": false,
  "google.devtools.cloudbuild.v1.RetryBuildRequest.projectId": false,
  "google.devtools.cloudbuild.v1.RetryBuildRequest.id": false,
};

/** Messages of official definitions with the messages of ours whose fields the services have besides. */
export const additions: Readonly<Record<string, string>> = {
  "google.cloud.workflows.executions.v1.Execution": "google.cloud.workflows.executions.rest.Execution",
};
