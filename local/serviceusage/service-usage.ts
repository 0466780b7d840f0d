import { type Api, handlers, type OperationResource, type RunningOperation } from "../api.ts";
import type { Hold } from "../clock.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError, errorInfo } from "../error.ts";
import type { JsonObject } from "../json.ts";
import { createLatencies } from "../latency.ts";
import type {
  ListServicesRequest,
  ListServicesResponse,
  Service,
  ServiceUsageMethods,
} from "../model/generated/service-usage.ts";
import { toLongrunning } from "../operation.ts";
import { paginate } from "../page.ts";
import { catalogue } from "./catalogue.ts";
import { permissions } from "./permissions.ts";
import { createServiceStates, type ServiceStates } from "./state.ts";

const host = "serviceusage.googleapis.com";
const type = (name: string) => `type.googleapis.com/google.api.serviceusage.${name}`;

interface Context {
  readonly cloud: Cloud;
  readonly states: ServiceStates;
}

/**
 * Service Usage: which APIs a project may call, and the agents of their services.
 *
 * @see https://cloud.google.com/service-usage/docs/reference/rest
 */
export function createServiceUsage(cloud: Cloud): Api {
  const context: Context = { cloud, states: createServiceStates(cloud) };
  return {
    host,
    permissions,
    methods: handlers<ServiceUsageMethods>({
      "google.api.serviceusage.v1.ServiceUsage.EnableService": ({ name = "" }) =>
        change(context, { kind: "enable", names: [name], batch: false }),
      "google.api.serviceusage.v1.ServiceUsage.BatchEnableServices": ({ parent = "", serviceIds = [] }) =>
        batchEnable(context, parent, serviceIds),
      "google.api.serviceusage.v1.ServiceUsage.DisableService": ({ name = "" }) =>
        change(context, { kind: "disable", names: [name], batch: false }),
      "google.api.serviceusage.v1.ServiceUsage.GetService": ({ name = "" }) => known(context, name),
      "google.api.serviceusage.v1.ServiceUsage.BatchGetServices": ({ parent = "", names = [] }) =>
        batchGet(context, parent, names),
      "google.api.serviceusage.v1.ServiceUsage.ListServices": (request) => list(context, request),
      "google.api.serviceusage.v1beta1.ServiceUsage.GenerateServiceIdentity": ({ parent = "" }, { hold }) =>
        generateIdentity(context, parent, hold),
    }),
    operations: {
      enable: (operation) => runChange(context, "enable", operation),
      disable: (operation) => runChange(context, "disable", operation),
    },
  };
}

/** Parts of `projects/{project}/services/{service}`. */
function parseName(name: string): { readonly project: string; readonly service: string } {
  const [collection, project, services, service, ...rest] = name.split("/");
  if (collection !== "projects" || services !== "services" || !project || !service || rest.length > 0) {
    throw new ApiError({ code: "INVALID_ARGUMENT", message: `Invalid service name: ${name}` });
  }
  return { project, service };
}

function view({ cloud, states }: Context, name: string): Service {
  const { project, service } = parseName(name);
  const parent = `projects/${cloud.projects.ensure(project).projectNumber}`;
  return {
    name: `${parent}/services/${service}`,
    parent,
    config: { name: service, title: catalogue[service] },
    state: states.isEnabled(project, service) ? "ENABLED" : "DISABLED",
  };
}

function known(context: Context, name: string): Service {
  demandKnown([parseName(name).service]);
  return view(context, name);
}

function demandKnown(services: readonly string[]): void {
  const unknown = services.filter((service) => !(service in catalogue));
  if (unknown.length === 0) return;
  const listed = unknown.join(", ");
  throw new ApiError({
    code: "PERMISSION_DENIED",
    message: `Not found or permission denied for service(s): ${listed}.`,
    details: [errorInfo("SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED", host, { services: listed })],
  });
}

