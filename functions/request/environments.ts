import type { StorageClient } from "../../google/clients/storage.ts";
import { parseJson, textOf, toObject } from "../../google/json.ts";
import type { EnvironmentView } from "../api.ts";
import { StepError } from "../error.ts";
import { type ViewClients, viewRun } from "./run-view.ts";
import { specObject } from "./spec-store.ts";

/** How many runs of an environment are told. */
const newest = 20;

/** The names of all environments that are known here. */
export async function listEnvironments({ storage, installation }: ViewClients): Promise<readonly string[]> {
  const specs = await storage.listObjects(installation.bucket, "specs/");
  return specs.flatMap(({ name }) => name?.match(/^specs\/(.+)\.yaml$/)?.[1] ?? []).sort();
}

/**
 * One environment with its newest runs; the one under way, which has no record yet, comes first.
 *
 * @throws StepError NOT_FOUND when it is not known
 */
export async function viewEnvironment(environment: string, clients: ViewClients): Promise<EnvironmentView> {
  const { storage, installation } = clients;
  const { bucket } = installation;
  if (!(await storage.getObject(bucket, specObject(environment)))) throw unknownEnvironment(environment);
  const [holder, recorded] = await Promise.all([
    readHolder(storage, { bucket, environment }),
    listRecorded(storage, { bucket, environment }),
  ]);
  const runs = [...new Set([...(holder ? [holder] : []), ...recorded])].slice(0, newest);
  return { environment, runs: await Promise.all(runs.map((run) => viewRun(run, clients))) };
}

interface Place {
  readonly bucket: string;
  readonly environment: string;
}

async function readHolder(storage: StorageClient, { bucket, environment }: Place): Promise<string | undefined> {
  const lock = await storage.readText(bucket, `locks/${environment}.json`);
  return textOf(toObject(parseJson(lock?.text ?? ""))?.run);
}

async function listRecorded(storage: StorageClient, { bucket, environment }: Place): Promise<readonly string[]> {
  const prefix = `runs/${environment}/`;
  const records = [...(await storage.listObjects(bucket, prefix))];
  records.sort((a, b) => (b.timeCreated ?? "").localeCompare(a.timeCreated ?? ""));
  return records.map(({ name = "" }) => name.slice(prefix.length, -".json".length));
}

function unknownEnvironment(environment: string): StepError {
  const message = `no environment ${environment} is known here`;
  return new StepError({ code: "NOT_FOUND", reason: "UNKNOWN_ENVIRONMENT", message });
}
