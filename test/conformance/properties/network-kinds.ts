import fc from "fast-check";
import type { Json, JsonObject } from "../../../local/json.ts";
import { testProject } from "../../support/local-cloud.ts";
import { label } from "./arbitrary.ts";
import { presentNetwork } from "./ground.ts";
import { type Kind, labels, location, someText, usualIds } from "./kind.ts";

const project = testProject;
const region = "us-central1";
const vpcAccess = "google.cloud.vpcaccess.v1.VpcAccessService";

const computeMethods = (collection: string, patch: string): Kind["methods"] => {
  const service = `google.cloud.compute.v1.${collection}`;
  return {
    create: `${service}.Insert`,
    get: `${service}.Get`,
    patch: `${service}.${patch}`,
    delete: `${service}.Delete`,
  };
};

const routing = (routingMode: string): Json => ({ routingMode, bgpBestPathSelectionMode: "LEGACY" });
const secondaryRange = fc
  .record({ rangeName: label.map((value) => `r${value.replaceAll(/[_-]/g, "x")}`), third: fc.nat(255) })
  .map(({ rangeName, third }): Json => [{ rangeName, ipCidrRange: `172.16.${third}.0/24` }]);

/** Addresses of either scope: nothing of one changes but its labels, in sight of the present ones. */
const address = ({
  kind,
  collection,
  scope,
  body,
  fixed,
}: Record<"kind" | "collection" | "body", string> & Record<"scope" | "fixed", JsonObject>): Kind => ({
  kind,
  methods: computeMethods(collection, "SetLabels"),
  create: (id, addressResource) => ({ ...scope, project, addressResource: { ...addressResource, name: id } }),
  name: (id) => ({ ...scope, project, address: id }),
  patch: (id, sent) => ({ ...scope, project, resource: id, [body]: { ...sent, labels: sent.labels ?? {} } }),
  guard: ({ labelFingerprint = "" }) => ({ labelFingerprint }),
  fixed: () => fixed,
  fields: { labels },
  once: { description: someText },
  volatile: ["labelFingerprint"],
  hasMask: false,
  replaces: true,
  isRestOnly: true,
  ids: usualIds,
});

/** The kinds that make up a network. */
export const networkKinds: readonly Kind[] = [
  {
    kind: "network",
    methods: computeMethods("Networks", "Patch"),
    create: (id, network) => ({ project, networkResource: { ...network, name: id } }),
    name: (id) => ({ project, network: id }),
    patch: (id, networkResource) => ({ project, network: id, networkResource }),
    fixed: () => ({ autoCreateSubnetworks: false }),
    fields: {
      mtu: fc.integer({ min: 1300, max: 8896 }),
      routingConfig: fc.constantFrom("GLOBAL", "REGIONAL").map(routing),
    },
    once: { description: someText },
    defaults: { mtu: 1460, routingConfig: routing("REGIONAL") },
    volatile: [],
    hasMask: false,
    isRestOnly: true,
    ids: usualIds,
  },
  {
    kind: "subnetwork",
    methods: computeMethods("Subnetworks", "Patch"),
    create: (id, subnetwork) => ({ project, region, subnetworkResource: { ...subnetwork, name: id } }),
    name: (id) => ({ project, region, subnetwork: id }),
    patch: (id, subnetworkResource) => ({ project, region, subnetwork: id, subnetworkResource }),
    guard: ({ fingerprint = "" }) => ({ fingerprint }),
    fixed: () => ({ network: presentNetwork, ipCidrRange: "10.7.0.0/24" }),
    fields: { privateIpGoogleAccess: fc.boolean(), secondaryIpRanges: secondaryRange },
    once: { description: someText },
    volatile: ["fingerprint"],
    hasMask: false,
    isRestOnly: true,
    ids: usualIds,
  },
  address({
    ...{ kind: "global address", collection: "GlobalAddresses", body: "globalSetLabelsRequestResource" },
    scope: {},
    fixed: { purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 24, network: presentNetwork },
  }),
  address({
    ...{ kind: "regional address", collection: "Addresses", body: "regionSetLabelsRequestResource" },
    scope: { region },
    fixed: { addressType: "EXTERNAL" },
  }),
  {
    kind: "firewall rule",
    methods: computeMethods("Firewalls", "Patch"),
    create: (id, rule) => ({ project: testProject, firewallResource: { ...rule, name: id } }),
    name: (id) => ({ project: testProject, firewall: id }),
    patch: (id, firewallResource) => ({ project: testProject, firewall: id, firewallResource }),
    fixed: () => ({
      network: presentNetwork,
      allowed: [{ IPProtocol: "tcp", ports: ["22"] }],
      sourceRanges: ["10.0.0.0/8"],
    }),
    fields: {
      description: someText,
      priority: fc.integer({ min: 1, max: 65_535 }),
      disabled: fc.constant(true),
      targetTags: fc
        .uniqueArray(label, { minLength: 1, maxLength: 3 })
        .map((value): Json => value.map((one) => one.replaceAll(/_|-$/g, "x"))),
    },
    defaults: { priority: 1000 },
    volatile: [],
    hasMask: false,
    isRestOnly: true,
    ids: usualIds,
  },
  {
    kind: "connector",
    methods: {
      create: `${vpcAccess}.CreateConnector`,
      get: `${vpcAccess}.GetConnector`,
      patch: "google.cloud.vpcaccess.rest.Connectors.Patch",
      delete: `${vpcAccess}.DeleteConnector`,
    },
    create: (connectorId, connector) => ({ parent: location, connectorId, connector }),
    name: (id) => ({ name: `${location}/connectors/${id}` }),
    // Both numbers of instances change together, and the larger never shrinks.
    patch: (id, sent, mask) => ({
      connector: { ...sent, name: `${location}/connectors/${id}` },
      updateMask: mask.includes("minInstances") ? `${mask},maxInstances` : mask,
    }),
    guard: ({ maxInstances = 0 }) => ({ maxInstances }),
    fixed: () => ({ network: "present", ipCidrRange: "10.8.0.0/28" }),
    fields: {
      minInstances: fc.integer({ min: 2, max: 3 }),
      machineType: fc.constantFrom("e2-micro", "e2-standard-4", "f1-micro"),
    },
    once: { maxInstances: fc.integer({ min: 4, max: 10 }) },
    defaults: { minInstances: 2, machineType: "e2-micro" },
    volatile: ["minThroughput", "maxThroughput"],
    hasMask: true,
    isRestOnly: true,
    ids: usualIds,
  },
];