function batchEnable(context: Context, parent: string, serviceIds: readonly string[]): OperationResource {
  if (serviceIds.length === 0 || serviceIds.length > 20) {
    const message = `The number of services to enable must be between 1 and 20, not ${serviceIds.length}.`;
    throw new ApiError({ code: "INVALID_ARGUMENT", message });
  }
  const names = serviceIds.map((service) => `${parent}/services/${service}`);
  return change(context, { kind: "enable", names, batch: true });
}

interface Change {
  readonly kind: "enable" | "disable";
  readonly names: readonly string[];
  readonly batch: boolean;
}

function change(context: Context, { kind, names, batch }: Change): OperationResource {
  const services = names.map(parseName);
  demandKnown(services.map(({ service }) => service));
  const goal = kind === "enable";
  if (services.every(({ project, service }) => context.states.isEnabled(project, service) === goal)) {
    return {
      name: "operations/noop.DONE_OPERATION",
      done: true,
      response: changeResponse(context, { kind, names, batch }),
    };
  }
  const metadata = {
    "@type": type("v1.OperationMetadata"),
    resourceNames: names.map((name) => view(context, name).name ?? ""),
  };
  const { cloud } = context;
  return toLongrunning(
    cloud.operations.start({
      host,
      parent: "",
      kind,
      target: names[0] ?? "",
      input: { names, batch },
      metadata,
      latency: "serviceusage.enable",
      id: (draws) => `acat.p2-${draws.hex(12)}-${draws.hex(8)}`,
    }),
  );
}

function changeResponse(context: Context, { kind, names, batch }: Change): JsonObject {
  const services = names.map((name) => view(context, name));
  const verb = kind === "enable" ? "Enable" : "Disable";
  return batch
    ? { "@type": type("v1.BatchEnableServicesResponse"), services }
    : { "@type": type(`v1.${verb}ServiceResponse`), service: services[0] };
}

async function runChange(context: Context, kind: Change["kind"], operation: RunningOperation): Promise<JsonObject> {
  await operation.latency();
  const { names, batch } = operation.input as { names: readonly string[]; batch: boolean };
  for (const { project, service } of names.map(parseName)) context.states[kind](project, service);
  return changeResponse(context, { kind, names, batch });
}

function batchGet(context: Context, parent: string, names: readonly string[]): { services: Service[] } {
  if (names.length > 30) {
    throw new ApiError({ code: "INVALID_ARGUMENT", message: "A single request can get a maximum of 30 services." });
  }
  const foreign = names.find((name) => parent !== "" && parseName(name).project !== parent.replace("projects/", ""));
  if (foreign) {
    throw new ApiError({ code: "INVALID_ARGUMENT", message: `${foreign} is not a service of ${parent}.` });
  }
  return { services: names.map((name) => known(context, name)) };
}

function list(
  context: Context,
  { parent = "", filter = "", pageSize, pageToken }: ListServicesRequest,
): ListServicesResponse {
  const state = /^\s*(?:state:(ENABLED|DISABLED))?\s*$/.exec(filter);
  if (!state) throw new ApiError({ code: "INVALID_ARGUMENT", message: `Invalid filter: ${filter}` });
  const services = Object.keys(catalogue)
    .sort()
    .map((service) => view(context, `${parent}/services/${service}`))
    .filter((service) => state[1] === undefined || service.state === state[1]);
  const limits = { usual: 50, most: 200 };
  const page = paginate(services, { key: ({ name = "" }) => name, size: pageSize, token: pageToken, limits });
  return { services: page.items, nextPageToken: page.nextPageToken };
}

/** Answers when the identity is there: gcloud reads the response of the operation without waiting for it. */
async function generateIdentity({ cloud, states }: Context, parent: string, hold: Hold): Promise<OperationResource> {
  const { project, service } = parseName(parent);
  demandKnown([service]);
  await hold.sleep(createLatencies(cloud)("serviceusage.identity", parent), { draws: true });
  const agent = states.ensureAgent(project, service);
  const response = { "@type": type("v1beta1.ServiceIdentity"), email: agent?.email, uniqueId: agent?.uniqueId };
  return { name: "operations/finished.DONE_OPERATION", done: true, response };
}
