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
import { connectSecretManager } from "../google/clients/secret-manager.ts";
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
import { type InstallationFunction, installationAccounts, installationFunctions, type Target } from "./installation.ts";
import { ensureLinkKey } from "./link-key.ts";
import { ensureRunnerImage } from "./runner.ts";
import { ensureSchedules } from "./schedules.ts";
import { ensureTopics } from "./topics.ts";
import { ensureWorkflows } from "./workflows.ts";

/** Told at the beginning and the end of each part of an installation. */
export type OnPart = (part: string, state: "started" | "done") => void;

/** Where to install, and what beside the rest. */
export interface Wanted {
  readonly project: string;
  readonly region: string;
  /** Whether to open the public door, for tickets and approval links; left out, it stays as it is. */
  readonly hook?: boolean;
}

/**
 * Installs alloyrun into a project as whoever is logged in, or brings it to this version. Every part observes first, so
 * a repeated or interrupted installation goes on where it stopped.
 *
 * @throws ApiError or OperationError naming the call that was refused; what exists by then is kept
 */
export async function deploy({ project, region, hook }: Wanted, onPart: OnPart): Promise<Target> {
  const clients = openClients();
  const part = async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    onPart(name, "started");
    const value = await persist(isNotYetServed, work);
    onPart(name, "done");
    return value;
  };
  const { projectNumber = "" } = await clients.resourceManager.getProject(project);
  const target: Target = { project, region, projectNumber };
  const accounts = installationAccounts(target.project);
  await part("APIs", () => ensureApis(clients.serviceUsage, target, clients.await));
  await part("accounts and roles", () => ensureIdentities(clients, target, accounts));
  await part("bucket", () => ensureBucket(clients.buckets, target, accounts));
  const [runner] = await Promise.all([
    part("image of the seed runner", () => ensureRunnerImage(clients, target)),
    part("functions of the steps", () => ensureStepFunctions(clients, target)),
    part("workflows", () => ensureWorkflows(clients.workflows, target, clients.await)),
    part("topics", async () => {
      await clients.await(await clients.serviceUsage.generateIdentity(project, "pubsub.googleapis.com"));
      await ensureTopics(clients.pubsub, target);
    }),
  ]);
  const hasHook = hook ?? (await isHookThere(clients, target));
  if (hasHook) await part("key of approval links", () => ensureLinkKey(clients.secrets, target));
  await part("functions of the entries", () => ensureEntryFunctions(clients, target, { runner, hasHook }));
  await part("schedules", () => ensureSchedules(clients.scheduler, target));
  return target;
}

/** Whoever brings an installation to this version without saying so does not close its public door. */
async function isHookThere({ functions }: Clients, { project, region }: Target): Promise<boolean> {
  return (await functions.getFunction(`projects/${project}/locations/${region}/functions/alloyrun-hook`)) !== undefined;
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
    secrets: connectSecretManager(auth)(unguarded),
    serviceUsage: connectServiceUsage(auth)(unguarded),
    storage: connectStorage(auth)(unguarded),
    workflows: connectWorkflows(auth)(unguarded),
  };
}

function ensureStepFunctions(clients: Clients, target: Target): Promise<void> {
  const steps = installationFunctions(target.project).filter(({ entry }) => entry.startsWith("functions/steps/"));
  return ensureFunctions(clients, target, { wanted: steps, environment: baseEnvironment(target) });
}

/** The entries know the installation: where its bucket is, which image seeds, and whether links can be used. */
function ensureEntryFunctions(
  clients: Clients,
  target: Target,
  { runner, hasHook }: { readonly runner: string; readonly hasHook: boolean },
): Promise<void> {
  const environment = {
    ...baseEnvironment(target),
    ALLOYRUN_BUCKET: installationName(target.project),
    ALLOYRUN_SEED_RUNNER_IMAGE: runner,
    ALLOYRUN_HOOK: hasHook ? "open" : "closed",
  };
  const wanted = installationFunctions(target.project)
    .filter(({ entry }) => entry.startsWith("functions/entry/"))
    .filter(({ isPublic }) => hasHook || !isPublic);
  return ensureFunctions(clients, target, { wanted, environment });
}

async function ensureFunctions(
  clients: Clients,
  target: Target,
  {
    wanted,
    environment,
  }: { readonly wanted: readonly InstallationFunction[]; readonly environment: Readonly<Record<string, string>> },
): Promise<void> {
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
