import { type Api, type Call, handlers, type OperationResource } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import { applyMask } from "../field-mask.ts";
import { readListing } from "../list/listing.ts";
import type {
  Function as CloudFunction,
  CreateFunctionRequest,
  FunctionsMethods,
  ListFunctionsRequest,
  ListFunctionsResponse,
  OperationType,
  UpdateFunctionRequest,
} from "../model/generated/functions.ts";
import { toLongrunning } from "../operation.ts";
import { pageOf, paginate } from "../page.ts";
import { policyMethods } from "../policy.ts";
import { accountEmail, defaultAccount, demandActAs } from "../workload/service-account.ts";
import { demandFunction, type FunctionsContext, host, parseName, typePrefix } from "./context.ts";
import { runDelete, runDeploy } from "./deploy.ts";
import { permissions } from "./permissions.ts";
import { validate, withDefaults } from "./service.ts";
import { resumeDeliveries, withTrigger } from "./trigger.ts";
import { generateUploadUrl } from "./upload.ts";

/**
 * Cloud Functions v2: Node functions that are called over HTTP or with the messages of a Pub/Sub topic, built from an
 * uploaded zip and run under the Functions Framework as Cloud Run services. Events of other types answer UNIMPLEMENTED.
 *
 * @see https://cloud.google.com/functions/docs/reference/rest
 */
export function createFunctions(cloud: Cloud): Api {
  const { store } = cloud;
  const context: FunctionsContext = {
    cloud,
    functions: store.collection("functions.functions"),
    triggers: store.collection("functions.triggers"),
  };
  const policies = policyMethods(cloud, (resource) => `//${host}/${demandFunction(context, resource).name}`);
  return {
    host,
    permissions,
    methods: handlers<FunctionsMethods>({
      "google.cloud.functions.v2.FunctionService.GenerateUploadUrl": ({ parent = "" }) =>
        generateUploadUrl(context, parent),
      "google.cloud.functions.v2.FunctionService.CreateFunction": (request, call) => create(context, request, call),
      "google.cloud.functions.v2.FunctionService.UpdateFunction": (request, call) => update(context, request, call),
      "google.cloud.functions.v2.FunctionService.DeleteFunction": ({ name = "" }) => remove(context, name),
      "google.cloud.functions.v2.FunctionService.GetFunction": ({ name = "" }) => demandFunction(context, name),
      "google.cloud.functions.v2.FunctionService.ListFunctions": (request) => list(context, request),
      // Functions of the first generation are another product, of which nobody has any here.
      "google.cloud.functions.v1.CloudFunctionsService.ListFunctions": (request) => listFirstGeneration(request),
      "google.cloud.functions.v2.FunctionService.ListRuntimes": ({ filter }) => {
        const type = "google.cloud.functions.v2.ListRuntimesResponse.Runtime";
        return { runtimes: runtimes.filter(readListing(type, { filter }).passes) };
      },
      "google.iam.v1.IAMPolicy.GetIamPolicy": (request) => policies.get(request),
      "google.iam.v1.IAMPolicy.SetIamPolicy": (request) => policies.set(request),
      "google.iam.v1.IAMPolicy.TestIamPermissions": (request, call) => policies.test(request, call),
    }),
    operations: {
      deploy: (operation) => runDeploy(context, operation),
      delete: (operation) => runDelete(context, operation),
    },
    start: () => resumeDeliveries(context),
  };
}

const runtimes = ["nodejs20", "nodejs22", "nodejs24"].map((name) => ({
  name,
  displayName: name.replace("nodejs", "Node.js "),
  stage: name === "nodejs20" ? ("DECOMMISSIONED" as const) : ("GA" as const),
  environment: "GEN_2" as const,
}));

async function create(
  context: FunctionsContext,
  { parent = "", functionId = "", function: sent = {} }: CreateFunctionRequest,
  call: Call,
): Promise<OperationResource> {
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(functionId)) {
    const message = `function_id: '${functionId}' must be lowercase letters, digits and hyphens, at most 63, beginning with a letter.`;
    throw new ApiError({ code: "INVALID_ARGUMENT", message });
  }
  const name = `${parent}/functions/${functionId}`;
  if (context.functions.get(name))
    throw new ApiError({ code: "ALREADY_EXISTS", message: `Resource '${name}' already exists` });
  const createTime = context.cloud.clock.timestamp();
  return await write(context, { function: { ...sent, name, createTime }, type: "CREATE_FUNCTION" }, call);
}

const mutable = ["description", "buildConfig", "serviceConfig", "eventTrigger", "labels"] as const;

