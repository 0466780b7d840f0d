import type { Api, Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  ComputeMethods,
  ExpandIpCidrRangeSubnetworkRequest,
  InsertSubnetworkRequest,
  Operation,
  PatchSubnetworkRequest,
  SetPrivateIpGoogleAccessSubnetworkRequest,
  Subnetwork,
} from "../model/generated/compute.ts";
import { contains, parseRange } from "../range.ts";
import { subnetworkBlocker } from "./blocker.ts";
import { invalid, required } from "./error.ts";
import { demandFingerprint, fingerprintOf } from "./fingerprint.ts";
import { changeResource, deleteResource, insertResource, type Kind, kindOperations } from "./kind.ts";
import { link, pathOf } from "./link.ts";
import { listPage } from "./list.ts";
import { idempotent } from "./operation.ts";
import { demand, demandNetwork, identify, parseName, type Resources } from "./resources.ts";
import { aggregatedSubnetworks, usableSubnetworks, viewSubnetwork } from "./subnetwork-list.ts";
import { demandNoConflict, demandRange } from "./subnetwork-range.ts";

interface Context {
  readonly cloud: Cloud;
  readonly resources: Resources;
  readonly kind: Kind<Subnetwork>;
}

const pathFor = (project = "", region = "", subnetwork = "") =>
  `projects/${project}/regions/${region}/subnetworks/${subnetwork}`;

const subnetworkKind = (cloud: Cloud, resources: Resources): Kind<Subnetwork> => ({
  noun: "subnetwork",
  collection: resources.subnetworks,
  latency: {
    insert: "compute.subnetwork.insert",
    change: "compute.subnetwork.patch",
    delete: "compute.subnetwork.delete",
  },
  derive: withFingerprint,
  blocker: (path) => subnetworkBlocker(cloud, resources, path),
  removed: (path) => cloud.access.deletePolicies(`//compute.googleapis.com/${path}`),
});

/** Methods on subnetworks, their policies apart. */
export function subnetworkMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const context = { cloud, resources, kind: subnetworkKind(cloud, resources) };
  return {
    "google.cloud.compute.v1.Subnetworks.Insert": idempotent(cloud, (request, call) => insert(context, request, call)),
    "google.cloud.compute.v1.Subnetworks.Get": ({ project, region, subnetwork }) =>
      viewSubnetwork(demand(resources.subnetworks, pathFor(project, region, subnetwork))),
    "google.cloud.compute.v1.Subnetworks.List": (request) => {
      const path = pathFor(request.project, request.region);
      const found = resources.subnetworks.list(path).map(([, subnetwork]) => viewSubnetwork(subnetwork));
      return { kind: "compute#subnetworkList", ...listPage(path.slice(0, -1), found, request) };
    },
    "google.cloud.compute.v1.Subnetworks.AggregatedList": (request) => aggregatedSubnetworks(resources, request),
    "google.cloud.compute.v1.Subnetworks.Patch": idempotent(cloud, (request, call) => patch(context, request, call)),
    "google.cloud.compute.v1.Subnetworks.SetPrivateIpGoogleAccess": idempotent(cloud, (request, call) =>
      setPrivateAccess(context, request, call),
    ),
    "google.cloud.compute.v1.Subnetworks.ExpandIpCidrRange": idempotent(cloud, (request, call) =>
      expand(context, request, call),
    ),
    "google.cloud.compute.v1.Subnetworks.ListUsable": (request) => usableSubnetworks(resources, request),
    "google.cloud.compute.v1.Subnetworks.Delete": idempotent(cloud, ({ project, region, subnetwork }, call) =>
      deleteResource(cloud, context.kind, { call, path: pathFor(project, region, subnetwork) }),
    ),
  };
}

/** What the operations on subnetworks do once their time has passed. */
export function subnetworkOperations(cloud: Cloud, resources: Resources): NonNullable<Api["operations"]> {
  return kindOperations(subnetworkKind(cloud, resources));
}

/** Path of the subnetwork that an auto mode network has in a region. */
export function autoSubnetwork(network: string, region: string): string {
  const [, project = "", , , name = ""] = network.split("/");
  return pathFor(project, region, name);
}

