import { createHash } from "node:crypto";
import type { Api, Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type {
  AggregatedListSubnetworksRequest,
  ComputeMethods,
  ExpandIpCidrRangeSubnetworkRequest,
  InsertSubnetworkRequest,
  Operation,
  PatchSubnetworkRequest,
  SetPrivateIpGoogleAccessSubnetworkRequest,
  Subnetwork,
  SubnetworkAggregatedList,
} from "../model/generated/compute.ts";
import { contains, formatAddress, overlaps, parseRange, type Range } from "../range.ts";
import { regions } from "../regions.ts";
import { subnetworkBlocker } from "./blocker.ts";
import { conditionNotMet, inUse, invalid, notFound, required } from "./error.ts";
import { link, parseReference, pathOf } from "./link.ts";
import { aggregate, listPage } from "./list.ts";
import { idempotent, start, work } from "./operation.ts";
import { demand, demandFree, demandReady, type Identified, identify, parseName, type Resources } from "./resources.ts";
import { takenRanges } from "./taken-ranges.ts";

interface Context {
  readonly cloud: Cloud;
  readonly resources: Resources;
}

const pathFor = (project = "", region = "", subnetwork = "") =>
  `projects/${project}/regions/${region}/subnetworks/${subnetwork}`;

/** Methods on subnetworks, their policies apart. */
export function subnetworkMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const context = { cloud, resources };
  return {
    "google.cloud.compute.v1.Subnetworks.Insert": idempotent(cloud, (request, call) => insert(context, request, call)),
    "google.cloud.compute.v1.Subnetworks.Get": ({ project, region, subnetwork }) =>
      view(demand(resources.subnetworks, pathFor(project, region, subnetwork))),
    "google.cloud.compute.v1.Subnetworks.List": (request) => {
      const path = pathFor(request.project, request.region);
      const found = resources.subnetworks.list(path).map(([, subnetwork]) => view(subnetwork));
      return { kind: "compute#subnetworkList", ...listPage(path.slice(0, -1), found, request) };
    },
    "google.cloud.compute.v1.Subnetworks.AggregatedList": (request) => aggregatedList(context, request),
    "google.cloud.compute.v1.Subnetworks.Patch": idempotent(cloud, (request, call) => patch(context, request, call)),
    "google.cloud.compute.v1.Subnetworks.SetPrivateIpGoogleAccess": idempotent(cloud, (request, call) =>
      setPrivateAccess(context, request, call),
    ),
    "google.cloud.compute.v1.Subnetworks.ExpandIpCidrRange": idempotent(cloud, (request, call) =>
      expand(context, request, call),
    ),
    "google.cloud.compute.v1.Subnetworks.Delete": idempotent(cloud, ({ project, region, subnetwork }, call) => {
      const path = pathFor(project, region, subnetwork);
      const { id } = demand(resources.subnetworks, path);
      demandReady(cloud, path);
      demandUnused(context, path);
      const latency = "compute.subnetwork.delete";
      return start(cloud, { call, kind: "subnetwork.delete", verb: "delete", path, targetId: id, latency });
    }),
  };
}

/** What the operations on subnetworks do once their time has passed. */
export function subnetworkOperations(cloud: Cloud, resources: Resources): NonNullable<Api["operations"]> {
  return {
    "subnetwork.insert": work(() => undefined),
    "subnetwork.patch": work(({ input }) => {
      const path = String(input.path);
      const { fingerprint: _, ...present } = demand(resources.subnetworks, path);
      resources.subnetworks.put(path, withFingerprint({ ...present, ...(input.changed as Subnetwork) }));
    }),
    "subnetwork.delete": work(({ input }) => {
      const path = String(input.path);
      demandUnused({ cloud, resources }, path);
      resources.subnetworks.delete(path);
      cloud.access.deletePolicies(`//compute.googleapis.com/${path}`);
    }),
  };
}

/** Puts a subnetwork where its path says. */
export function storeSubnetwork(
  cloud: Cloud,
  resources: Resources,
  { path, ...fields }: Subnetwork & { readonly path: string },
): Subnetwork & Identified {
  const subnetwork = {
    purpose: "PRIVATE",
    stackType: "IPV4_ONLY",
    privateIpGoogleAccess: false,
    privateIpv6GoogleAccess: "DISABLE_GOOGLE_ACCESS",
    ...fields,
    ...identify(cloud, path),
    region: link(path.split("/").slice(0, 4).join("/")),
  };
  return resources.subnetworks.put(path, withFingerprint(subnetwork));
}

function withFingerprint<T extends object>(subnetwork: T): T & { fingerprint: string } {
  const digest = createHash("sha256").update(JSON.stringify(subnetwork)).digest();
  return { ...subnetwork, fingerprint: digest.subarray(0, 8).toString("base64") };
}

function view(subnetwork: Subnetwork & Identified): Subnetwork {
  const first = parseRange(subnetwork.ipCidrRange ?? "")?.first ?? 0;
  return { kind: "compute#subnetwork", gatewayAddress: formatAddress(first + 1), ...subnetwork };
}

function demandUnused({ cloud, resources }: Context, path: string): void {
  const blocker = subnetworkBlocker(cloud, resources, path);
  if (blocker) throw inUse(path, blocker);
}

