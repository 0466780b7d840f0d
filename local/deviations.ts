/** Methods of the served APIs that are not implemented, and why. */
export interface UnservedMethods {
  /** Full method names; `*` stands for any part of one. */
  readonly methods: readonly string[];
  readonly reason: string;
}

const alloydb = (...names: string[]) => names.map((name) => `google.cloud.alloydb.*.${name}`);
const compute = (service: string, ...names: string[]) =>
  names.map((name) => `google.cloud.compute.v1.${service}.${name}`);

/** What answers UNIMPLEMENTED. A test holds it against the handlers: nothing missing, nothing stale, nothing twice. */
export const unservedMethods: readonly UnservedMethods[] = [
  {
    methods: alloydb(
      "AlloyDBAdmin.CreateBackup",
      "AlloyDBAdmin.UpdateBackup",
      "AlloyDBAdmin.DeleteBackup",
      "AlloyDBAdmin.RestoreCluster",
    ),
    reason: "Backups would be copies of a database's files, which nothing restores from yet.",
  },
  {
    methods: alloydb(
      "AlloyDBAdmin.CreateSecondaryCluster",
      "AlloyDBAdmin.CreateSecondaryInstance",
      "AlloyDBAdmin.PromoteCluster",
      "AlloyDBAdmin.SwitchoverCluster",
    ),
    reason: "Replication between regions has no meaning on one machine.",
  },
  {
    methods: alloydb(
      "AlloyDBAdmin.ExportCluster",
      "AlloyDBAdmin.ImportCluster",
      "AlloyDBAdmin.UpgradeCluster",
      "AlloyDBCSQLAdmin.RestoreFromCloudSQL",
    ),
    reason: "Needs pg_dump, pg_upgrade or Cloud SQL, which the embedded PostgreSQL does not carry.",
  },
  {
    methods: alloydb("AlloyDBAdmin.BatchCreateInstances"),
    reason: "Instances are created one by one.",
  },
  {
    methods: ["Addresses", "Firewalls", "GlobalAddresses", "Routes"].flatMap((service) =>
      compute(service, "TestIamPermissions"),
    ),
    reason: "Of Compute's resources only subnetworks and virtual machines have policies of their own here.",
  },
  {
    methods: [...compute("Addresses", "Move"), ...compute("GlobalAddresses", "Move")],
    reason: "An address belongs to the project that it was reserved in.",
  },
  {
    methods: compute(
      "Instances",
      ...["AddNetworkInterface", "AddResourcePolicies", "AttachDisk", "BulkInsert", "DeleteNetworkInterface"],
      ...["DetachDisk", "GetEffectiveFirewalls", "GetGuestAttributes", "GetScreenshot", "GetSerialPortOutput"],
      ...["GetShieldedInstanceIdentity", "ListReferrers", "PerformMaintenance", "RemoveResourcePolicies"],
      ...["ReportHostAsFaulty", "SendDiagnosticInterrupt", "SetDiskAutoDelete", "SetMachineResources"],
      ...["SetMinCpuPlatform", "SetName", "SetSecurityPolicy", "SetShieldedInstanceIntegrityPolicy"],
      ...["SimulateMaintenanceEvent", "StartWithEncryptionKey", "Update", "UpdateAccessConfig"],
      ...["UpdateDisplayDevice", "UpdateNetworkInterface", "UpdateShieldedInstanceConfig"],
    ),
    reason: "Virtual machines are records that occupy a subnetwork; no machine runs that these could act on.",
  },
  {
    methods: compute(
      "Networks",
      ...["AddPeering", "CancelRequestRemovePeering", "GetEffectiveFirewalls", "ListPeeringRoutes"],
      ...["RequestRemovePeering", "UpdatePeering"],
    ),
    reason: "Peerings are made by Service Networking only, and packets are not routed.",
  },
  {
    methods: compute("Routes", "Delete", "Insert"),
    reason: "Packets are not routed: routes are those that come with a network.",
  },
  {
    methods: [
      ...["DisableXpnHost", "DisableXpnResource", "EnableXpnHost", "EnableXpnResource", "GetXpnHost"],
      ...["GetXpnResources", "ListXpnHosts", "MoveDisk", "MoveInstance", "SetCloudArmorTier"],
      ...["SetCommonInstanceMetadata", "SetDefaultNetworkTier", "SetUsageExportBucket"],
    ].map((name) => `google.cloud.compute.v1.Projects.${name}`),
    reason: "Projects share no network and have no disks or machines.",
  },
  {
    methods: ["CreateProject", "DeleteProject", "UndeleteProject", "UpdateProject"].flatMap((name) => [
      `google.cloud.resourcemanager.v3.Projects.${name}`,
      `google.cloudresourcemanager.v1.Projects.${name}`,
    ]),
    reason: "Projects come into being when the owner first names them, and stay.",
  },
  {
    methods: ["EnableManagedRotation", "RotateSecret"].map(
      (name) => `google.cloud.secretmanager.v1.SecretManagerService.${name}`,
    ),
    reason: "Managed rotation changes passwords in Cloud SQL, which is not served.",
  },
  {
    methods: ["MoveProject", "ListProjects"].map((name) => `google.cloud.resourcemanager.v3.Projects.${name}`),
    reason: "There are no folders or organisations.",
  },
  {
    methods: [
      "google.cloud.run.v2.WorkerPools.*",
      "google.cloud.run.v1.WorkerPools.*",
      "google.cloud.run.v2.Instances.*",
    ],
    reason: "Worker pools and single instances are kinds of workload that nothing here uses.",
  },
  {
    methods: ["google.cloud.run.v1.DomainMappings.*", "google.cloud.run.v1.AuthorizedDomains.*"],
    reason: "Domains of one's own would need names and certificates that nobody outside resolves or trusts.",
  },
  {
    methods: ["google.cloud.run.v2.Builds.SubmitBuild"],
    reason: "Sources are built through Cloud Build.",
  },
  {
    methods: ["google.cloud.functions.v2.FunctionService.GenerateDownloadUrl"],
    reason: "A function's source lies in the bucket of its upload.",
  },
  {
    methods: [
      ...["RetryBuild", "ApproveBuild", "CreateBuildTrigger", "GetBuildTrigger", "ListBuildTriggers"],
      ...["DeleteBuildTrigger", "UpdateBuildTrigger", "RunBuildTrigger", "ReceiveTriggerWebhook", "CreateWorkerPool"],
      ...["GetWorkerPool", "DeleteWorkerPool", "UpdateWorkerPool", "ListWorkerPools", "GetDefaultServiceAccount"],
    ].map((name) => `google.devtools.cloudbuild.v1.CloudBuild.${name}`),
    reason: "Builds are started one by one and run on this machine.",
  },
  {
    methods: [
      ...["ListMavenArtifacts", "GetMavenArtifact", "ListNpmPackages", "GetNpmPackage", "ListPythonPackages"],
      ...["GetPythonPackage", "ImportAptArtifacts", "ImportYumArtifacts", "ListFiles", "GetFile", "DeleteFile"],
      ...["UpdateFile", "CreateAttachment", "GetAttachment", "ListAttachments", "DeleteAttachment", "ExportArtifact"],
    ].map((name) => `google.devtools.artifactregistry.v1.ArtifactRegistry.${name}`),
    reason: "Repositories hold Docker images only, each a directory on this machine.",
  },
  {
    methods: ["UpdatePackage", "UpdateVersion"].map(
      (name) => `google.devtools.artifactregistry.v1.ArtifactRegistry.${name}`,
    ),
    reason: "Packages and versions are what was pushed; they carry no annotations.",
  },
  {
    methods: [
      ...["CreateRule", "ListRules", "GetRule", "UpdateRule", "DeleteRule", "GetProjectSettings"],
      ...["UpdateProjectSettings", "GetVPCSCConfig", "UpdateVPCSCConfig"],
    ].map((name) => `google.devtools.artifactregistry.v1.ArtifactRegistry.${name}`),
    reason: "Nothing is pulled from outside that rules or settings could govern.",
  },
  {
    methods: ["google.logging.v2.LoggingServiceV2.ListMonitoredResourceDescriptors"],
    reason: "Entries carry whatever resource their writer names.",
  },
  {
    methods: ["google.pubsub.v1.SchemaService.*"],
    reason: "Messages are not checked against Avro or Protocol Buffers schemas; a topic that names one is refused.",
  },
];

