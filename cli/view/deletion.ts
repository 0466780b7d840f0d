import type { Orphan } from "../../deploy/orphans.ts";
import { idOf } from "../../google/name.ts";
import type { Place } from "../../spec/command-line.ts";

/** The command that removes a resource which is billed by time; none for another. */
export function renderDeletion(resource: string, place: Place): string[] {
  const kind = billedKinds[resource.split("/").at(-2) ?? ""];
  return kind === undefined ? [] : [deletionOf(kind, resource, place)];
}

/** The command that removes a resource of a kind. */
export function deletionOf(kind: Orphan["kind"], resource: string, place: Place): string {
  return deletions[kind](resource, place);
}

/** Kinds of what is billed by time, by the collections of their names. */
const billedKinds: Readonly<Record<string, Orphan["kind"]>> = {
  connectors: "connector",
  instances: "instance",
  clusters: "cluster",
  services: "service",
};

type Deletion = (resource: string, place: Place) => string;

const regional =
  (words: string, flag = "region"): Deletion =>
  (resource, { project, region }) =>
    `gcloud ${words} delete ${idOf(resource)} --${flag}=${region} --project=${project}`;

const global =
  (words: string, flags = ""): Deletion =>
  (resource, { project }) =>
    `gcloud ${words} delete ${idOf(resource)}${flags} --project=${project}`;

const ofCluster: Deletion = (resource, { project, region }) =>
  `gcloud alloydb instances delete ${idOf(resource)} --cluster=${resource.split("/")[5]} --region=${region} --project=${project}`;

const deletions: Readonly<Record<Orphan["kind"], Deletion>> = {
  schedule: regional("scheduler jobs", "location"),
  service: regional("run services"),
  job: regional("run jobs"),
  connector: regional("compute networks vpc-access connectors"),
  instance: ofCluster,
  cluster: regional("alloydb clusters"),
  repository: regional("artifacts repositories", "location"),
  secret: global("secrets"),
  account: global("iam service-accounts"),
  range: global("compute addresses", " --global"),
  subnetwork: regional("compute networks subnets"),
  network: global("compute networks"),
};
