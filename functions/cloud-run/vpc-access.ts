import type { VpcAccess } from "../../google/clients/run.ts";
import type { EgressOutput } from "../../plan/steps/egress.ts";

/** How a revision or a task reaches the VPC: by a connector, or by an interface of its own in a subnetwork; never both. */
export function toVpcAccess(vpcAccess: EgressOutput["vpcAccess"], traffic: "all" | "private-ranges"): VpcAccess {
  const egress = traffic === "all" ? "ALL_TRAFFIC" : "PRIVATE_RANGES_ONLY";
  if ("connector" in vpcAccess) return { connector: vpcAccess.connector, egress };
  const { network, subnetwork } = vpcAccess;
  return { networkInterfaces: [{ network, subnetwork }], egress };
}
