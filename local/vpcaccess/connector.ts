import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import { createLatencies } from "../latency.ts";
import type { Firewall, Subnetwork } from "../model/generated/compute.ts";
import type { Connector } from "../model/generated/vpc-access.ts";
import { overlaps, parseRange } from "../range.ts";
import { createTally } from "../tally.ts";

/**
 * A connector as `vpcaccess.connectors` has it by full name, with the paths by which Compute Engine knows what it
 * takes up.
 */
export interface StoredConnector extends Connector {
  readonly name: string;
  /** `projects/{project}/global/networks/{network}` */
  readonly networkPath: string;
  /** `projects/{project}/regions/{region}/subnetworks/{subnetwork}`, when it was given one. */
  readonly subnetworkPath?: string;
  /** One of the hidden machines. */
  readonly instancePath: string;
}

/** A firewall rule that outlives its connector, by path in `vpcaccess.residue`. */
interface Residue {
  /** Clock time in milliseconds at which it goes. */
  readonly until: number;
}

/** Parts of `projects/{project}/locations/{region}/connectors/{connector}`. */
export function parseName(name: string): { readonly project: string; readonly region: string; readonly id: string } {
  const [, project = "", , region = "", , id = ""] = name.split("/");
  return { project, region, id };
}

/** Path of one of the hidden machines of a connector. */
export function instancePath(name: string, drawn: string): string {
  const { project, region, id } = parseName(name);
  return `projects/${project}/zones/${region}-b/instances/aet-${region.replaceAll("-", "")}-${id}-${drawn}`;
}

/** The hidden firewall rules of connectors. */
export interface ConnectorFirewalls {
  /** Makes the rules of a connector that has become ready. */
  open(connector: StoredConnector): void;
  /** Lets the rules of a deleted connector go, which takes them a while. */
  close(connector: StoredConnector): void;
}

/** Opens the hidden firewall rules, and lets go what was still to go. */
export function createConnectorFirewalls(cloud: Cloud): ConnectorFirewalls {
  const firewalls = cloud.store.collection<Firewall>("compute.firewalls");
  const residues = cloud.store.collection<Residue>("vpcaccess.residue");
  const draw = createLatencies(cloud);
  const tally = createTally(cloud.store, "vpcaccess.tally");
  for (const [path, { until }] of residues.list()) letGo(path, until);

  function pathsOf(name: string): string[] {
    const { project, region, id } = parseName(name);
    const prefix = `projects/${project}/global/firewalls/aet-${region.replaceAll("-", "")}-${id}`;
    return ["earfw", "egrfw", "hcfw"].map((suffix) => `${prefix}-${suffix}`);
  }

  function letGo(path: string, until: number): void {
    const waiting = cloud.clock.sleep(until - cloud.clock.now(), { draws: false });
    void waiting.then(() => {
      // A connector made again meanwhile has taken them over, and may have left them later.
      if (residues.get(path)?.until === until && residues.delete(path)) firewalls.delete(path);
    });
  }

  /** The same again when the work is done again after a crash. */
  function drawId(path: string): string {
    return `1${parseInt(cloud.random.lasting(`firewall ${path} ${tally.next(path)}`).hex(12), 16)}`;
  }

  return {
    open({ name, networkPath }) {
      for (const path of pathsOf(name)) {
        // A connector made again under the name takes over what the former one left.
        residues.delete(path);
        firewalls.put(path, {
          id: drawId(path),
          name: path.split("/").at(-1),
          selfLink: `https://www.googleapis.com/compute/v1/${path}`,
          network: `https://www.googleapis.com/compute/v1/${networkPath}`,
          creationTimestamp: cloud.clock.timestamp(),
          direction: path.endsWith("egrfw") ? "EGRESS" : "INGRESS",
          priority: 100,
          allowed: [{ IPProtocol: "tcp" }],
          targetTags: [`vpc-connector-${parseName(name).region}-${parseName(name).id}`],
          description: "Serverless VPC Access",
        });
      }
    },
    close({ name }) {
      const until = cloud.clock.now() + draw("vpcaccess.residue", name);
      for (const path of pathsOf(name)) {
        if (!firewalls.get(path)) continue;
        residues.put(path, { until });
        letGo(path, until);
      }
    },
  };
}

/**
 * Checks what the platform finds out only while it sets a connector up.
 *
 * @throws ApiError INVALID_ARGUMENT, which leaves the connector in ERROR
 */
export function demandSubnetwork(cloud: Cloud, connector: StoredConnector): void {
  const { subnetworkPath, name } = connector;
  if (!subnetworkPath) return;
  const subnetwork = cloud.store.collection<Subnetwork>("compute.subnetworks").get(subnetworkPath);
  if (!subnetwork) throw invalid(`Subnet ${subnetworkPath} was not found.`);
  if (!subnetwork.ipCidrRange?.endsWith("/28")) {
    throw invalid(`Subnet ${subnetworkPath} has the range ${subnetwork.ipCidrRange}; a connector needs a /28.`);
  }
  const user = userOf(cloud, subnetworkPath, name);
  if (user) throw invalid(`Subnet ${subnetworkPath} is used by ${user}; a connector needs a subnet of its own.`);
}

/**
 * Checks that a connector's own range is free in its network.
 *
 * @throws ApiError INVALID_ARGUMENT, which leaves the connector in ERROR
 */
export function demandFreeRange({ store }: Cloud, { networkPath, ipCidrRange }: StoredConnector): void {
  const range = parseRange(ipCidrRange ?? "");
  if (!range) return;
  const conflict = store
    .collection<Subnetwork>("compute.subnetworks")
    .list()
    .find(([, { network, ipCidrRange: taken }]) => {
      const other = parseRange(taken ?? "");
      return network?.endsWith(networkPath) && other !== undefined && overlaps(range, other);
    });
  if (!conflict) return;
  throw invalid(
    `Operation failed: IP range ${ipCidrRange} conflicts with an existing subnetwork (${conflict[0]}). Please delete the connector and try again with another range.`,
  );
}

/** Who else has something in a subnetwork: another connector, a machine, direct VPC egress. */
function userOf({ store }: Cloud, subnetworkPath: string, except: string): string | undefined {
  const connector = store
    .collection<StoredConnector>("vpcaccess.connectors")
    .list()
    .find(([name, other]) => name !== except && other.subnetworkPath === subnetworkPath && other.state !== "ERROR");
  const instance = store
    .collection<{ readonly networkInterfaces?: readonly { readonly subnetwork?: string }[] }>("compute.instances")
    .list()
    .find(([, { networkInterfaces = [] }]) =>
      networkInterfaces.some(({ subnetwork }) => subnetwork?.endsWith(subnetworkPath)),
    );
  const hold = store.collection("run.addressHolds").get(subnetworkPath);
  return connector?.[0] ?? instance?.[0] ?? (hold ? "direct VPC egress of Cloud Run" : undefined);
}

/** @returns INVALID_ARGUMENT */
export function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message });
}
