import { createHash } from "node:crypto";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { localUrl } from "../../../local/run/local-url.ts";
import { rest } from "../../support/local-cloud.ts";
import { region } from "../support/environment.ts";
import { takeGrants, takeInventory } from "../support/inventory.ts";
import { processesOf } from "./victims.ts";

/** How a project stands when a run has ended, told so that it is the same whatever happened on the way. */
export interface Standing {
  /** Resources, grants, databases, rows, and what the installation keeps of the environment. */
  readonly resources: readonly string[];
  /** How many there have been of what every run adds to. */
  readonly counts: Readonly<Record<string, number>>;
  /** What must never be, as sentences. */
  readonly problems: readonly string[];
}

const project = "my-project";
const bucket = `${project}-alloyrun`;

/** Looks at all of it. */
export async function takeStanding(local: LocalCloud, environment: string): Promise<Standing> {
  const objects = await listObjects(local);
  const kept = objects.filter((name) => /^(environments|teardowns|specs|freezes)\//.test(name));
  const { databases, isSilent } = await databasesOf(local, environment);
  const resources = [
    ...takeInventory(local).filter((line) => !/^(run\.revisions|workload\.images) /.test(line)),
    ...takeGrants(local),
    ...kept,
    ...databases.map((name) => `database ${name}`),
    `answer ${await readService(local, environment)}`,
  ];
  return {
    resources: resources.map(withoutGeneration).sort(),
    counts: countsOf(local, environment),
    problems: [
      ...(await problemsOfBucket(local, environment, objects)),
      ...problemsOfProcesses(local),
      ...(isSilent ? ["the database server does not answer"] : []),
      ...unfinished(local),
    ],
  };
}

function withoutGeneration(line: string): string {
  return line.replace(/_g\d+\b/g, "").replace(/-g\d+\b/g, "");
}

function countsOf({ cloud }: LocalCloud, environment: string): Record<string, number> {
  const list = (name: string) => cloud.store.collection(name).list();
  const succeeded = list("run.executions").filter(([name, one]) => name.includes("-seed") && one.succeededCount === 1);
  const builds = list("cloudbuild.builds").filter(([, one]) => JSON.stringify(one).includes("content-"));
  const revisions = list("run.revisions").filter(([name]) => name.includes(`/services/${environment}/`));
  return { builds: builds.length, seeds: succeeded.length, revisions: revisions.length };
}

/** A server that was killed recovers first, and is silent until then. */
async function databasesOf(local: LocalCloud, environment: string) {
  const [found] = local.cloud.store.collection("alloydb.instances").list();
  if (!found) return { databases: [], isSilent: false };
  const secret = `projects/${project}/secrets/alloyrun-${environment}-admin-password/versions/`;
  const [payload] = local.cloud.store.collection<{ readonly data: string }>("secretmanager.payloads").list(secret);
  const password = Buffer.from(payload?.[1].data ?? "", "base64").toString();
  const sqlStatement = "SELECT datname FROM pg_database ORDER BY datname";
  const query = { database: "postgres", user: "postgres", password, sqlStatement };
  const answer = await rest(local, `POST alloydb.googleapis.com/v1/${found[0]}:executeSql`, { body: query });
  const databases = [...answer.text.matchAll(/"value":\s*"([^"]+)"/g)].map(([, name = ""]) => name);
  return { databases, isSilent: databases.length === 0 };
}

async function readService({ cloud }: LocalCloud, environment: string): Promise<string> {
  const url = localUrl(cloud, `projects/${project}/locations/${region}/services/${environment}`);
  if (!url) return "nobody";
  const response = await fetch(url);
  return `${response.status} ${(await response.text()).trim()}`;
}

async function listObjects(local: LocalCloud): Promise<string[]> {
  const { body } = await rest(local, `GET storage.googleapis.com/storage/v1/b/${bucket}/o?maxResults=1000`);
  return ((body.items ?? []) as { readonly name: string }[]).map(({ name }) => name);
}

async function readObject(local: LocalCloud, name: string): Promise<string> {
  const path = `storage.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`;
  return (await rest(local, `GET ${path}`)).text;
}

async function problemsOfBucket(local: LocalCloud, environment: string, objects: readonly string[]): Promise<string[]> {
  const locks = objects.filter((name) => name.startsWith("locks/")).map((name) => `${name} is held`);
  const queue = objects.includes(`queues/${environment}.json`)
    ? await readObject(local, `queues/${environment}.json`)
    : '{"waiting":[]}';
  const waiting = (JSON.parse(queue) as { readonly waiting: readonly object[] }).waiting;
  return [
    ...locks,
    ...waiting.map((one) => `${JSON.stringify(one)} waits`),
    ...(await brokenLinks(local, environment)),
  ];
}

/** Every record is as its chain says, and names the one before it. */
async function brokenLinks(local: LocalCloud, environment: string): Promise<string[]> {
  const chain = JSON.parse(await readObject(local, `chains/${environment}.json`)) as {
    readonly records: readonly { readonly record: string; readonly sha256: string }[];
  };
  const problems: string[] = [];
  let previous: string | undefined;
  for (const { record, sha256 } of chain.records) {
    const text = await readObject(local, `runs/${environment}/${record}.json`);
    const isWhole = createHash("sha256").update(text).digest("hex") === sha256;
    const named = ((JSON.parse(text) as JsonObject).previous as JsonObject | undefined)?.sha256;
    if (!isWhole || named !== previous) problems.push(`record ${record} does not fit its chain`);
    previous = sha256;
  }
  return problems;
}

function problemsOfProcesses(local: LocalCloud): string[] {
  const { seeds, databases, orphans } = processesOf(process.pid, local.cloud.directory);
  const known = local.cloud.store.collection<{ readonly resource: { readonly state?: string } }>("alloydb.instances");
  const states = known.list().map(([name, { resource }]) => [name, resource.state] as const);
  const instances = states.length;
  return [
    ...seeds.map((pid) => `seed process ${pid} still runs`),
    ...(databases.length === instances ? [] : [`${databases.length} database servers for ${instances} instances`]),
    ...states.filter(([, state]) => state !== "READY").map(([name, state]) => `${name} is ${state}`),
    ...orphans.map((pid) => `process ${pid} is an orphan`),
  ];
}

function unfinished({ cloud }: LocalCloud): string[] {
  const executions = cloud.store.collection<{ readonly state?: string }>("workflows.executions").list();
  return executions.filter(([, { state }]) => state === "ACTIVE").map(([name]) => `${name} still runs`);
}
