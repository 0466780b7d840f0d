import type { Cloud } from "../cloud.ts";
import type { AccessConfig, NetworkInterface } from "../model/generated/compute.ts";
import { regionOf } from "../regions.ts";
import { externalAddress } from "./address-kind.ts";
import { required } from "./error.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { link } from "./link.ts";
import { demand, demandSubnetwork, type Resources } from "./resources.ts";
import { freeAddress } from "./subnetwork-address.ts";

/** A network interface that a machine is wanted with. */
export interface WantedInterface {
  readonly sent: NetworkInterface;
  readonly index: number;
  /** Path of the machine. */
  readonly instance: string;
}

/** A network interface of a machine in its subnetwork, with an address of it. */
export function attach(
  { cloud, resources }: { readonly cloud: Cloud; readonly resources: Resources },
  { sent, index, instance }: WantedInterface,
): NetworkInterface {
  const [, project = "", , zone = ""] = instance.split("/");
  const field = `resource.networkInterfaces[${index}].subnetwork`;
  if (!sent.subnetwork) throw required(field);
  const path = demandSubnetwork({ cloud, resources }, sent.subnetwork, { project, region: regionOf(zone), field });
  const subnetwork = demand(resources.subnetworks, path);
  const networkIP = sent.networkIP ?? freeAddress(resources, subnetwork);
  return withFingerprint({
    kind: "compute#networkInterface",
    ...sent,
    accessConfigs: sent.accessConfigs?.map((config) => accessConfig(config, instance)),
    name: `nic${index}`,
    networkIP,
    network: subnetwork.network,
    subnetwork: link(path),
    stackType: "IPV4_ONLY",
  });
}

/** The way to a machine from outside, which shows an address where nothing listens. */
export function accessConfig(sent: AccessConfig, instance: string): AccessConfig {
  return {
    kind: "compute#accessConfig",
    type: "ONE_TO_ONE_NAT",
    name: "external-nat",
    networkTier: "PREMIUM",
    natIP: externalAddress(instance),
    ...sent,
  };
}

/** An interface with the fingerprint of what it says. */
export function withFingerprint({ fingerprint: _, ...one }: NetworkInterface): NetworkInterface {
  return { ...one, fingerprint: fingerprintOf(one) };
}
