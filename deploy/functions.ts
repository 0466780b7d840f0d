import type { CloudFunction, FunctionsClient } from "../google/clients/functions.ts";
import type { RunServicesClient, Service } from "../google/clients/run.ts";
import type { ApiError } from "../google/error.ts";
import type { Operation } from "../google/operation.ts";
import { editPolicy, everybody, type Policy } from "../google/policy.ts";
import { accountEmail, installationAccountId } from "../spec/names.ts";
import { isUnknownMember } from "./bucket.ts";
import { type Bundle, zip } from "./bundle.ts";
import { found, type InstallationChange, policyChange, present } from "./change.ts";
import { persist } from "./eventually.ts";
import { functionDifferences, serviceDifferences } from "./function-parts.ts";
import { type InstallationFunction, installationAccounts, installationLabels, type Target } from "./installation.ts";
import { refuseForeign } from "./ownership.ts";
import { memberOf, reconcile } from "./reconcile.ts";

/** What deploying functions works with. */
export interface FunctionClients {
  readonly functions: FunctionsClient;
  readonly run: Pick<RunServicesClient, "getService" | "patchService" | "getServicePolicy" | "setServicePolicy">;
  readonly await: (operation: Operation) => Promise<void>;
}

/** Label that holds the beginning of the source's hash: what a function was built from cannot be read from it. */
const contentLabel = "alloyrun-content";

/** What is sent again when a function is brought to this version. */
const mutableFields = ["labels", "buildConfig", "serviceConfig"] as const;

