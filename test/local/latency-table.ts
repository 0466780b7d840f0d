/** Where a figure comes from: seen in a public log or test run, said by Google's documentation, or estimated. */
type Source = "measured" | "documented" | "estimated";

/** One figure about Google Cloud: what takes how long, in seconds at the median and the 95th percentile, and who says so. */
export type LatencyRow = readonly [what: string, kind: string, p50: number, p95: number, source: Source, where: string];

/**
 * How long Google Cloud takes, as it was gathered from public logs, tests of providers and documentation. Every row is a
 * kind of the local cloud's latencies.
 */
// biome-ignore format: a table
export const latencyTable: readonly LatencyRow[] = [
  ["enabling up to 20 APIs",              "serviceusage.enable",              20,   90,   "estimated",  ""],
  ["an API's first answer after that",    "serviceusage.propagation",         10,   180,  "measured",   "core-solution-services#14, terraform-example-foundation#715"],
  ["a service's identity",                "serviceusage.identity",            2,    10,   "estimated",  ""],
  ["creation of a network",               "compute.network.insert",           20,   60,   "measured",   "steampipe-plugin-gcp#597"],
  ["deletion of a network",               "compute.network.delete",           20,   60,   "estimated",  ""],
  ["creation of a subnetwork",            "compute.subnetwork.insert",        12,   30,   "estimated",  ""],
  ["deletion of a subnetwork",            "compute.subnetwork.delete",        12,   30,   "estimated",  ""],
  ["creation of a global address",        "compute.address.insert",           10,   20,   "measured",   "steampipe-plugin-gcp#597"],
  ["deletion of a global address",        "compute.address.delete",           5,    15,   "estimated",  ""],
  ["a private services connection",       "servicenetworking.create",         60,   150,  "measured",   "steampipe-plugin-gcp#597"],
  ["deletion of such a connection",       "servicenetworking.delete",         15,   60,   "estimated",  ""],
  ["the producer's letting go of it",     "servicenetworking.release",        300,  7200, "estimated",  ""],
  ["removal of a peering",                "compute.removePeering",            10,   40,   "estimated",  ""],
  ["creation of a VPC connector",         "vpcaccess.connector.create",       150,  270,  "estimated",  ""],
  ["deletion of a VPC connector",         "vpcaccess.connector.delete",       60,   180,  "estimated",  ""],
  ["creation of an AlloyDB cluster",      "alloydb.cluster.create",           17,   60,   "measured",   "steampipe-plugin-gcp#597"],
  ["deletion of an AlloyDB cluster",      "alloydb.cluster.delete",           180,  600,  "estimated",  ""],
  ["creation of a zonal primary",         "alloydb.instance.create.zonal",    480,  900,  "estimated",  "k8s-config-connector#947"],
  ["creation of a regional primary",      "alloydb.instance.create.regional", 660,  1200, "estimated",  "k8s-config-connector#947"],
  ["creation of a read pool",             "alloydb.instance.create.readPool", 420,  900,  "estimated",  ""],
  ["a change of an instance",             "alloydb.instance.update",          180,  480,  "estimated",  ""],
  ["deletion of an instance",             "alloydb.instance.delete",          120,  360,  "estimated",  ""],
  ["creation of a database user",         "alloydb.user",                     3,    15,   "estimated",  ""],
  ["spreading of a service account",      "iam.serviceAccount.propagation",   10,   60,   "estimated",  ""],
  ["spreading of a policy",               "iam.policy.propagation",           30,   150,  "documented", "iam/docs/access-change-propagation"],
  ["creation of a repository",            "artifactregistry.repository.create", 4,  15,   "estimated",  ""],
  ["deletion of a repository",            "artifactregistry.repository.delete", 4,  15,   "estimated",  ""],
  ["a cold build",                        "cloudbuild.build",                 90,   240,  "measured",   "exposure-notifications-server#932"],
  ["a service behind a connector",        "run.service.deploy.connector",     15,   60,   "estimated",  ""],
  ["a service with Direct VPC egress",    "run.service.deploy.direct",        60,   150,  "measured",   "estuary/flow#3062, #3109"],
  ["deletion of a service",               "run.service.delete",               3,    10,   "estimated",  ""],
  ["its name's being free again",         "run.service.nameReuse",            0,    30,   "measured",   "terraform-provider-google, IsCloudRunCreationConflict"],
  ["creation of a job",                   "run.job.create",                   5,    15,   "estimated",  ""],
  ["a tiny execution of it",              "run.job.execution",                30,   120,  "estimated",  ""],
  ["the hold of Direct VPC's addresses",  "run.addressHold",                  4620, 7200, "measured",   "pulumi-defang#476"],
  ["deployment of a workflow",            "workflows.deploy",                 5,    15,   "estimated",  ""],
  ["the start of its execution",          "workflows.executionStart",         0.5,  3,    "estimated",  ""],
  ["one of its steps",                    "workflows.step",                   0.1,  0.5,  "estimated",  ""],
  ["deployment of a function",            "functions.deploy",                 100,  240,  "estimated",  ""],
  ["creation of a trigger",               "eventarc.trigger.create",          10,   60,   "estimated",  ""],
  ["its first event",                     "eventarc.trigger.delivery",        60,   300,  "documented", "eventarc/docs"],
];

/** Kinds on which no figure was found: drawn from what is like them. */
export const withoutFigure: readonly string[] = [
  "serviceusage.agents",
  "compute.network.patch",
  "compute.subnetwork.patch",
  "compute.firewall.insert",
  "compute.firewall.delete",
  "compute.instance.insert",
  "compute.instance.change",
  "compute.instance.delete",
  "servicenetworking.active",
  "vpcaccess.connector.update",
  // Nothing at the median by the one report there is; a firewall rule that is gone at once would never be met.
  "vpcaccess.residue",
  "alloydb.cluster.update",
  "alloydb.reconciling",
  "run.job.delete",
  "workflows.delete",
  "functions.delete",
];
