import { system } from "../access/principal.ts";
import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { Connector } from "../model/generated/vpc-access.ts";
import type { Egress } from "./container.ts";

/** A workload's `vpcAccess` in Cloud Run's own fields. */
export interface VpcAccess {
  /** Full name, or the id of a connector in the workload's own project and region. */
  readonly connector?: string;
  readonly egress?: string;
  readonly networkInterfaces?: readonly { readonly network?: string; readonly subnetwork?: string }[];
}

/** Where a workload lives, for references that name neither project nor region. */
export interface Place {
  readonly project: string;
  readonly region: string;
}

interface Subnetwork {
  readonly network?: string;
  readonly privateIpGoogleAccess?: boolean;
}

/**
 * Finds the VPC network that a workload's egress enters.
 *
 * @throws ApiError FAILED_PRECONDITION when the connector, network or subnet is not there or not ready
 */
export async function resolveEgress(cloud: Cloud, access: VpcAccess | undefined, place: Place): Promise<Egress> {
  if (access?.connector) return await throughConnector(cloud, { ...access, connector: access.connector }, place);
  const [networkInterface] = access?.networkInterfaces ?? [];
  if (!networkInterface) return { reachesGoogle: true };
  const subnetwork = subnetworkName(networkInterface, place);
  const found = await getSubnetwork(cloud, subnetwork).catch((cause) => {
    throw unmet(`VPC subnetwork ${subnetwork} does not exist, or Cloud Run does not have permission to use it.`, cause);
  });
  return toEgress(found, access?.egress);
}

/** Full name of the subnet that a network interface takes its addresses from. */
export function subnetworkName(
  { network, subnetwork }: { readonly network?: string; readonly subnetwork?: string },
  { project, region }: Place,
): string {
  // An interface that names its network only means the subnet of the same name, as on auto mode networks.
  const id = subnetwork ?? network?.split("/").at(-1) ?? "default";
  return id.includes("/") ? fromProjects(id) : `projects/${project}/regions/${region}/subnetworks/${id}`;
}

async function throughConnector(
  cloud: Cloud,
  { connector, egress }: VpcAccess & { readonly connector: string },
  { project, region }: Place,
): Promise<Egress> {
  const name = connector.includes("/") ? connector : `projects/${project}/locations/${region}/connectors/${connector}`;
  const agent = system("serverless-robot");
  const missing = `VPC connector ${name} does not exist, or Cloud Run does not have permission to use it.`;
  const found = await cloud
    .call<Connector>("google.cloud.vpcaccess.v1.VpcAccessService.GetConnector", { name }, agent)
    .catch((cause) => {
      throw unmet(missing, cause);
    });
  if (found.state !== "READY") throw unmet(`VPC connector ${name} is not ready: its state is ${found.state}.`);
  if (!found.subnet?.name) return { network: networkName(found.network ?? "default", project), reachesGoogle: true };
  const subnetProject = found.subnet.projectId || project;
  const subnetwork = `projects/${subnetProject}/regions/${region}/subnetworks/${found.subnet.name}`;
  return toEgress(await getSubnetwork(cloud, subnetwork), egress);
}

async function getSubnetwork(cloud: Cloud, name: string): Promise<Subnetwork> {
  const [, project, , region, , subnetwork] = name.split("/");
  const request = { project, region, subnetwork };
  return await cloud.call<Subnetwork>("google.cloud.compute.v1.Subnetworks.Get", request, system("serverless-robot"));
}

function toEgress({ network, privateIpGoogleAccess }: Subnetwork, egress: string | undefined): Egress {
  return {
    network: network === undefined ? undefined : fromProjects(network),
    reachesGoogle: egress !== "ALL_TRAFFIC" || privateIpGoogleAccess === true,
  };
}

function networkName(text: string, project: string): string {
  return text.includes("/") ? fromProjects(text) : `projects/${project}/global/networks/${text}`;
}

/** The part of a Compute URL from `projects/` on. */
function fromProjects(url: string): string {
  return url.slice(Math.max(0, url.indexOf("projects/")));
}

function unmet(message: string, cause?: unknown): ApiError {
  return new ApiError({ code: "FAILED_PRECONDITION", message, cause });
}