/**
 * What served methods refuse with UNIMPLEMENTED, and why, by the name under which the refusal is made (see `unserved`).
 * A test finds no row that nothing refuses by, and no refusal without a row.
 */
export const refusals = {
  "alloydb.privateServiceConnect":
    "Instances behind Private Service Connect: there are no endpoints of other networks.",
  "alloydb.publicIp": "Public addresses of AlloyDB: nobody outside reaches a database on this machine.",
  "answers.proto": "`alt=proto`: answers over HTTP are JSON; protocol buffers come over gRPC.",
  "artifactregistry.formats":
    "Repositories of other formats than Docker: nothing here pushes or pulls packages of other kinds.",
  "artifactregistry.modes":
    "Remote and virtual repositories: nothing is pulled from outside, and a repository stands in for no others.",
  "functions.events":
    "Triggers of functions by other events than Pub/Sub messages: no other API sends events, and there are no channels.",
  "functions.firstGeneration": "Functions of the first generation, which is another product.",
  "functions.secretVolumes":
    "Secrets as volumes of functions; Cloud Run's own services have them, functions have variables.",
  "functions.sources": "Sources of functions in repositories: nothing is fetched from outside, only from buckets.",
  "iam.conditions":
    "Attributes in IAM conditions beyond request.time, resource.name, resource.type, resource.service and the roles that a request grants (access levels, tags, destinations), and arithmetic on times.",
  "iam.federatedMembers": "Principals of workforce and workload identity federation: nobody from elsewhere signs in.",
  "iam.keyForms": "Keys of service accounts as PKCS #12 files or with 1024 bits, which no client asks for any more.",
  "lists.filters":
    "In filters of lists, bare words that are looked for in every field, functions, and groups of values behind one `:`; comparisons with fields, `AND`, `OR`, `NOT` and parentheses are read.",
  "logging.containers": "Logs of folders, organisations and billing accounts: there are projects only.",
  "pubsub.exports": "Subscriptions that deliver into BigQuery, Bigtable or Cloud Storage.",
  "pubsub.ingestion": "Topics that take in from other clouds' streams: there are none.",
  "pubsub.keys": "Encryption of topics with keys of one's own: Cloud KMS is not served.",
  "pubsub.schemas": "Topics with schemas: messages are not checked against Avro or Protocol Buffers.",
  "pubsub.transforms": "Transforms of messages, which are programs that Pub/Sub runs.",
  "run.accelerators": "GPUs and their redundancy: containers are processes on this machine.",
  "run.cloudSql": "Connections to Cloud SQL, which is not served.",
  "run.frontDoor": "Identity-Aware Proxy, session agents and threat detection: nothing stands in front of services.",
  "run.mesh": "Service meshes and workload certificates: services call each other directly.",
  "run.regions": "Services in several regions at once: one machine has no second region to fall back on.",
  "run.rollouts": "Surge and garbage collection of revisions: a revision takes traffic as soon as it is ready.",
  "run.sources": "Services that Cloud Run builds from sources itself: sources are built through Cloud Build.",
  "run.templates": "Encryption keys and node selectors of revisions: there is no Cloud KMS and no choice of machines.",
  "run.volumes": "Volumes of Cloud SQL, Cloud Storage and NFS: a volume here is a directory of this machine.",
  "scheduler.appEngine": "App Engine targets: App Engine is not served.",
  "scheduler.words":
    "Schedules in words (`every 5 minutes`), which were App Engine's; the five fields of cron are read.",
} as const;

