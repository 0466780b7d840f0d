import { createAuth, unguarded } from "../google/auth.ts";
import { connectArtifactRegistry } from "../google/clients/artifact-registry.ts";
import { connectCloudBuild } from "../google/clients/cloud-build.ts";
import { connectFunctions } from "../google/clients/functions.ts";
import { connectIam } from "../google/clients/iam.ts";
import { connectIamRoles } from "../google/clients/iam-roles.ts";
import { connectPubsub } from "../google/clients/pubsub.ts";
import { connectResourceManager } from "../google/clients/resource-manager.ts";
import { connectRunServices } from "../google/clients/run.ts";
import { connectScheduler } from "../google/clients/scheduler.ts";
import { connectServiceUsage } from "../google/clients/service-usage.ts";
import { connectStorage } from "../google/clients/storage.ts";
import { connectStorageBucket } from "../google/clients/storage-bucket.ts";
import { connectWorkflows } from "../google/clients/workflows.ts";
import { createRest } from "../google/rest.ts";
import { installationName } from "../spec/names.ts";
import { ensureApis, isNotYetServed } from "./apis.ts";
import { ensureBucket } from "./bucket.ts";
import { bundleFunctions } from "./bundle.ts";
import { awaitOperation, persist } from "./eventually.ts";
import { ensureFunction } from "./functions.ts";
import { ensureIdentities } from "./identities.ts";
import { installationAccounts, installationFunctions, type Target } from "./installation.ts";
import { ensureRunnerImage } from "./runner.ts";
import { ensureSchedules } from "./schedules.ts";
import { ensureTopics } from "./topics.ts";
import { ensureWorkflows } from "./workflows.ts";

/** Told at the beginning and the end of each part of an installation. */
export type OnPart = (part: string, state: "started" | "done") => void;

/**
 * Installs alloyrun into a project as whoever is logged in, or brings it to this version. Every part observes first, so
 * a repeated or interrupted installation goes on where it stopped.
 *
 * @throws ApiError or OperationError naming the call that was refused; what exists by then is kept
 */
export async function deploy(
  place: { readonly project: string; readonly region: string },
  onPart: OnPart,
): Promise<Target> {
  const clients = openClients();
  const part = async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    onPart(name, "started");
    const value = await persist(isNotYetServed, work);
    onPart(name, "done");
    return value;
  };
  const { projectNumber = "" } = await clients.resourceManager.getProject(place.project);
  const target: Target = { ...place, projectNumber };
  const accounts = installationAccounts(target.project);
  await part("APIs", () => ensureApis(clients.serviceUsage, target, clients.await));
  await part("accounts and roles", () => ensureIdentities(clients, target, accounts));
  await part("bucket", () => ensureBucket(clients.buckets, target, accounts));
  const [runner] = await Promise.all([
    part("image of the seed runner", () => ensureRunnerImage(clients, target)),
    part("functions of the steps", () => ensureStepFunctions(clients, target)),
    part("workflows", () => ensureWorkflows(clients.workflows, target, clients.await)),
    part("topics", () => ensureTopics(clients.pubsub, target)),
  ]);
  await part("functions of the entries", () => ensureEntryFunctions(clients, target, runner));
  await part("schedules", () => ensureSchedules(clients.scheduler, target));
  return target;
}

type Clients = ReturnType<typeof openClients>;

function openClients() {
  const auth = createAuth();
  const rest = createRest(auth, unguarded);
  return {
    await: (operation: Parameters<typeof awaitOperation>[1]) => awaitOperation(rest, operation),
    builds: connectCloudBuild(auth)(unguarded),
    buckets: connectStorageBucket(auth)(unguarded),
    functions: connectFunctions(auth)(unguarded),
    iam: connectIam(auth)(unguarded),
    registry: connectArtifactRegistry(auth)(unguarded),
    pubsub: connectPubsub(auth)(unguarded),
    resourceManager: connectResourceManager(auth)(unguarded),
    roles: connectIamRoles(auth)(unguarded),
    run: connectRunServices(auth)(unguarded),
    scheduler: connectScheduler(auth)(unguarded),
    serviceUsage: connectServiceUsage(auth)(unguarded),
    storage: connectStorage(auth)(unguarded),
    workflows: connectWorkflows(auth)(unguarded),
  };
}

function ensureStepFunctions(clients: Clients, target: Target): Promise<void> {
  return ensureFunctions(clients, target, { folder: "functions/steps/", environment: baseEnvironment(target) });
}

/** The entries know the installation: where its bucket is, and which image seeds. */
function ensureEntryFunctions(clients: Clients, target: Target, seedRunnerImage: string): Promise<void> {
  const environment = {
    ...baseEnvironment(target),
    ALLOYRUN_BUCKET: installationName(target.project),
    ALLOYRUN_SEED_RUNNER_IMAGE: seedRunnerImage,
  };
  return ensureFunctions(clients, target, { folder: "functions/entry/", environment });
}

async function ensureFunctions(
  clients: Clients,
  target: Target,
  { folder, environment }: { readonly folder: string; readonly environment: Readonly<Record<string, string>> },
): Promise<void> {
  const wanted = installationFunctions(target.project).filter(({ entry }) => entry.startsWith(folder));
  const bundles = await bundleFunctions(wanted.map(({ entry }) => entry));
  const ensures = bundles.flatMap((bundle, index) => {
    const each = wanted[index];
    return each ? [ensureFunction(clients, target, { ...each, bundle, environment })] : [];
  });
  await Promise.all(ensures);
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
