import { computeKind, type Kind } from "../kind.ts";

const region = { region: "us-central1" };
const network = "https://www.googleapis.com/compute/v1/projects/test-project/global/networks/parent";

/** Kinds of Compute Engine; all but networks lie in the network `parent`. */
export const computeKinds: readonly Kind[] = [
  computeKind({
    ...{ title: "networks", collection: "Networks", field: "network", bodyField: "networkResource", patched: true },
    body: { autoCreateSubnetworks: false, description: "a network", routingConfig: { routingMode: "REGIONAL" } },
    changes: [{ mask: "", body: { routingConfig: { routingMode: "GLOBAL" } } }],
  }),
  computeKind({
    ...{ title: "global addresses", collection: "GlobalAddresses", field: "address", bodyField: "addressResource" },
    body: { purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 24, network },
  }),
  computeKind({
    ...{
      title: "regional addresses",
      collection: "Addresses",
      field: "address",
      bodyField: "addressResource",
      scope: region,
    },
    body: { addressType: "EXTERNAL", description: "an address" },
  }),
  computeKind({
    ...{ title: "firewalls", collection: "Firewalls", field: "firewall", bodyField: "firewallResource", patched: true },
    body: {
      network,
      direction: "INGRESS",
      sourceRanges: ["10.0.0.0/8"],
      allowed: [{ IPProtocol: "tcp", ports: ["22"] }],
    },
    changes: [{ mask: "", body: { description: "changed" } }],
  }),
];
