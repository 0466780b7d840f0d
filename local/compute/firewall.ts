import type { Api, Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  ComputeMethods,
  Firewall,
  InsertFirewallRequest,
  Operation,
  PatchFirewallRequest,
} from "../model/generated/compute.ts";
import { invalid } from "./error.ts";
import { demandRule } from "./firewall-rule.ts";
import { changeResource, deleteResource, insertResource, type Kind, kindOperations } from "./kind.ts";
import { link } from "./link.ts";
import { listPage } from "./list.ts";
import { idempotent } from "./operation.ts";
import { demand, demandNetwork, parseName, type Resources } from "./resources.ts";

interface Context {
  readonly cloud: Cloud;
  readonly resources: Resources;
  readonly kind: Kind<Firewall>;
}

const pathFor = (project = "", firewall = "") => `projects/${project}/global/firewalls/${firewall}`;

const firewallKind = ({ firewalls }: Resources): Kind<Firewall> => ({
  noun: "firewall",
  collection: firewalls,
  latency: { insert: "compute.firewall.insert", change: "compute.firewall.insert", delete: "compute.firewall.delete" },
});

/** Methods on firewall rules: kept and shown; which traffic passes is not decided by them here. */
export function firewallMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const context = { cloud, resources, kind: firewallKind(resources) };
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
    "google.cloud.compute.v1.Firewalls.Delete": idempotent(cloud, ({ project, firewall }, call) =>
      deleteResource(cloud, context.kind, { call, path: pathFor(project, firewall) }),
    ),
  };
}

/** What the operations on firewall rules do once their time has passed. */
export function firewallOperations(resources: Resources): NonNullable<Api["operations"]> {
  return kindOperations(firewallKind(resources));
}

const replaceable = [
  ...["allowed", "denied", "description", "destinationRanges", "sourceRanges", "sourceTags"],
  ...["sourceServiceAccounts", "targetTags", "targetServiceAccounts"],
];

function view(firewall: Firewall): Firewall {
  return { kind: "compute#firewall", ...firewall };
}

function insert(
  { cloud, resources, kind }: Context,
  { project = "", firewallResource = {} }: InsertFirewallRequest,
  call: Call,
): Operation {
  const make = (): Firewall => {
    const network = demandNetwork({ cloud, resources }, firewallResource.network ?? "global/networks/default", project);
    demandRule(firewallResource);
    const { direction = "INGRESS", priority = 1000 } = firewallResource;
    const { sourceRanges, sourceTags, sourceServiceAccounts, destinationRanges } = firewallResource;
    const isNarrowed = [sourceRanges, sourceTags, sourceServiceAccounts, destinationRanges].some(
      (list) => list?.length,
    );
    return {
      disabled: false,
      logConfig: { enable: false },
      ...(isNarrowed ? {} : everywhere(direction)),
      ...firewallResource,
      direction,
      priority,
      network: link(network),
    };
  };
  return insertResource(cloud, kind, { call, path: pathFor(project, parseName(firewallResource.name)), make });
}

function everywhere(direction: string): Firewall {
  return direction === "EGRESS" ? { destinationRanges: ["0.0.0.0/0"] } : { sourceRanges: ["0.0.0.0/0"] };
}

function write(
  { cloud, resources, kind }: Context,
  request: PatchFirewallRequest,
  { call, verb }: { readonly call: Call; readonly verb: string },
): Operation {
  const path = pathFor(request.project, request.firewall);
  const present = demand(resources.firewalls, path);
  const {
    name,
    network,
    direction,
    id,
    selfLink,
    kind: _,
    creationTimestamp,
    ...changed
  } = request.firewallResource ?? {};
  if (name !== undefined && name !== present.name) throw invalid("resource.name", name, "Name cannot be changed.");
  if (direction !== undefined && direction !== present.direction) {
    throw invalid("resource.direction", direction, "Direction cannot be changed.");
  }
  demandRule({ ...present, ...changed });
  // What a PATCH names as null goes away; a PUT says all that there shall be.
  const cleared = verb === "update" ? replaceable : (call.cleared ?? []);
  const absent = cleared.filter((field) => !(field in changed));
  return changeResource(cloud, kind, { call, path, verb, changed, cleared: absent });
}