/** Other differences from Google Cloud that a user can notice. */
export const differences: readonly string[] = [
  "Cloud Build runs buildpack builds of Node applications only; their packages are linked from the installation where it has them. A build's log is in its bucket once the build has ended, and the bucket that Cloud Build keeps for it belongs to the project.",
  "Images are not pulled: only what was built here runs, and the Auth Proxy's published image, in whose place a local binary or a stand-in runs.",
  "A Node container that listens on 127.0.0.1 only is reached all the same, and low ports need the rights of this machine's user.",
  "Startup probes ask more often than their period says, so that nobody waits longer than needed; their whole budget is the same.",
  "Containers are not spoken to in HTTP/2, readiness probes are recorded only, and the repository that Cloud Functions keeps its images in is not listed.",
  "Functions are called over HTTP and with Pub/Sub messages; a trigger's Eventarc resource cannot be looked at, its push subscription can.",
  "Volumes of Cloud Run's containers are real directories whose paths are translated in arguments and environment, and for Node containers in node:fs too; secrets in them are read when an instance starts, and no size limit is held.",
  "The machine types, images and disks that a virtual machine names are taken at their word and cannot be looked at; external addresses are documentation addresses (203.0.113.0/24), at which nobody answers.",
  "Private addresses are translated to loopback ones in the arguments and environment of workloads, and for Node workloads in their outgoing connections too.",
  "The bearer tokens `owner` and `user:EMAIL` stand for people without a login.",
  "A project comes into being, with billing, when the owner first names it; without billing nothing stops. No API is enabled in it but Resource Manager and Service Usage. Whether an API is enabled is asked of the project that a call is about and of the one that X-Goog-User-Project names, not of the caller's own, and Storage's userProject parameter charges nobody.",
  "AlloyDB's clusters and instances go on reconciling for moments after an operation is done; what other APIs make is as ready as the operation says, but for peerings, for what spreads (policies, accounts, APIs), and for the first events of a trigger.",
  "Groups that are members of IAM bindings have no members themselves, and the owner of a project needs no binding.",
  "The default account of virtual machines gets no role by itself, as in organisations made since 2024; what Google's service agents do is done with every right, whatever becomes of the roles that they get.",
  "Tokens are not exchanged (workload identity federation, downscoped tokens), nobody signs in in a browser, and scopes of access tokens are told by tokeninfo but limit nothing.",
  "gcloud's token file keeps it from ID tokens: `gcloud auth print-identity-token` and `gcloud functions call` work with --impersonate-service-account, or after `unset CLOUDSDK_AUTH_ACCESS_TOKEN_FILE`, when gcloud takes the credentials file.",
  "AlloyDB runs the PostgreSQL that is installed (16 unless ALLOYRUN_POSTGRES_BIN names another), whatever version a cluster asks for; there is no pgvector, and a read pool is one server whatever its node count.",
  "Storage counts writes to one object in a bucket of five that refills once a second. Uploads that are begun by a signed URL and go on in parts are not served.",
  "In Cloud Run's v1 API a container's requests for resources are kept for show, its image pull policy and termination messages, and the mode of a volume mount are accepted and forgotten.",
  "A connector that asks for a certificate without the metadata exchange speaks PostgreSQL right after TLS on AlloyDB's port 5433; the certificate's subject tells the two apart, which Google does in a way of its own.",
  "Operations are not interrupted by a cancellation.",
  "Calls that Google answers within a second or three (creating a secret, a topic or a service account) take no time of their own here; what spreads afterwards, and every operation, does.",
  "Quotas limit nothing until a fault plan says so, but for 100 service accounts and 300 custom roles in a project. A fresh instance with direct VPC egress reaches its network at once, leaked producer connections do not add up to a limit, and Google's own agents keep their roles: `alloyrun local fault` stands in for these.",
  "Of several protocols that a TLS client offers, HTTP/1.1 is chosen before HTTP/2; HTTP/2 is for gRPC.",
  "Answers are compact JSON unless prettyPrint=true asks otherwise.",
  "A push endpoint on this machine may be plain HTTP.",
  "Methods that stream answer over gRPC only.",
  "After a crash or restart with --state an execution goes on where it was; an HTTP request that it was waiting for then is sent again.",
  "Workflows call connectors (`googleapis.*`) of the APIs that are served here; those of others are refused at deployment as UNIMPLEMENTED. Uploads through the connector of Storage are not served.",
];