async function update(
  context: FunctionsContext,
  { function: sent = {}, updateMask }: UpdateFunctionRequest,
  call: Call,
): Promise<OperationResource> {
  const present = demandFunction(context, sent.name ?? "");
  const changed = applyMask(present, { sent, mask: updateMask, mutable });
  return await write(context, { function: changed, type: "UPDATE_FUNCTION" }, call);
}

interface Write {
  readonly function: CloudFunction;
  readonly type: OperationType;
}

async function write(
  context: FunctionsContext,
  { function: sent, type }: Write,
  call: Call,
): Promise<OperationResource> {
  const { cloud, functions } = context;
  const { name = "" } = sent;
  const { project, parent, address } = parseName(name);
  if (cloud.operations.isBusy(host, name)) {
    throw new ApiError({
      code: "ABORTED",
      message: `An operation on function ${name} is already in progress. Please try again later.`,
    });
  }
  validate(sent);
  const { projectNumber } = cloud.projects.ensure(project);
  const account = defaultAccount(projectNumber);
  const serviceConfig = withDefaults(sent.serviceConfig ?? {}, account);
  const eventTrigger = sent.eventTrigger && withTrigger(name, sent.eventTrigger, account);
  const accounts = [
    serviceConfig.serviceAccountEmail,
    sent.buildConfig?.serviceAccount,
    eventTrigger?.serviceAccountEmail,
  ];
  for (const one of accounts.filter((given) => given !== undefined)) {
    await demandActAs(cloud, { principal: call.principal, email: accountEmail(one), project });
  }
  const now = cloud.clock.timestamp();
  const written = {
    ...sent,
    serviceConfig,
    eventTrigger,
    environment: "GEN_2",
    state: "DEPLOYING",
    url: `https://${address}`,
    updateTime: now,
  } as const;
  functions.put(name, written);
  return start(context, { kind: "deploy", name, parent, type });
}

interface Start {
  readonly kind: "deploy" | "delete";
  readonly name: string;
  readonly parent: string;
  readonly type: OperationType;
}

function start({ cloud }: FunctionsContext, { kind, name, parent, type }: Start): OperationResource {
  const verbs: Partial<Record<OperationType, string>> = {
    CREATE_FUNCTION: "create",
    UPDATE_FUNCTION: "update",
    DELETE_FUNCTION: "delete",
  };
  const metadata = {
    "@type": `${typePrefix}OperationMetadata`,
    createTime: cloud.clock.timestamp(),
    target: name,
    verb: verbs[type],
    apiVersion: "v2",
    operationType: type,
  };
  const latency = kind === "deploy" ? "functions.deploy" : "functions.delete";
  return toLongrunning(
    cloud.operations.start({ host, parent, kind, target: name, input: { name }, metadata, latency }),
  );
}

function remove(context: FunctionsContext, name: string): OperationResource {
  const present = demandFunction(context, name);
  if (context.cloud.operations.isBusy(host, name)) {
    throw new ApiError({
      code: "ABORTED",
      message: `An operation on function ${name} is already in progress. Please try again later.`,
    });
  }
  context.functions.put(name, { ...present, state: "DELETING" });
  return start(context, { kind: "delete", name, parent: parseName(name).parent, type: "DELETE_FUNCTION" });
}

/** There are none of the first generation; a page of nothing is still asked for in the right way. */
function listFirstGeneration({ pageSize, pageToken }: ListFunctionsRequest): Record<string, never> {
  paginate([], { key: String, size: pageSize, token: pageToken, limits: { usual: 1000, most: 1000 } });
  return {};
}

function list({ functions }: FunctionsContext, request: ListFunctionsRequest): ListFunctionsResponse {
  const limits = { usual: 1000, most: 1000 };
  const listing = readListing<CloudFunction>("google.cloud.functions.v2.Function", request);
  const { parent = "", orderBy = "", pageSize, pageToken } = request;
  const prefix = parent.endsWith("/-") ? parent.slice(0, -1) : `${parent}/functions/`;
  // By name they lie in the store already, and a page is read without the rest.
  const usual = { prefix, size: pageSize, token: pageToken, limits, belongs: listing.passes };
  const isUsual = orderBy.trim() === "";
  const page = isUsual
    ? pageOf(functions, { ...usual, show: (_: string, one: CloudFunction) => one })
    : listing.page(
        functions.list(prefix).map(([, one]) => one),
        limits,
      );
  return { functions: page.items, nextPageToken: page.nextPageToken };
}
