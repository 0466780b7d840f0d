import type { Api, Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  ComputeMethods,
  Firewall,
  InsertFirewallRequest,
  Operation,
  PatchFirewallRequest,
} from "../model/generated/compute.ts";
import { invalid, notFound, required } from "./error.ts";
import { link, parseReference } from "./link.ts";
import { listPage } from "./list.ts";
import { idempotent, start, work } from "./operation.ts";
import { demand, demandFree, demandReady, identify, parseName, type Resources } from "./resources.ts";

interface Context {
  readonly cloud: Cloud;
  readonly resources: Resources;
}

const pathFor = (project = "", firewall = "") => `projects/${project}/global/firewalls/${firewall}`;

/** Methods on firewall rules: kept and shown; which traffic passes is not decided by them here. */
export function firewallMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const context = { cloud, resources };
  return {
    "google.cloud.compute.v1.Firewalls.Insert": idempotent(cloud, (request, call) => insert(context, request, call)),
    "google.cloud.compute.v1.Firewalls.Get": ({ project, firewall }) =>
      view(demand(resources.firewalls, pathFor(project, firewall))),
    "google.cloud.compute.v1.Firewalls.List": (request) => {
      const path = pathFor(request.project);
      const found = resources.firewalls.list(path).map(([, firewall]) => view(firewall));
      return { kind: "compute#firewallList", ...listPage(path.slice(0, -1), found, request) };
    },
    "google.cloud.compute.v1.Firewalls.Patch": idempotent(cloud, (request, call) =>
      write(context, request, { call, verb: "patch" }),
    ),
    "google.cloud.compute.v1.Firewalls.Update": idempotent(cloud, (request, call) =>
      write(context, request, { call, verb: "update" }),
    ),
    "google.cloud.compute.v1.Firewalls.Delete": idempotent(cloud, ({ project, firewall }, call) => {
      const path = pathFor(project, firewall);
      const { id } = demand(resources.firewalls, path);
      demandReady(cloud, path);
      return start(cloud, {
        call,
        kind: "firewall.delete",
        verb: "delete",
        path,
        targetId: id,
        latency: "compute.firewall.delete",
      });
    }),
  };
}

/** What the operations on firewall rules do once their time has passed. */
export function firewallOperations(resources: Resources): NonNullable<Api["operations"]> {
  return {
    "firewall.insert": work(() => undefined),
    "firewall.write": work(({ input }) => {
      const path = String(input.path);
      resources.firewalls.put(path, { ...demand(resources.firewalls, path), ...(input.changed as Firewall) });
    }),
    "firewall.delete": work(({ input }) => {
      resources.firewalls.delete(String(input.path));
    }),
  };
}

function view(firewall: Firewall): Firewall {
  return { kind: "compute#firewall", ...firewall };
}

function insert(
  { cloud, resources }: Context,
  { project = "", firewallResource = {} }: InsertFirewallRequest,
  call: Call,
): Operation {
  const path = pathFor(project, parseName(firewallResource.name));
  demandFree(resources.firewalls, path);
  const reference = firewallResource.network ?? "global/networks/default";
  const network = parseReference(reference, {
    cloud,
    field: "resource.network",
    project,
    collection: "global/networks",
  });
  if (!resources.networks.get(network)) throw notFound(network);
  demandReady(cloud, network);
  demandRule(firewallResource);
  const { direction = "INGRESS", priority = 1000 } = firewallResource;
  const identity = identify(cloud, path);
  const everywhere = direction === "EGRESS" ? { destinationRanges: ["0.0.0.0/0"] } : { sourceRanges: ["0.0.0.0/0"] };
  const { sourceRanges, sourceTags, sourceServiceAccounts, destinationRanges } = firewallResource;
  const isNarrowed = [sourceRanges, sourceTags, sourceServiceAccounts, destinationRanges].some((list) => list?.length);
  resources.firewalls.put(path, {
    disabled: false,
    logConfig: { enable: false },
    ...(isNarrowed ? {} : everywhere),
    ...firewallResource,
    direction,
    priority,
    ...identity,
    network: link(network),
  });
  return start(cloud, {
    call,
    kind: "firewall.insert",
    verb: "insert",
    path,
    targetId: identity.id,
    latency: "compute.firewall.insert",
  });
}

function demandRule({ allowed = [], denied = [] }: Firewall): void {
  if (allowed.length > 0 && denied.length > 0) {
    throw invalid("resource.denied", "", "Cannot specify both allowed and denied.");
  }
  const rules = [...allowed, ...denied];
  if (rules.length === 0) throw required("resource.allowed");
  if (rules.some(({ IPProtocol }) => !IPProtocol)) throw required("resource.allowed[0].IPProtocol");
}

function write(
  { cloud, resources }: Context,
  request: PatchFirewallRequest,
  { call, verb }: { readonly call: Call; readonly verb: string },
): Operation {
  const path = pathFor(request.project, request.firewall);
  const present = demand(resources.firewalls, path);
  demandReady(cloud, path);
  const { name, network, direction, id, selfLink, kind, creationTimestamp, ...changed } =
    request.firewallResource ?? {};
  if (name !== undefined && name !== present.name) throw invalid("resource.name", name, "Name cannot be changed.");
  if (direction !== undefined && direction !== present.direction) {
    throw invalid("resource.direction", direction, "Direction cannot be changed.");
  }
  demandRule({ ...present, ...changed });
  return start(cloud, {
    call,
    kind: "firewall.write",
    verb,
    path,
    targetId: present.id,
    latency: "compute.firewall.insert",
    input: { changed },
  });
}
