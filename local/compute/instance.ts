import type { Api, Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  AggregatedListInstancesRequest,
  ComputeMethods,
  InsertInstanceRequest,
  Instance,
  InstanceAggregatedList,
  NetworkInterface,
  Operation,
} from "../model/generated/compute.ts";
import { formatAddress, parseRange } from "../range.ts";
import { regionOf, regions, zonesOf } from "../regions.ts";
import { invalid, notFound, required } from "./error.ts";
import { link, parseReference } from "./link.ts";
import { aggregate, listPage } from "./list.ts";
import { idempotent, start, work } from "./operation.ts";
import { demand, demandFree, demandReady, type Identified, identify, parseName, type Resources } from "./resources.ts";

interface Context {
  readonly cloud: Cloud;
  readonly resources: Resources;
}

const pathFor = (project = "", zone = "", instance = "") => `projects/${project}/zones/${zone}/instances/${instance}`;

/** Methods on virtual machines, which are records here: they hold an address in their subnetwork and run nothing. */
export function instanceMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const context = { cloud, resources };
  return {
    "google.cloud.compute.v1.Instances.Insert": idempotent(cloud, (request, call) => insert(context, request, call)),
    "google.cloud.compute.v1.Instances.Get": ({ project, zone, instance }) =>
      view(demand(resources.instances, pathFor(project, zone, instance))),
    "google.cloud.compute.v1.Instances.List": (request) => {
      const path = pathFor(request.project, request.zone);
      const found = resources.instances.list(path).map(([, instance]) => view(instance));
      return { kind: "compute#instanceList", ...listPage(path.slice(0, -1), found, request) };
    },
    "google.cloud.compute.v1.Instances.AggregatedList": (request) => aggregatedList(resources, request),
    "google.cloud.compute.v1.Instances.Delete": idempotent(cloud, ({ project, zone, instance }, call) => {
      const path = pathFor(project, zone, instance);
      const { id, deletionProtection } = demand(resources.instances, path);
      demandReady(cloud, path);
      if (deletionProtection) throw invalid("instance", path, "Resource cannot be deleted while it is protected.");
      resources.instances.put(path, { ...demand(resources.instances, path), status: "STOPPING" });
      return start(cloud, {
        call,
        kind: "instance.delete",
        verb: "delete",
        path,
        targetId: id,
        latency: "compute.instance.delete",
      });
    }),
  };
}

/** What the operations on virtual machines do once their time has passed. */
export function instanceOperations(resources: Resources): NonNullable<Api["operations"]> {
  return {
    "instance.insert": work(({ input }) => {
      const path = String(input.path);
      resources.instances.put(path, { ...demand(resources.instances, path), status: "RUNNING" });
    }),
    "instance.delete": work(({ input }) => {
      resources.instances.delete(String(input.path));
    }),
  };
}

function view(instance: Instance): Instance {
  return { kind: "compute#instance", ...instance };
}

function insert(
  { cloud, resources }: Context,
  { project = "", zone = "", ...request }: InsertInstanceRequest,
  call: Call,
): Operation {
  const sent = request.instanceResource ?? {};
  const path = pathFor(project, zone, parseName(sent.name));
  if (!zonesOf(regionOf(zone)).includes(zone)) throw invalid("zone", zone, "Unknown zone.");
  demandFree(resources.instances, path);
  if (!sent.machineType) throw required("resource.machineType");
  if (!sent.networkInterfaces?.length) throw required("resource.networkInterfaces");
  const identity = identify(cloud, path);
  const networkInterfaces = sent.networkInterfaces.map((one, index) =>
    attach({ cloud, resources }, path, { one, index }),
  );
  resources.instances.put(path, {
    ...sent,
    ...identity,
    networkInterfaces,
    zone: link(`projects/${project}/zones/${zone}`),
    status: "PROVISIONING",
  });
  return start(cloud, {
    call,
    kind: "instance.insert",
    verb: "insert",
    path,
    targetId: identity.id,
    latency: "compute.instance.insert",
  });
}

interface Wanted {
  readonly one: NetworkInterface;
  readonly index: number;
}

function attach({ cloud, resources }: Context, instance: string, { one, index }: Wanted): NetworkInterface {
  const [, project = "", , zone = ""] = instance.split("/");
  if (!one.subnetwork) throw required(`resource.networkInterfaces[${index}].subnetwork`);
  const field = `resource.networkInterfaces[${index}].subnetwork`;
  const collection = `regions/${regionOf(zone)}/subnetworks`;
  const path = parseReference(one.subnetwork, { cloud, field, project, collection });
  const subnetwork = resources.subnetworks.get(path);
  if (!subnetwork) throw notFound(path);
  demandReady(cloud, path);
  const networkIP = one.networkIP ?? freeAddress(resources, subnetwork);
  return {
    kind: "compute#networkInterface",
    ...one,
    name: `nic${index}`,
    networkIP,
    network: subnetwork.network,
    subnetwork: link(path),
  };
}

/** The first address of a subnetwork that no machine has; the first two and the last two are Google's. */
function freeAddress(
  { instances }: Resources,
  { selfLink, ipCidrRange }: Identified & { readonly ipCidrRange?: string },
): string {
  const taken = new Set(
    instances
      .list()
      .flatMap(([, { networkInterfaces = [] }]) => networkInterfaces)
      .flatMap(({ subnetwork, networkIP }) => (subnetwork === selfLink ? [networkIP] : [])),
  );
  const range = parseRange(ipCidrRange ?? "");
  for (let address = (range?.first ?? 0) + 2; range && address <= range.last - 2; address += 1) {
    if (!taken.has(formatAddress(address))) return formatAddress(address);
  }
  throw invalid("resource.networkInterfaces[0].subnetwork", selfLink, "IP space of the subnetwork is exhausted.");
}

function aggregatedList({ instances }: Resources, request: AggregatedListInstancesRequest): InstanceAggregatedList {
  const zones = Object.keys(regions).flatMap(zonesOf);
  const byScope = zones.map((zone): [string, Instance[]] => [
    `zones/${zone}`,
    instances.list(pathFor(request.project, zone)).map(([, instance]) => view(instance)),
  ]);
  const path = `projects/${request.project}/aggregated/instances`;
  return {
    kind: "compute#instanceAggregatedList",
    id: path,
    items: aggregate("instances", new Map(byScope), request),
    selfLink: link(path),
  };
}
