import type { CloudFunction, FunctionsClient } from "../google/clients/functions.ts";
import type { RunServicesClient } from "../google/clients/run.ts";
import type { ApiError } from "../google/error.ts";
import type { Operation } from "../google/operation.ts";
import { editPolicy, type Policy } from "../google/policy.ts";
import { accountEmail, canonicalJson, installationAccountId, sha256 } from "../spec/names.ts";
import { isUnknownMember } from "./bucket.ts";
import { type Bundle, zip } from "./bundle.ts";
import { found, type InstallationChange, policyChange, present } from "./change.ts";
import { persist } from "./eventually.ts";
import { type InstallationFunction, installationAccounts, installationLabels, type Target } from "./installation.ts";
import { refuseForeign } from "./ownership.ts";
import { reconcile } from "./reconcile.ts";

/** What deploying functions works with. */
export interface FunctionClients {
  readonly functions: FunctionsClient;
  readonly run: Pick<RunServicesClient, "getServicePolicy" | "setServicePolicy">;
  readonly await: (operation: Operation) => Promise<void>;
}

/** Label that holds the beginning of the content's hash; a function that bears the right one is left alone. */
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
 * Ensures one function from this version's source with its callers: private, unless it is the public door.
 *
 * @throws ApiError ALREADY_EXISTS when a function of that name is somebody else's
 */
export async function ensureFunction(clients: FunctionClients, target: Target, wanted: WantedFunction): Promise<void> {
  const name = functionName(target, wanted);
  const { bundle } = wanted;
  const change = functionChange(target, wanted, await clients.functions.getFunction(name));
  if (change) {
    const source = await clients.functions.uploadSource(name.replace(/\/functions\/.*/, ""), zip(bundle));
    const body = functionBody(target, { ...wanted, content: contentOf(wanted), storageSource: source });
    const exists = change.action !== "create";
    await clients.await(await persist(isEarly, () => put(clients.functions, { name, body, exists })));
  }
  await ensureInvokers(clients.run, target, wanted);
}

/** What `ensureFunction` would make and change. */
export async function planFunction(
  { functions, run }: Pick<FunctionClients, "functions" | "run">,
  target: Target,
  wanted: PlannedFunction,
): Promise<readonly InstallationChange[]> {
  const change = functionChange(target, wanted, await present(functions.getFunction(functionName(target, wanted))));
  const service = serviceName(target, wanted);
  const policy = change?.action === "create" ? {} : ((await present(run.getServicePolicy(service))) ?? {});
  return found(change, policyChange(service, policy, invokersEdit(target, wanted)));
}

/** A function as far as it is known before everything that it is told has been made. */
export interface PlannedFunction extends Omit<WantedFunction, "environment"> {
  /** Undefined while one of the variables is not known. */
  readonly environment: WantedFunction["environment"] | undefined;
}

/** What is done to the function that was found; undefined when nothing. @throws ApiError ALREADY_EXISTS for a foreign one */
function functionChange(
  target: Target,
  wanted: PlannedFunction,
  existing: CloudFunction | undefined,
): InstallationChange | undefined {
  const resource = functionName(target, wanted);
  if (!existing) return { kind: "function", action: "create", resource, differences: [`+ as ${wanted.account}`] };
  refuseForeign(existing, target, { name: resource, method: "cloudfunctions.projects.locations.functions.get" });
  const [source, variables] = contentOf(wanted).split("-");
  const [heldSource, heldVariables] = existing.labels?.[contentLabel]?.split("-") ?? [];
  const differences = [
    ...(existing.state === "ACTIVE" ? [] : [`~ state: ${existing.state}`]),
    ...(source === heldSource ? [] : ["~ source"]),
    ...(variables === heldVariables ? [] : ["~ variables"]),
  ];
  return differences.length > 0 ? { kind: "function", action: "update", resource, differences } : undefined;
}

function functionName({ project, region }: Target, { id }: Pick<InstallationFunction, "id">): string {
  return `projects/${project}/locations/${region}/functions/${id}`;
}

function contentOf({ bundle, environment }: PlannedFunction): string {
  return `${bundle.content.slice(0, 40)}-${environment ? hashOf(environment) : "unknown"}`;
}

function put(
  functions: FunctionsClient,
  { name, body, exists }: { readonly name: string; readonly body: CloudFunction; readonly exists: boolean },
): Promise<Operation> {
  return exists ? functions.patchFunction(name, body, mutableFields) : functions.createFunction(name, body);
}

/** A function with what it is sent as. */
interface FunctionContent extends WantedFunction {
  readonly content: string;
  readonly storageSource: object;
}

function functionBody(
  target: Target,
  { id, account, memory, environment, content, storageSource }: FunctionContent,
): CloudFunction {
  const { project } = target;
  const build = accountEmail(project, installationAccountId("build"));
  return {
    environment: "GEN_2",
    labels: { ...installationLabels(project), [contentLabel]: content },
    buildConfig: {
      runtime: "nodejs24",
      entryPoint: id,
      source: { storageSource },
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

/** A function is a Cloud Run service; who may invoke that may call it: of our accounts these alone, and whom people added. */
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
  const accounts = installationAccounts(project);
  const members = invokers.map((name) => `serviceAccount:${accountEmail(project, installationAccountId(name))}`);
  const grants = [...members, ...(isPublic ? ["allUsers"] : [])].map((member) => ({
    role: "roles/run.invoker",
    member,
  }));
  return (policy) => reconcile(policy, grants, accounts);
}

function serviceName({ project, region }: Target, { id }: Pick<InstallationFunction, "id">): string {
  return `projects/${project}/locations/${region}/services/${id}`;
}

/** The accounts, or the right to use them, were made moments ago. */
function isEarly(error: ApiError): boolean {
  return isUnknownMember(error) || ["NOT_FOUND", "PERMISSION_DENIED", "ABORTED"].includes(error.code);
}

function hashOf(environment: Readonly<Record<string, string>>): string {
  return sha256(canonicalJson(environment)).slice(0, 8);
}
