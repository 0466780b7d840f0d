import { installationName } from "../spec/names.ts";
import { ensureApis, isNotYetServed, planApis } from "./apis.ts";
import { ensureBucket, planBucket } from "./bucket.ts";
import { bundleFunctions } from "./bundle.ts";
import { type InstallationChange, present } from "./change.ts";
import { type Clients, openClients } from "./clients.ts";
import { persist } from "./eventually.ts";
import { ensureFunction, planFunction } from "./functions.ts";
import { ensureIdentities, planIdentities } from "./identities.ts";
import { type InstallationFunction, installationAccounts, installationFunctions, type Target } from "./installation.ts";
import { ensureLinkKey, planLinkKey } from "./link-key.ts";
import { demandRegion } from "./region.ts";
import { ensureRunnerImage, planRunnerImage } from "./runner.ts";
import { ensureSchedules, planSchedules } from "./schedules.ts";
import { ensureTopics, planTopics } from "./topics.ts";
import { ensureWorkflows, planWorkflows } from "./workflows.ts";

/** Where to install. */
export type Place = Pick<Target, "project" | "region">;

/** Where to install, and what beside the rest. */
export interface Wanted extends Place {
  /** Whether to open the public door, for tickets and approval links; left out, it stays as it is. */
  readonly hook?: boolean;
}

/** Told at the beginning and the end of each part of an installation. */
export type OnPart = (part: string, state: "started" | "done") => void;

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
  const target = await targetOf(clients, { project, region });
  await demandRegion(clients.buckets, target);
  const accounts = installationAccounts(target.project);
  await part("APIs", () => ensureApis(clients.serviceUsage, target, clients.await));
  const names = await part("accounts and roles", () => ensureIdentities(clients, target, accounts));
  await part("bucket", () => ensureBucket(clients.buckets, target, accounts, names));
  const [runner] = await Promise.all([
    part("image of the seed runner", () => ensureRunnerImage(clients, target)),
    part("functions of the steps", () => ensureFunctions(clients, target, stepFunctions(target))),
    part("workflows", () => ensureWorkflows(clients.workflows, target, clients.await)),
    part("topics", async () => {
      await clients.await(await clients.serviceUsage.generateIdentity(project, "pubsub.googleapis.com"));
      await ensureTopics(clients.pubsub, target, names);
    }),
  ]);
  const hasHook = hook ?? (await isHookThere(clients, target));
  if (hasHook) await part("key of approval links", () => ensureLinkKey(clients.secrets, target));
  const entries = { wanted: entriesOf(target, hasHook), environment: entryEnvironment(target, { runner, hasHook }) };
  await part("functions of the entries", () => ensureFunctions(clients, target, entries));
  await part("schedules", () => ensureSchedules(clients.scheduler, target));
  return target;
}

/**
 * What `deploy` would make and change now. Changes nothing.
 *
 * @throws ApiError naming the call that was refused, or ALREADY_EXISTS for what is somebody else's
 */
export async function planDeployment(
  { project, region, hook }: Wanted,
  clients = openClients(),
): Promise<readonly InstallationChange[]> {
  const target = await targetOf(clients, { project, region });
  await demandRegion(clients.buckets, target);
  const accounts = installationAccounts(target.project);
  const [runner, identities, hasHook] = await Promise.all([
    planRunnerImage(clients, target),
    planIdentities(clients, target, accounts),
    hook ?? isHookThere(clients, target),
  ]);
  // Until the image is built nobody knows what the entries are told.
  const environment =
    runner.image === undefined ? undefined : entryEnvironment(target, { runner: runner.image, hasHook });
  const changes = await Promise.all([
    planApis(clients.serviceUsage, target),
    identities.changes,
    planBucket(clients.buckets, target, accounts, identities.names),
    planTopics(clients.pubsub, target, identities.names),
    runner.changes,
    planFunctions(clients, target, stepFunctions(target)),
    planWorkflows(clients.workflows, target),
    hasHook ? planLinkKey(clients.secrets, target) : [],
    planFunctions(clients, target, { wanted: entriesOf(target, hasHook), environment }),
    planSchedules(clients.scheduler, target),
  ]);
  return changes.flat();
}

/** Whoever brings an installation to this version without saying so does not close its public door. */
async function isHookThere({ functions }: Clients, { project, region }: Target): Promise<boolean> {
  const name = `projects/${project}/locations/${region}/functions/alloyrun-hook`;
  return (await present(functions.getFunction(name))) !== undefined;
}

/** The place with the number of its project. @throws ApiError PERMISSION_DENIED when there is none, or none to be seen */
export async function targetOf({ resourceManager }: Pick<Clients, "resourceManager">, place: Place): Promise<Target> {
  const { projectNumber = "" } = await resourceManager.getProject(place.project);
  return { ...place, projectNumber };
}

type Variables = Readonly<Record<string, string>>;

/** Functions and the variables that they are told. */
interface FunctionGroup<Environment> {
  readonly wanted: readonly InstallationFunction[];
  readonly environment: Environment;
}

function stepFunctions(target: Target): FunctionGroup<Variables> {
  const wanted = installationFunctions(target.project).filter(({ entry }) => entry.startsWith("functions/steps/"));
  return { wanted, environment: baseEnvironment(target) };
}

/** The entries, of which the public one is there only where that is asked for. */
function entriesOf({ project }: Target, hasHook: boolean): readonly InstallationFunction[] {
  return installationFunctions(project)
    .filter(({ entry }) => entry.startsWith("functions/entry/"))
    .filter(({ isPublic }) => hasHook || !isPublic);
}

/** What the entries are told of the installation: where its bucket is, which image seeds, and whether links can be used. */
function entryEnvironment(
  target: Target,
  { runner, hasHook }: { readonly runner: string; readonly hasHook: boolean },
): Variables {
  return {
    ...baseEnvironment(target),
    ALLOYRUN_BUCKET: installationName(target.project),
    ALLOYRUN_SEED_RUNNER_IMAGE: runner,
    ALLOYRUN_HOOK: hasHook ? "open" : "closed",
  };
}

async function ensureFunctions(clients: Clients, target: Target, group: FunctionGroup<Variables>): Promise<void> {
  const wanted = await bundled(group);
  await Promise.all(wanted.map((each) => ensureFunction(clients, target, each)));
}

async function planFunctions(
  clients: Clients,
  target: Target,
  group: FunctionGroup<Variables | undefined>,
): Promise<readonly InstallationChange[]> {
  const wanted = await bundled(group);
  return (await Promise.all(wanted.map((each) => planFunction(clients, target, each)))).flat();
}

async function bundled<Environment>({ wanted, environment }: FunctionGroup<Environment>) {
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
