/** A predefined role: its title and permissions, `*` standing for any run of characters. */
export interface PredefinedRole {
  readonly title: string;
  readonly permissions: readonly string[];
  /** Permissions that the patterns above would include and the role does not have. */
  readonly except?: readonly string[];
}

const project = ["resourcemanager.projects.get", "resourcemanager.projects.list"];
const usage = ["serviceusage.quotas.get", "serviceusage.services.get", "serviceusage.services.list"];
const places = (service: string) => [`${service}.locations.get`, `${service}.locations.list`];
const operations = (service: string) => [`${service}.operations.get`, `${service}.operations.list`];
const reads = (...kinds: string[]) => kinds.flatMap((kind) => [`${kind}.get`, `${kind}.list`]);

/** What needs more than the right to read or to edit a project. */
const sensitive = [
  ...["secretmanager.versions.access", "alloydb.instances.executeSql", "alloydb.clusters.export"],
  ...["iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken", "iam.serviceAccounts.signBlob"],
  ...[
    "iam.serviceAccounts.signJwt",
    "iam.serviceAccounts.implicitDelegation",
    "storage.objects.get",
    "storage.objects.list",
  ],
];

/**
 * Google's predefined roles for the services served here, as far as their permissions occur here.
 *
 * @see https://cloud.google.com/iam/docs/roles-permissions
 */