function insert(
  context: Context,
  { project = "", region = "", ...request }: InsertSubnetworkRequest,
  call: Call,
): Operation {
  const { cloud, resources } = context;
  const sent = request.subnetworkResource ?? {};
  const path = pathFor(project, region, parseName(sent.name));
  if (!regions[region]) throw invalid("region", region, "Unknown region.");
  demandFree(resources.subnetworks, path);
  if (!sent.network) throw required("resource.network");
  const network = parseReference(sent.network, {
    cloud,
    field: "resource.network",
    project,
    collection: "global/networks",
  });
  if (!resources.networks.get(network)) throw notFound(network);
  demandReady(cloud, network);
  const range = demandRange(sent.ipCidrRange);
  demandNoConflict(context, { network, range, except: undefined });
  const { description, ipCidrRange, privateIpGoogleAccess, logConfig, purpose, role, secondaryIpRanges, stackType } =
    sent;
  const given = {
    description,
    ipCidrRange,
    privateIpGoogleAccess,
    logConfig,
    purpose,
    role,
    secondaryIpRanges,
    stackType,
  };
  const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { id } = storeSubnetwork(cloud, resources, { ...fields, path, network: link(network) });
  const latency = "compute.subnetwork.insert";
  return start(cloud, { call, kind: "subnetwork.insert", verb: "insert", path, targetId: id, latency });
}

function demandRange(text: string | undefined): Range {
  if (!text) throw required("resource.ipCidrRange");
  const range = parseRange(text);
  if (!range)
    throw invalid(
      "resource.ipCidrRange",
      text,
      "Must be a valid IPv4 range in CIDR notation, with no bits set behind the prefix.",
    );
  if (range.prefixLength < 4 || range.prefixLength > 29) {
    throw invalid("resource.ipCidrRange", text, "The prefix length must be between 4 and 29.");
  }
  return range;
}

interface Wanted {
  readonly network: string;
  readonly range: Range;
  /** Path of the subnetwork that is about to change. */
  readonly except: string | undefined;
}

function demandNoConflict({ resources }: Context, { network, range, except }: Wanted): void {
  const conflict = takenRanges(resources, network).find(
    (taken) => taken.path !== except && overlaps(taken.range, range),
  );
  if (!conflict) return;
  const [, , , region, kind, name] = conflict.path.split("/");
  const what =
    kind === "subnetworks"
      ? `subnetwork '${conflict.path}' in region '${region}'`
      : `allocated range '${name ?? conflict.path}'`;
  throw invalid(
    "resource.ipCidrRange",
    `${formatAddress(range.first)}/${range.prefixLength}`,
    `Invalid IPCidrRange: it conflicts with existing ${what}.`,
  );
}

function patch(context: Context, request: PatchSubnetworkRequest, call: Call): Operation {
  const path = pathFor(request.project, request.region, request.subnetwork);
  const present = demand(context.resources.subnetworks, path);
  const { fingerprint, privateIpGoogleAccess, logConfig, secondaryIpRanges } = request.subnetworkResource ?? {};
  if (!fingerprint) throw required("resource.fingerprint");
  if (fingerprint !== present.fingerprint) throw conditionNotMet("Invalid fingerprint.");
  const changed = {
    ...(privateIpGoogleAccess !== undefined && { privateIpGoogleAccess }),
    ...(logConfig && { logConfig }),
    ...(secondaryIpRanges && { secondaryIpRanges }),
  };
  return change(context, { call, path, changed, verb: "patch" });
}

function setPrivateAccess(context: Context, request: SetPrivateIpGoogleAccessSubnetworkRequest, call: Call): Operation {
  const path = pathFor(request.project, request.region, request.subnetwork);
  const { privateIpGoogleAccess = false } = request.subnetworksSetPrivateIpGoogleAccessRequestResource ?? {};
  return change(context, { call, path, changed: { privateIpGoogleAccess }, verb: "setPrivateIpGoogleAccess" });
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
  demandNoConflict(context, { network: pathOf(present.network ?? ""), range, except: path });
  return change(context, { call, path, changed: { ipCidrRange }, verb: "expandIpCidrRange" });
}

interface SubnetworkChange {
  readonly call: Call;
  readonly path: string;
  readonly changed: Subnetwork;
  readonly verb: string;
}

function change({ cloud, resources }: Context, { call, path, changed, verb }: SubnetworkChange): Operation {
  const { id } = demand(resources.subnetworks, path);
  demandReady(cloud, path);
  const latency = "compute.subnetwork.patch";
  return start(cloud, { call, kind: "subnetwork.patch", verb, path, targetId: id, latency, input: { changed } });
}

function aggregatedList({ resources }: Context, request: AggregatedListSubnetworksRequest): SubnetworkAggregatedList {
  const byScope = Object.keys(regions).map((region): [string, Subnetwork[]] => [
    `regions/${region}`,
    resources.subnetworks.list(pathFor(request.project, region)).map(([, subnetwork]) => view(subnetwork)),
  ]);
  const path = `projects/${request.project}/aggregated/subnetworks`;
  return {
    kind: "compute#subnetworkAggregatedList",
    id: path,
    items: aggregate("subnetworks", new Map(byScope), request),
    selfLink: link(path),
  };
}
