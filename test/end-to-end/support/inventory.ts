import type { LocalCloud } from "../../../local/main.ts";
import { idOf } from "../../../spec/names.ts";

/** The collections of the local cloud that hold what a person would find in a project, and pay or clean up for. */
const collections = [
  "compute.networks",
  "compute.subnetworks",
  "compute.addresses",
  "compute.peerings",
  "servicenetworking.connections",
  "vpcaccess.connectors",
  "iam.serviceAccounts",
  "iam.roles",
  "secretmanager.secrets",
  "secretmanager.versions",
  "artifactregistry.repositories",
  "workload.images",
  "alloydb.clusters",
  "alloydb.instances",
  "run.services",
  "run.revisions",
  "run.jobs",
  "functions.functions",
  "workflows.workflows",
];

/** Every resource of every project but the accounts that Google makes with an API, as `{collection} {name}`, in order. */
export function takeInventory({ cloud }: LocalCloud): string[] {
  return collections.flatMap((collection) =>
    cloud.store
      .collection(collection)
      .list()
      .filter(([name]) => !isGoogles(name))
      .map(([name]) => `${collection} ${name}`),
  );
}

/** What only an installation has, beside what is in every inventory. */
const ofInstallations = ["pubsub.topics", "pubsub.subscriptions", "scheduler.jobs", "storage.buckets"];

/**
 * Every resource of every project, with what an installation has of its own. Left out are images and revisions, for what a
 * build pushed under an old tag is nobody's loss, and deleted roles, of which only the name is left.
 */
export function takeInstallation(local: LocalCloud): string[] {
  const { store } = local.cloud;
  const roles = store.collection<{ readonly deleted?: boolean }>("iam.roles");
  const inventory = takeInventory(local).filter((line) => {
    const [collection = "", name = ""] = line.split(" ");
    return !["workload.images", "run.revisions"].includes(collection) && !roles.get(name)?.deleted;
  });
  const further = ofInstallations.flatMap((collection) =>
    store
      .collection(collection)
      .list()
      .filter(([name]) => !/\bgcf-/.test(name))
      .map(([name]) => `${collection} ${name}`),
  );
  return [...inventory, ...further];
}

/**
 * Every grant to anybody but Google's own accounts, as `{resource} {role} {member}`, in order. What was granted on an
 * account that is gone is not there, although Google keeps it in case the account is brought back.
 */
export function takeGrants({ cloud }: LocalCloud): string[] {
  const accounts = cloud.store.collection("iam.serviceAccounts");
  const isThere = (resource: string) => !/\/serviceAccounts\//.test(resource) || accounts.get(idOf(resource));
  const resources = cloud.store.collection("iam.policies").list();
  return resources
    .filter(([resource]) => isThere(resource))
    .flatMap(([resource]) =>
      (cloud.access.getPolicy(resource).bindings ?? []).flatMap(({ role, members }) =>
        members.filter((member) => !isGoogles(member)).map((member) => `${resource} ${role} ${member}`),
      ),
    )
    .sort();
}

/** Whether an e-mail address is a service agent's or ends in a domain of Google's own accounts, instead of a project's. */
function isGoogles(text: string): boolean {
  if (/service-\d+@[a-z-]+\.iam\.gserviceaccount\.com$/.test(text)) return true;
  return text.endsWith("gserviceaccount.com") && !text.endsWith(".iam.gserviceaccount.com");
}
