import { installationName } from "../spec/names.ts";
import { ensureApis, isNotYetServed, planApis } from "./apis.ts";
import { ensureBucket, planBucket } from "./bucket.ts";
import { bundleFunctions } from "./bundle.ts";
import type { InstallationChange } from "./change.ts";
import { type Clients, openClients } from "./clients.ts";
import { persist } from "./eventually.ts";
import { ensureFunction, planFunction } from "./functions.ts";
import { ensureIdentities, planIdentities } from "./identities.ts";
import { installationAccounts, installationFunctions, type Target } from "./installation.ts";
import { ensureRunnerImage, planRunnerImage } from "./runner.ts";
import { ensureTopics, planTopics } from "./topics.ts";
import { ensureWorkflows, planWorkflows } from "./workflows.ts";

/** Where to install. */
export type Place = Pick<Target, "project" | "region">;

/** Told at the beginning and the end of each part of an installation. */
export type OnPart = (part: string, state: "started" | "done") => void;

/**
 * Installs alloyrun into a project as whoever is logged in, or brings it to this version. Every part observes first, so
 * a repeated or interrupted installation goes on where it stopped.
 *
 * @throws ApiError or OperationError naming the call that was refused; what exists by then is kept
 */
export async function deploy(place: Place, onPart: OnPart): Promise<Target> {
  const clients = openClients();
  const part = async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    onPart(name, "started");
    const value = await persist(isNotYetServed, work);
    onPart(name, "done");
    return value;
  };
  const target = await targetOf(clients, place);
  const accounts = installationAccounts(target.project);
  await part("APIs", () => ensureApis(clients.serviceUsage, target, clients.await));
  await part("accounts and roles", () => ensureIdentities(clients, target, accounts));
  await part("bucket", () => ensureBucket(clients.buckets, target, accounts));
  const [runner] = await Promise.all([
    part("image of the seed runner", () => ensureRunnerImage(clients, target)),
    part("functions of the steps", () => ensureFunctions(clients, target, stepFunctions(target))),
    part("workflows", () => ensureWorkflows(clients.workflows, target, clients.await)),
    part("topics", () => ensureTopics(clients.pubsub, target)),
  ]);
  await part("functions of the entries", () => ensureFunctions(clients, target, entryFunctions(target, runner)));
  return target;
}

/**
 * What `deploy` would make and change now. Changes nothing.
 *
 * @throws ApiError naming the call that was refused, or ALREADY_EXISTS for what is somebody else's
 */
export async function planDeployment(place: Place, clients = openClients()): Promise<readonly InstallationChange[]> {
  const target = await targetOf(clients, place);
  const accounts = installationAccounts(target.project);
  const runner = await planRunnerImage(clients, target);
  // Until the image is built nobody knows what the entries are told.
  const entries =
    runner.image === undefined ? { folder: entryFolder, environment: undefined } : entryFunctions(target, runner.image);
  const changes = await Promise.all([
    planApis(clients.serviceUsage, target),
    planIdentities(clients, target, accounts),
    planBucket(clients.buckets, target, accounts),
    planTopics(clients.pubsub, target),
    runner.changes,
    planFunctions(clients, target, stepFunctions(target)),
    planWorkflows(clients.workflows, target),
    planFunctions(clients, target, entries),
  ]);
  return changes.flat();
}

/** The place with the number of its project. @throws ApiError PERMISSION_DENIED when there is none, or none to be seen */
export async function targetOf({ resourceManager }: Pick<Clients, "resourceManager">, place: Place): Promise<Target> {
  const { projectNumber = "" } = await resourceManager.getProject(place.project);
  return { ...place, projectNumber };
}

type Variables = Readonly<Record<string, string>>;

/** Functions of one folder and the variables that they are told. */
interface FunctionGroup<Environment> {
  readonly folder: string;
  readonly environment: Environment;
}

function stepFunctions(target: Target): FunctionGroup<Variables> {
  return { folder: "functions/steps/", environment: baseEnvironment(target) };
}

const entryFolder = "functions/entry/";

/** The entries know the installation: where its bucket is, and which image seeds. */
function entryFunctions(target: Target, seedRunnerImage: string): FunctionGroup<Variables> {
  const environment = {
    ...baseEnvironment(target),
    ALLOYRUN_BUCKET: installationName(target.project),
    ALLOYRUN_SEED_RUNNER_IMAGE: seedRunnerImage,
  };
  return { folder: entryFolder, environment };
}

async function ensureFunctions(clients: Clients, target: Target, group: FunctionGroup<Variables>): Promise<void> {
  const wanted = await bundled(target, group);
  await Promise.all(wanted.map((each) => ensureFunction(clients, target, each)));
}

async function planFunctions(
  clients: Clients,
  target: Target,
  group: FunctionGroup<Variables | undefined>,
): Promise<readonly InstallationChange[]> {
  const wanted = await bundled(target, group);
  return (await Promise.all(wanted.map((each) => planFunction(clients, target, each)))).flat();
}

async function bundled<Environment>({ project }: Target, { folder, environment }: FunctionGroup<Environment>) {
  const wanted = installationFunctions(project).filter(({ entry }) => entry.startsWith(folder));
  const bundles = await bundleFunctions(wanted.map(({ entry }) => entry));
  return bundles.flatMap((bundle, index) => {
    const each = wanted[index];
    return each ? [{ ...each, bundle, environment }] : [];
  });
}

/**
 * Without NODE_ENV the framework answers malformed JSON with a stack trace; with the project's id at hand no client
 * library has to find it out at every cold start.
 */
function baseEnvironment({ project, projectNumber, region }: Target): Record<string, string> {
  return {
    NODE_ENV: "production",
    GOOGLE_CLOUD_PROJECT: project,
    ALLOYRUN_PROJECT: project,
    ALLOYRUN_PROJECT_NUMBER: projectNumber,
    ALLOYRUN_REGION: region,
  };
}