/** A function with all that it is made from. */
export interface WantedFunction extends InstallationFunction {
  readonly bundle: Bundle;
  /** Variables of the function's process. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Ensures one function from this version's source with its settings and its callers: private, unless it is the public door.
 *
 * @throws ApiError ALREADY_EXISTS when a function of that name is somebody else's
 */
export async function ensureFunction(clients: FunctionClients, target: Target, wanted: WantedFunction): Promise<void> {
  const name = functionName(target, wanted);
  const { bundle } = wanted;
  const held = await observe(clients, target, wanted);
  const change = functionChange(target, wanted, held);
  if (held.service?.invokerIamDisabled) {
    const checking = { name: serviceName(target, wanted), invokerIamDisabled: false };
    await clients.await(await clients.run.patchService(checking, ["invoker_iam_disabled"]));
  }
  if (change) {
    const storageSource = await clients.functions.uploadSource(name.replace(/\/functions\/.*/, ""), zip(bundle));
    const body = withSource(functionBody(target, wanted), storageSource);
    const exists = change.action !== "create";
    await clients.await(await persist(isEarly, () => put(clients.functions, { name, body, exists })));
  }
  await ensureInvokers(clients.run, target, wanted);
}

/** What `ensureFunction` would make and change. */
export async function planFunction(
  clients: Pick<FunctionClients, "functions" | "run">,
  target: Target,
  wanted: PlannedFunction,
): Promise<readonly InstallationChange[]> {
  const held = await observe(clients, target, { ...wanted, read: present });
  const change = functionChange(target, wanted, held);
  const service = serviceName(target, wanted);
  const policy = held.service ? ((await present(clients.run.getServicePolicy(service))) ?? {}) : {};
  return found(change, callersChange(service, held), policyChange(service, policy, invokersEdit(target, wanted)));
}

/** A function as far as it is known before everything that it is told has been made. */
export interface PlannedFunction extends Omit<WantedFunction, "environment"> {
  /** Undefined while one of the variables is not known. */
  readonly environment: WantedFunction["environment"] | undefined;
}

/** A function as it is, with the Cloud Run service below it. */
interface HeldFunction {
  readonly function?: CloudFunction;
  readonly service?: Service;
}

/**
 * @param read what becomes of a reading that is refused; refused as a whole unless given
 * @throws ApiError ALREADY_EXISTS for a foreign function, at which nothing more is looked
 */
async function observe(
  { functions, run }: { readonly functions: FunctionsClient; readonly run: Pick<RunServicesClient, "getService"> },
  target: Target,
  { id, read = (reading) => reading }: Pick<InstallationFunction, "id"> & { readonly read?: typeof present },
): Promise<HeldFunction> {
  const name = functionName(target, { id });
  const existing = await read(functions.getFunction(name));
  if (!existing) return {};
  refuseForeign(existing, target, { name, method: "cloudfunctions.projects.locations.functions.get" });
  return { function: existing, service: await read(run.getService(serviceName(target, { id }))) };
}

/** What is done to the function that was found; undefined when nothing. */
function functionChange(
  target: Target,
  wanted: PlannedFunction,
  { function: existing, service }: HeldFunction,
): InstallationChange | undefined {
  const resource = functionName(target, wanted);
  if (!existing) return { kind: "function", action: "create", resource, differences: [`+ as ${wanted.account}`] };
  const body = functionBody(target, wanted);
  const settings = functionDifferences(existing, body);
  const differences = [
    ...(existing.state === "ACTIVE" ? [] : [`~ state: ${existing.state}`]),
    ...(existing.labels?.[contentLabel] === body.labels?.[contentLabel] ? [] : ["~ source"]),
    ...settings,
    // What differs of the function differs of its service, too; that need not be said twice.
    ...(settings.length > 0 && service ? [] : serviceDifferences(service, body)),
  ];
  return differences.length > 0 ? { kind: "function", action: "update", resource, differences } : undefined;
}

/** Cloud Run can be told not to look who calls, and then the policy says nothing. */
function callersChange(resource: string, { service }: HeldFunction): InstallationChange | undefined {
  if (!service?.invokerIamDisabled) return undefined;
  return { kind: "grants", action: "update", resource, differences: ["+ callers are checked"] };
}

function functionName({ project, region }: Target, { id }: Pick<InstallationFunction, "id">): string {
  return `projects/${project}/locations/${region}/functions/${id}`;
}

function put(
  functions: FunctionsClient,
  { name, body, exists }: { readonly name: string; readonly body: CloudFunction; readonly exists: boolean },
): Promise<Operation> {
  return exists ? functions.patchFunction(name, body, mutableFields) : functions.createFunction(name, body);
}

/** A function as it is sent, but for where its source lies. */
function functionBody(target: Target, { id, account, memory, environment, bundle }: PlannedFunction): CloudFunction {
  const { project } = target;
  const build = accountEmail(project, installationAccountId("build"));
  return {
    environment: "GEN_2",
    labels: { ...installationLabels(project), [contentLabel]: bundle.content.slice(0, 40) },
    buildConfig: {
      runtime: "nodejs24",
      entryPoint: id,
      serviceAccount: `projects/${project}/serviceAccounts/${build}`,
    },
    serviceConfig: {
      serviceAccountEmail: account,
      timeoutSeconds: 120,
      availableMemory: memory,
      maxInstanceCount: 10,
      ingressSettings: "ALLOW_ALL",
      allTrafficOnLatestRevision: true,
      environmentVariables: environment,
    },
  };
}

function withSource(body: CloudFunction, storageSource: object): CloudFunction {
  return { ...body, buildConfig: { ...body.buildConfig, source: { storageSource } } };
}

/**
 * A function is a Cloud Run service; who may invoke that may call it: of our accounts these alone, and whom people added by
 * name. Everybody may only where it is public, whatever somebody granted.
 */
async function ensureInvokers(
  run: FunctionClients["run"],
  target: Target,
  wanted: InstallationFunction,
): Promise<void> {
  const service = serviceName(target, wanted);
  const access = {
    get: () => run.getServicePolicy(service),
    set: (policy: Policy) => run.setServicePolicy(service, policy),
  };
  await persist(isUnknownMember, () => editPolicy(access, invokersEdit(target, wanted)));
}

function invokersEdit(
  { project }: Target,
  { invokers, isPublic }: Pick<InstallationFunction, "invokers" | "isPublic">,
): (policy: Policy) => Policy {
  const decided = [...installationAccounts(project).map(memberOf), ...everybody];
  const members = invokers.map((name) => `serviceAccount:${accountEmail(project, installationAccountId(name))}`);
  const grants = [...members, ...(isPublic ? ["allUsers"] : [])].map((member) => ({
    role: "roles/run.invoker",
    member,
  }));
  return (policy) => reconcile(policy, grants, decided);
}

function serviceName({ project, region }: Target, { id }: Pick<InstallationFunction, "id">): string {
  return `projects/${project}/locations/${region}/services/${id}`;
}

/** The accounts, or the right to use them, were made moments ago. */
function isEarly(error: ApiError): boolean {
  return isUnknownMember(error) || ["NOT_FOUND", "PERMISSION_DENIED", "ABORTED"].includes(error.code);
}