/** Puts a subnetwork that comes with its network where its path says. */
export function storeSubnetwork(
  cloud: Cloud,
  { subnetworks }: Resources,
  { path, ...fields }: Subnetwork & { readonly path: string },
): void {
  const subnetwork = { ...withDefaults(path, fields), ...identify(cloud, path) };
  subnetworks.put(path, withFingerprint(subnetwork));
}

function withDefaults(path: string, fields: Subnetwork): Subnetwork {
  return {
    purpose: "PRIVATE",
    stackType: "IPV4_ONLY",
    privateIpGoogleAccess: false,
    privateIpv6GoogleAccess: "DISABLE_GOOGLE_ACCESS",
    ...fields,
    region: link(path.split("/").slice(0, 4).join("/")),
  };
}

function withFingerprint<T extends Subnetwork>({ fingerprint: _, ...subnetwork }: T): T {
  return { ...subnetwork, fingerprint: fingerprintOf(subnetwork) } as T;
}

function insert(
  context: Context,
  { project = "", region = "", subnetworkResource: sent = {} }: InsertSubnetworkRequest,
  call: Call,
): Operation {
  const path = pathFor(project, region, parseName(sent.name));
  const make = (): Subnetwork => {
    if (!sent.network) throw required("resource.network");
    const network = demandNetwork(context, sent.network, project);
    const range = demandRange(sent.ipCidrRange);
    demandNoConflict(context.resources, { network, range, except: undefined });
    return withDefaults(path, { ...settable(sent), network: link(network) });
  };
  return insertResource(context.cloud, context.kind, { call, path, make });
}

/** What a caller decides about a new subnetwork. */
function settable(sent: Subnetwork): Subnetwork {
  const { description, ipCidrRange, privateIpGoogleAccess, logConfig, purpose, role, secondaryIpRanges, stackType } =
    sent;
  const given = { description, ipCidrRange, privateIpGoogleAccess, logConfig };
  const all = { ...given, purpose, role, secondaryIpRanges, stackType };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function patch({ cloud, kind }: Context, request: PatchSubnetworkRequest, call: Call): Operation {
  const path = pathFor(request.project, request.region, request.subnetwork);
  const present = demand(kind.collection, path);
  const { fingerprint, privateIpGoogleAccess, logConfig, secondaryIpRanges } = request.subnetworkResource ?? {};
  demandFingerprint({ sent: fingerprint, present: present.fingerprint, field: "resource.fingerprint" });
  const changed = {
    ...(privateIpGoogleAccess !== undefined && { privateIpGoogleAccess }),
    ...(logConfig && { logConfig: { ...present.logConfig, ...logConfig } }),
    ...(secondaryIpRanges && { secondaryIpRanges }),
  };
  return changeResource(cloud, kind, { call, path, verb: "patch", changed, cleared: call.cleared });
}

function setPrivateAccess(
  { cloud, kind }: Context,
  request: SetPrivateIpGoogleAccessSubnetworkRequest,
  call: Call,
): Operation {
  const path = pathFor(request.project, request.region, request.subnetwork);
  const { privateIpGoogleAccess = false } = request.subnetworksSetPrivateIpGoogleAccessRequestResource ?? {};
  return changeResource(cloud, kind, {
    ...{ call, path, changed: { privateIpGoogleAccess } },
    verb: "setPrivateIpGoogleAccess",
  });
}

function expand(context: Context, request: ExpandIpCidrRangeSubnetworkRequest, call: Call): Operation {
  const path = pathFor(request.project, request.region, request.subnetwork);
  const present = demand(context.resources.subnetworks, path);
  const ipCidrRange = request.subnetworksExpandIpCidrRangeRequestResource?.ipCidrRange;
  const range = demandRange(ipCidrRange);
  const former = parseRange(present.ipCidrRange ?? "");
  if (!former || !contains(range, former) || range.prefixLength >= former.prefixLength) {
    throw invalid(
      "ipCidrRange",
      ipCidrRange,
      `The new range must be larger than ${present.ipCidrRange} and contain it.`,
    );
  }
  demandNoConflict(context.resources, { network: pathOf(present.network ?? ""), range, except: path });
  const change = { call, path, changed: { ipCidrRange }, verb: "expandIpCidrRange" };
  return changeResource(context.cloud, context.kind, change);
}
