import type { LocalCloud } from "../../../local/main.ts";

/** A request whose fields were refused, as `{caller} {method}: {why}`: the product must never send one. */
export function invalidRequests({ journal }: LocalCloud): string[] {
  return journal
    .list()
    .filter(({ violations }) => violations !== undefined)
    .map(({ principal, method, message }) => `${principal} ${method}: ${message}`);
}

/** Methods that make something, and the collection of the local cloud in which it then is. */
const creations = {
  "google.cloud.compute.v1.Networks.Insert": "compute.networks",
  "google.cloud.compute.v1.Subnetworks.Insert": "compute.subnetworks",
  "google.cloud.compute.v1.GlobalAddresses.Insert": "compute.addresses",
  "google.cloud.vpcaccess.v1.VpcAccessService.CreateConnector": "vpcaccess.connectors",
  "google.iam.admin.v1.IAM.CreateServiceAccount": "iam.serviceAccounts",
  "google.cloud.secretmanager.v1.SecretManagerService.CreateSecret": "secretmanager.secrets",
  "google.cloud.secretmanager.v1.SecretManagerService.AddSecretVersion": "secretmanager.versions",
  "google.devtools.artifactregistry.v1.ArtifactRegistry.CreateRepository": "artifactregistry.repositories",
  "google.cloud.alloydb.v1.AlloyDBAdmin.CreateCluster": "alloydb.clusters",
  "google.cloud.alloydb.v1.AlloyDBAdmin.CreateInstance": "alloydb.instances",
  "google.cloud.run.v2.Services.CreateService": "run.services",
  "google.cloud.run.v2.Jobs.CreateJob": "run.jobs",
};

/** How often the installation's functions made something of each kind, by collection. */
export function countCreations({ journal }: LocalCloud): Record<string, number> {
  const made = journal.list().filter(({ principal, code }) => principal.startsWith("alloyrun-") && code === "OK");
  return Object.fromEntries(
    Object.entries(creations).map(([method, collection]) => [
      collection,
      made.filter((entry) => entry.method === method).length,
    ]),
  );
}