// biome-ignore format: a table
export const predefinedRoles: Readonly<Record<string, PredefinedRole>> = {
  "roles/owner":   { title: "Owner", permissions: ["*"], except: ["iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken", "iam.serviceAccounts.signBlob", "iam.serviceAccounts.signJwt", "iam.serviceAccounts.implicitDelegation"] },
  "roles/editor":  { title: "Editor", permissions: ["*"], except: [...sensitive, "*.setIamPolicy", "iam.roles.create", "iam.roles.update", "iam.roles.delete", "iam.roles.undelete", "resourcemanager.projects.delete", "resourcemanager.projects.undelete", "servicenetworking.services.addPeering", "servicenetworking.services.deleteConnection", "run.routes.invoke", "cloudfunctions.functions.invoke"] },
  "roles/viewer":  { title: "Viewer", permissions: ["*.get", "*.list", "*.aggregatedList", "logging.logEntries.list"], except: sensitive },
  "roles/browser": { title: "Browser", permissions: [...project, "resourcemanager.projects.getIamPolicy"] },

  "roles/resourcemanager.projectIamAdmin": { title: "Project IAM Admin", permissions: [...project, "resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy"] },
  "roles/iam.securityReviewer":            { title: "Security Reviewer", permissions: ["*.getIamPolicy", "*.list"] },
  "roles/iam.securityAdmin":               { title: "Security Admin", permissions: ["*.getIamPolicy", "*.setIamPolicy", "*.list", "iam.roles.get"] },
  "roles/iam.serviceAccountAdmin":         { title: "Service Account Admin", permissions: [...project, "iam.serviceAccounts.create", "iam.serviceAccounts.delete", "iam.serviceAccounts.disable", "iam.serviceAccounts.enable", "iam.serviceAccounts.get", "iam.serviceAccounts.getIamPolicy", "iam.serviceAccounts.list", "iam.serviceAccounts.setIamPolicy", "iam.serviceAccounts.undelete", "iam.serviceAccounts.update"] },
  "roles/iam.serviceAccountCreator":       { title: "Create Service Accounts", permissions: [...project, "iam.serviceAccounts.create", "iam.serviceAccounts.get", "iam.serviceAccounts.list"] },
  "roles/iam.serviceAccountDeleter":       { title: "Delete Service Accounts", permissions: [...project, "iam.serviceAccounts.delete", "iam.serviceAccounts.get", "iam.serviceAccounts.list"] },
  "roles/iam.serviceAccountViewer":        { title: "View Service Accounts", permissions: [...project, "iam.serviceAccounts.get", "iam.serviceAccounts.getIamPolicy", "iam.serviceAccounts.list"] },
  "roles/iam.serviceAccountUser":          { title: "Service Account User", permissions: [...project, "iam.serviceAccounts.actAs", "iam.serviceAccounts.get", "iam.serviceAccounts.list"] },
  "roles/iam.serviceAccountTokenCreator":  { title: "Service Account Token Creator", permissions: [...project, "iam.serviceAccounts.get", "iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken", "iam.serviceAccounts.implicitDelegation", "iam.serviceAccounts.list", "iam.serviceAccounts.signBlob", "iam.serviceAccounts.signJwt"] },
  "roles/iam.serviceAccountOpenIdTokenCreator": { title: "Service Account OpenID Connect Identity Token Creator", permissions: ["iam.serviceAccounts.getOpenIdToken"] },
  "roles/iam.roleAdmin":                   { title: "Role Administrator", permissions: [...project, "iam.roles.*", "resourcemanager.projects.getIamPolicy"] },
  "roles/iam.roleViewer":                  { title: "Role Viewer", permissions: [...project, "iam.roles.get", "iam.roles.list", "resourcemanager.projects.getIamPolicy"] },

  "roles/serviceusage.serviceUsageAdmin":    { title: "Service Usage Admin", permissions: [...project, "serviceusage.*", "monitoring.timeSeries.list"] },
  "roles/serviceusage.serviceUsageConsumer": { title: "Service Usage Consumer", permissions: [...usage, "serviceusage.services.use", "monitoring.timeSeries.list"] },
  "roles/serviceusage.serviceUsageViewer":   { title: "Service Usage Viewer", permissions: [...usage, "serviceusage.operations.get", "serviceusage.operations.list"] },

  "roles/compute.admin":         { title: "Compute Admin", permissions: [...project, ...usage, "compute.*"] },
  "roles/compute.networkAdmin":  { title: "Compute Network Admin", permissions: [...project, ...usage, "compute.addresses.*", "compute.globalAddresses.*", "compute.networks.*", "compute.subnetworks.*", "compute.routes.*", "compute.routers.*", "compute.firewalls.get", "compute.firewalls.list", "compute.globalOperations.*", "compute.regionOperations.*", "compute.zoneOperations.get", "compute.zoneOperations.list", "compute.instances.get", "compute.instances.list", "compute.instances.use", "compute.projects.get", "compute.regions.*", "compute.zones.*", "servicenetworking.operations.get", "servicenetworking.services.addPeering", "servicenetworking.services.createPeeredDnsDomain", "servicenetworking.services.deleteConnection", "servicenetworking.services.deletePeeredDnsDomain", "servicenetworking.services.get", "servicenetworking.services.listPeeredDnsDomains"], except: ["*.setIamPolicy"] },
  "roles/compute.networkUser":   { title: "Compute Network User", permissions: [...project, "compute.addresses.createInternal", "compute.addresses.deleteInternal", "compute.addresses.get", "compute.addresses.list", "compute.addresses.useInternal", "compute.firewalls.get", "compute.firewalls.list", "compute.networks.access", "compute.networks.get", "compute.networks.getEffectiveFirewalls", "compute.networks.list", "compute.networks.use", "compute.networks.useExternalIp", "compute.projects.get", "compute.regions.*", "compute.subnetworks.get", "compute.subnetworks.list", "compute.subnetworks.use", "compute.subnetworks.useExternalIp", "compute.zones.*", "servicenetworking.services.get"] },
  "roles/compute.networkViewer": { title: "Compute Network Viewer", permissions: [...project, ...usage, ...reads("compute.addresses", "compute.globalAddresses", "compute.firewalls", "compute.networks", "compute.subnetworks", "compute.routes", "compute.instances", "compute.regions", "compute.zones"), "compute.projects.get", "servicenetworking.services.get"] },
  "roles/compute.securityAdmin": { title: "Compute Security Admin", permissions: [...project, "compute.firewalls.*", "compute.networks.get", "compute.networks.list", "compute.networks.updatePolicy", "compute.globalOperations.get", "compute.globalOperations.list", "compute.projects.get", "compute.routes.get", "compute.routes.list", "compute.subnetworks.get", "compute.subnetworks.list", "compute.instances.list", "compute.instances.get"] },
  "roles/compute.instanceAdmin.v1": { title: "Compute Instance Admin (v1)", permissions: [...project, ...usage, "compute.instances.*", "compute.disks.*", "compute.images.*", "compute.addresses.get", "compute.addresses.list", "compute.addresses.use", "compute.networks.get", "compute.networks.list", "compute.networks.use", "compute.networks.useExternalIp", "compute.subnetworks.get", "compute.subnetworks.list", "compute.subnetworks.use", "compute.subnetworks.useExternalIp", "compute.globalOperations.get", "compute.globalOperations.list", "compute.regionOperations.get", "compute.regionOperations.list", "compute.zoneOperations.get", "compute.zoneOperations.list", "compute.projects.get", "compute.regions.*", "compute.zones.*", "compute.machineTypes.*"] },
  "roles/compute.viewer":        { title: "Compute Viewer", permissions: [...project, ...usage, "compute.*.get", "compute.*.list", "compute.*.aggregatedList", "compute.*.getIamPolicy"] },

  "roles/servicenetworking.networksAdmin": { title: "Service Networking Admin", permissions: ["servicenetworking.operations.get", "servicenetworking.operations.list", "servicenetworking.services.addPeering", "servicenetworking.services.createPeeredDnsDomain", "servicenetworking.services.deleteConnection", "servicenetworking.services.deletePeeredDnsDomain", "servicenetworking.services.get", "servicenetworking.services.listPeeredDnsDomains"] },

  "roles/vpcaccess.admin":  { title: "Serverless VPC Access Admin", permissions: [...project, "vpcaccess.*"] },
  "roles/vpcaccess.user":   { title: "Serverless VPC Access User", permissions: [...project, "vpcaccess.connectors.get", "vpcaccess.connectors.list", "vpcaccess.connectors.use", "vpcaccess.locations.list", ...operations("vpcaccess")] },
  "roles/vpcaccess.viewer": { title: "Serverless VPC Access Viewer", permissions: [...project, "vpcaccess.connectors.get", "vpcaccess.connectors.list", "vpcaccess.locations.list", ...operations("vpcaccess")] },

  "roles/alloydb.admin":        { title: "Cloud AlloyDB Admin", permissions: [...project, "alloydb.*"] },
  "roles/alloydb.client":       { title: "Cloud AlloyDB Client", permissions: [...project, "alloydb.clusters.generateClientCertificate", "alloydb.clusters.get", "alloydb.instances.connect", "alloydb.instances.get"] },
  "roles/alloydb.databaseUser": { title: "Cloud AlloyDB Database User", permissions: [...project, "alloydb.instances.login", "alloydb.users.login"] },
  "roles/alloydb.viewer":       { title: "Cloud AlloyDB Viewer", permissions: [...project, ...reads("alloydb.backups", "alloydb.clusters", "alloydb.databases", "alloydb.instances", "alloydb.users", "alloydb.supportedDatabaseFlags"), ...places("alloydb"), ...operations("alloydb")] },

  "roles/secretmanager.admin":                { title: "Secret Manager Admin", permissions: [...project, "secretmanager.*"] },
  "roles/secretmanager.secretAccessor":       { title: "Secret Manager Secret Accessor", permissions: [...project, "secretmanager.versions.access"] },
  "roles/secretmanager.secretVersionAdder":   { title: "Secret Manager Secret Version Adder", permissions: [...project, "secretmanager.versions.add"] },
  "roles/secretmanager.secretVersionManager": { title: "Secret Manager Secret Version Manager", permissions: [...project, "secretmanager.versions.add", "secretmanager.versions.destroy", "secretmanager.versions.disable", "secretmanager.versions.enable", "secretmanager.versions.get", "secretmanager.versions.list"] },
  "roles/secretmanager.viewer":               { title: "Secret Manager Viewer", permissions: [...project, ...places("secretmanager"), "secretmanager.secrets.get", "secretmanager.secrets.getIamPolicy", "secretmanager.secrets.list", "secretmanager.versions.get", "secretmanager.versions.list"] },

  "roles/run.admin":     { title: "Cloud Run Admin", permissions: [...project, "run.*"] },
  "roles/run.developer": { title: "Cloud Run Developer", permissions: [...project, "run.*"], except: ["*.setIamPolicy"] },
  "roles/run.invoker":   { title: "Cloud Run Invoker", permissions: ["run.routes.invoke", "run.jobs.run"] },
  "roles/run.servicesInvoker": { title: "Cloud Run Service Invoker", permissions: ["run.routes.invoke"] },
  "roles/run.jobsExecutor":    { title: "Cloud Run Jobs Executor", permissions: ["run.jobs.run"] },
  "roles/run.jobsExecutorWithOverrides": { title: "Cloud Run Jobs Executor With Overrides", permissions: ["run.jobs.run", "run.jobs.runWithOverrides", "run.executions.cancel"] },
  "roles/run.viewer":    { title: "Cloud Run Viewer", permissions: [...project, ...reads("run.configurations", "run.executions", "run.jobs", "run.revisions", "run.routes", "run.services", "run.tasks", "run.workerpools"), "run.jobs.getIamPolicy", "run.services.getIamPolicy", "run.locations.list", ...operations("run")] },

  "roles/artifactregistry.admin":     { title: "Artifact Registry Administrator", permissions: ["artifactregistry.*"] },
  "roles/artifactregistry.repoAdmin": { title: "Artifact Registry Repository Administrator", permissions: ["artifactregistry.*"], except: ["artifactregistry.repositories.create", "artifactregistry.repositories.delete", "artifactregistry.repositories.update", "*.setIamPolicy", "*.getIamPolicy"] },
  "roles/artifactregistry.writer":    { title: "Artifact Registry Writer", permissions: ["artifactregistry.dockerimages.*", "artifactregistry.files.get", "artifactregistry.files.list", "artifactregistry.files.upload", ...places("artifactregistry"), "artifactregistry.packages.get", "artifactregistry.packages.list", "artifactregistry.repositories.downloadArtifacts", "artifactregistry.repositories.get", "artifactregistry.repositories.list", "artifactregistry.repositories.uploadArtifacts", "artifactregistry.tags.create", "artifactregistry.tags.get", "artifactregistry.tags.list", "artifactregistry.tags.update", "artifactregistry.versions.get", "artifactregistry.versions.list", "artifactregistry.operations.get"] },
  "roles/artifactregistry.reader":    { title: "Artifact Registry Reader", permissions: ["artifactregistry.dockerimages.get", "artifactregistry.dockerimages.list", "artifactregistry.files.get", "artifactregistry.files.list", ...places("artifactregistry"), "artifactregistry.packages.get", "artifactregistry.packages.list", "artifactregistry.repositories.downloadArtifacts", "artifactregistry.repositories.get", "artifactregistry.repositories.list", "artifactregistry.tags.get", "artifactregistry.tags.list", "artifactregistry.versions.get", "artifactregistry.versions.list"] },

  "roles/cloudbuild.builds.editor":  { title: "Cloud Build Editor", permissions: [...project, "cloudbuild.builds.create", "cloudbuild.builds.get", "cloudbuild.builds.list", "cloudbuild.builds.update", ...operations("cloudbuild")] },
  "roles/cloudbuild.builds.viewer":  { title: "Cloud Build Viewer", permissions: [...project, "cloudbuild.builds.get", "cloudbuild.builds.list", ...operations("cloudbuild")] },
  "roles/cloudbuild.builds.builder": { title: "Cloud Build Service Account", permissions: [...project, "cloudbuild.builds.create", "cloudbuild.builds.get", "cloudbuild.builds.list", "cloudbuild.builds.update", "artifactregistry.dockerimages.*", "artifactregistry.files.*", "artifactregistry.packages.get", "artifactregistry.packages.list", "artifactregistry.repositories.downloadArtifacts", "artifactregistry.repositories.get", "artifactregistry.repositories.list", "artifactregistry.repositories.uploadArtifacts", "artifactregistry.tags.*", "artifactregistry.versions.get", "artifactregistry.versions.list", "logging.logEntries.create", "storage.buckets.create", "storage.buckets.get", "storage.buckets.list", "storage.objects.create", "storage.objects.delete", "storage.objects.get", "storage.objects.list", "storage.objects.update"], except: ["artifactregistry.tags.delete"] },

  "roles/storage.admin":                { title: "Storage Admin", permissions: [...project, "storage.*"] },
  "roles/storage.objectAdmin":          { title: "Storage Object Admin", permissions: [...project, "storage.objects.*", "storage.multipartUploads.*", "storage.folders.*"] },
  "roles/storage.objectUser":           { title: "Storage Object User", permissions: [...project, "storage.objects.create", "storage.objects.delete", "storage.objects.get", "storage.objects.list", "storage.objects.update", "storage.objects.restore", "storage.objects.move", "storage.multipartUploads.*"] },
  "roles/storage.objectCreator":        { title: "Storage Object Creator", permissions: [...project, "storage.objects.create", "storage.multipartUploads.create", "storage.multipartUploads.abort", "storage.multipartUploads.listParts"] },
  "roles/storage.objectViewer":         { title: "Storage Object Viewer", permissions: [...project, "storage.objects.get", "storage.objects.list"] },
  "roles/storage.bucketViewer":         { title: "Storage Bucket Viewer", permissions: ["storage.buckets.get", "storage.buckets.list"] },
  "roles/storage.legacyBucketOwner":    { title: "Storage Legacy Bucket Owner", permissions: ["storage.buckets.get", "storage.buckets.getIamPolicy", "storage.buckets.setIamPolicy", "storage.buckets.update", "storage.objects.create", "storage.objects.delete", "storage.objects.list", "storage.multipartUploads.*"] },
  "roles/storage.legacyBucketReader":   { title: "Storage Legacy Bucket Reader", permissions: ["storage.buckets.get", "storage.objects.list", "storage.multipartUploads.list"] },
  "roles/storage.legacyBucketWriter":   { title: "Storage Legacy Bucket Writer", permissions: ["storage.buckets.get", "storage.objects.create", "storage.objects.delete", "storage.objects.list", "storage.multipartUploads.*"] },
  "roles/storage.legacyObjectOwner":    { title: "Storage Legacy Object Owner", permissions: ["storage.objects.get", "storage.objects.getIamPolicy", "storage.objects.setIamPolicy", "storage.objects.update"] },
  "roles/storage.legacyObjectReader":   { title: "Storage Legacy Object Reader", permissions: ["storage.objects.get"] },

  "roles/workflows.admin":   { title: "Workflows Admin", permissions: [...project, "workflows.*"] },
  "roles/workflows.editor":  { title: "Workflows Editor", permissions: [...project, "workflows.*"] },
  "roles/workflows.invoker": { title: "Workflows Invoker", permissions: [...project, "workflows.callbacks.list", "workflows.callbacks.send", "workflows.executions.*", "workflows.stepEntries.*"] },
  "roles/workflows.viewer":  { title: "Workflows Viewer", permissions: [...project, "workflows.callbacks.list", ...reads("workflows.executions", "workflows.stepEntries", "workflows.workflows"), ...places("workflows"), ...operations("workflows"), "workflows.workflows.listRevision"] },

  "roles/cloudfunctions.admin":     { title: "Cloud Functions Admin", permissions: [...project, "cloudfunctions.*", "eventarc.*", "run.*", "cloudbuild.builds.get", "cloudbuild.builds.list"] },
  "roles/cloudfunctions.developer": { title: "Cloud Functions Developer", permissions: [...project, "cloudfunctions.*", "run.*", "cloudbuild.builds.get", "cloudbuild.builds.list"], except: ["*.setIamPolicy"] },
  "roles/cloudfunctions.invoker":   { title: "Cloud Functions Invoker", permissions: ["cloudfunctions.functions.invoke"] },
  "roles/cloudfunctions.viewer":    { title: "Cloud Functions Viewer", permissions: [...project, "cloudfunctions.functions.get", "cloudfunctions.functions.list", ...places("cloudfunctions"), ...operations("cloudfunctions")] },

  "roles/logging.admin":       { title: "Logging Admin", permissions: [...project, "logging.*"] },
  "roles/logging.logWriter":   { title: "Logs Writer", permissions: ["logging.logEntries.create", "logging.logEntries.route"] },
  "roles/logging.viewer":      { title: "Logs Viewer", permissions: [...project, "logging.logEntries.list", "logging.logs.list", "logging.logServices.list", "logging.locations.*"] },
  "roles/monitoring.metricWriter": { title: "Monitoring Metric Writer", permissions: ["monitoring.metricDescriptors.create", "monitoring.metricDescriptors.get", "monitoring.metricDescriptors.list", "monitoring.monitoredResourceDescriptors.*", "monitoring.timeSeries.create"] },

  "roles/pubsub.admin":      { title: "Pub/Sub Admin", permissions: [...project, "pubsub.*"] },
  "roles/pubsub.editor":     { title: "Pub/Sub Editor", permissions: [...project, "pubsub.*"], except: ["*.setIamPolicy", "*.getIamPolicy"] },
  "roles/pubsub.publisher":  { title: "Pub/Sub Publisher", permissions: ["pubsub.topics.publish"] },
  "roles/pubsub.subscriber": { title: "Pub/Sub Subscriber", permissions: ["pubsub.snapshots.seek", "pubsub.subscriptions.consume", "pubsub.topics.attachSubscription"] },
  "roles/pubsub.viewer":     { title: "Pub/Sub Viewer", permissions: [...project, ...reads("pubsub.topics", "pubsub.subscriptions", "pubsub.snapshots", "pubsub.schemas")] },
  "roles/eventarc.eventReceiver": { title: "Eventarc Event Receiver", permissions: ["eventarc.events.receiveEvent"] },
  "roles/cloudscheduler.admin":     { title: "Cloud Scheduler Admin", permissions: [...project, "cloudscheduler.*"] },
  "roles/cloudscheduler.jobRunner": { title: "Cloud Scheduler Job Runner", permissions: [...project, "cloudscheduler.jobs.run"] },
};

const compiled = new Map<string, RegExp>();

/** Whether a role's patterns include a permission. */
export function includesPermission(
  { permissions, except = [] }: Omit<PredefinedRole, "title">,
  permission: string,
): boolean {
  const matches = (pattern: string) => pattern === permission || expression(pattern).test(permission);
  return permissions.some(matches) && !except.some(matches);
}

function expression(pattern: string): RegExp {
  const found = compiled.get(pattern);
  if (found) return found;
  const made = new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
  compiled.set(pattern, made);
  return made;
}
