import type { StorageClient } from "../google/clients/storage.ts";
import type { ListedExecution, WorkflowsClient } from "../google/clients/workflows.ts";
import { idOf } from "../google/name.ts";
import { installationName } from "../spec/names.ts";
import { present } from "./change.ts";
import type { Place } from "./deploy.ts";
import { installationWorkflows } from "./workflows.ts";

/** Why an installation cannot go yet. */
export interface Hindrance {
  /** Name of the environment; absent for a run that is about none. */
  readonly environment?: string;
  /** Id of a run that is under way. */
  readonly run?: string;
  readonly reason: string;
  /** What to do first. */
  readonly command: string;
}

/** What is looked at: the bucket, which tells of environments, and the executions of the workflows. */
export interface HindranceClients {
  readonly storage: Pick<StorageClient, "listObjects">;
  readonly workflows: Pick<WorkflowsClient, "listRunning">;
}

/**
 * Runs that are under way, and environments that stand, are held, or whose removal is not finished. A run that waits for
 * its turn or for an approval has left nothing in the bucket that says so: only its execution tells.
 */
export async function findHindrances(clients: HindranceClients, place: Place): Promise<readonly Hindrance[]> {
  const [runs, environments] = await Promise.all([findRuns(clients, place), findEnvironments(clients, place)]);
  const changing = new Set(runs.map(({ environment }) => environment));
  return [...runs, ...environments.filter(({ environment }) => !changing.has(environment))];
}

async function findRuns({ workflows }: HindranceClients, place: Place): Promise<readonly Hindrance[]> {
  const { project, region } = place;
  const parent = `projects/${project}/locations/${region}/workflows`;
  const found = await Promise.all(
    installationWorkflows.map(async ({ id }) => (await present(workflows.listRunning(`${parent}/${id}`))) ?? []),
  );
  return found.flat().map((execution) => toHindrance(execution, place));
}

/** Who started an execution without us has given it no labels; it is named by itself then. */
function toHindrance({ name = "", labels = {} }: ListedExecution, place: Place): Hindrance {
  const { run = idOf(name), environment, action = "execution" } = labels;
  const reason = `${action} ${run} is under way`;
  if (environment === undefined) return { run, reason, command: `alloyrun watch ${run} ${optionsOf(place)}` };
  return { environment, run, reason, command: `alloyrun cancel ${run} ${optionsOf(place)}` };
}

async function findEnvironments({ storage }: HindranceClients, place: Place): Promise<readonly Hindrance[]> {
  const bucket = installationName(place.project);
  const named = async (folder: string) => {
    const objects = (await present(storage.listObjects(bucket, folder))) ?? [];
    return objects.flatMap(({ name = "" }) => /\/(.+)\.json$/.exec(name)?.[1] ?? []);
  };
  const [up, waiting, held] = await Promise.all(["environments/", "teardowns/", "locks/"].map(named));
  const hindrance = (environment: string): Hindrance => {
    if (waiting?.includes(environment)) {
      const reason = `its removal is not finished; \`alloyrun status ${environment} ${optionsOf(place)}\` says what holds it`;
      return { environment, reason, command: `alloyrun sweep ${optionsOf(place)}` };
    }
    const reason = up?.includes(environment) ? "it stands" : "a run holds it";
    return { environment, reason, command: `alloyrun down ${environment} ${optionsOf(place)}` };
  };
  return [...new Set([...(up ?? []), ...(waiting ?? []), ...(held ?? [])])].sort().map(hindrance);
}

/** The same when the installation is not whole any more, so that nobody takes requests. */
export function withDeploy(place: Place): (hindrance: Hindrance) => Hindrance {
  return ({ command, ...rest }) => ({ ...rest, command: `alloyrun deploy ${optionsOf(place)} && ${command}` });
}

function optionsOf({ project, region }: Place): string {
  return `--project ${project} --region ${region}`;
}
