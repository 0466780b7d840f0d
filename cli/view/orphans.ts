import type { Orphan, Orphans } from "../../deploy/orphans.ts";
import type { Unfinished } from "../../deploy/unfinished.ts";
import { idOf } from "../../google/name.ts";
import { commandLine, type Place } from "../../spec/command-line.ts";

/** What nobody owns, by the environment that it is marked with, and the commands that remove it. */
export function renderOrphans({ orphans, waiting, unfinished }: Orphans, place: Place): string[] {
  const environments = [...new Set(orphans.map(({ environment }) => environment))];
  return [
    ...waiting.flatMap((environment) => [
      `${environment}: its removal is not finished. What holds it, and whether somebody must remove that first:`,
      `    ${commandLine(place, "status", environment)}`,
      `    ${commandLine(place, "sweep")}`,
    ]),
    ...unfinished.flatMap((rebuild) => renderRebuild(rebuild, place)),
    ...environments.flatMap((environment) => {
      const own = orphans.filter((orphan) => orphan.environment === environment);
      return [
        `${environment}: no such environment is known any more, and of it there ${own.length === 1 ? "is" : "are"}`,
        ...own.map(({ kind, resource }) => `  ${kind} ${resource}`),
        ...commandsFor(environment, own, place).map((command) => `    ${command}`),
      ];
    }),
    ...(orphans.length === 0 ? ["Nothing of this installation's is without an environment."] : []),
    "Nothing was changed.",
  ];
}

/** What a rebuild has made stands beside what serves until one comes to its end. */
function renderRebuild({ environment, level, isHeld, beside }: Unfinished, place: Place): string[] {
  const what = `${environment}: a rebuild at level ${level}`;
  const status = `    ${commandLine(place, "status", environment)}`;
  if (isHeld) return [`${what} is under way, or another run is:`, status];
  const stands = beside.length > 0 ? "and is billed beside what serves" : "beside what serves";
  const unseen = "  whether a run is under way could not be seen (it takes workflows.executions.get); look first:";
  return [
    `${what} is not finished; what it has made stands ${stands}, until one is:`,
    ...beside.map((resource) => `  ${resource}`),
    ...(isHeld === undefined ? [unseen, status, "  and if none is:"] : []),
    `    ${commandLine(place, "rebuild", environment, "--level", level)}`,
  ];
}

/** One that removes all by the stored spec; without a spec one for each resource, in their order. */
function commandsFor(environment: string, own: readonly Orphan[], place: Place): string[] {
  if (own.some(({ hasSpec }) => hasSpec)) return [commandLine(place, "down", environment)];
  return own.map(({ kind, resource }) => deletions[kind](resource, place));
}

/** The command that removes a resource which is billed by time; none for another. */
export function renderDeletion(resource: string, place: Place): string[] {
  const kind = billedKinds[resource.split("/").at(-2) ?? ""];
  return kind === undefined ? [] : [deletions[kind](resource, place)];
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
