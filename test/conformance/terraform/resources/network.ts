import { expect } from "@jest/globals";
import type { Life } from "../life.ts";

const compute = "compute.googleapis.com/compute/v1/projects/{project}";
const region = `${compute}/regions/us-central1`;
const zone = `${compute}/zones/us-central1-a`;
const link = "https://www.googleapis.com/compute/v1/projects/{project}";
const text = expect.any(String) as unknown as string;

/** The network, what lies in it, and the bastion. */
export const networkLives: readonly Life[] = [
  {
    resource: "google_compute_network",
    create: [
      {
        send: `POST ${compute}/global/networks`,
        body: {
          autoCreateSubnetworks: false,
          name: "net",
          networkFirewallPolicyEnforcementOrder: "AFTER_CLASSIC_FIREWALL",
          routingConfig: { routingMode: "REGIONAL" },
        },
        wait: "compute",
      },
    ],
    read: `GET ${compute}/global/networks/net`,
    imports: [
      "projects/{project}/global/networks/net",
      "projects/{number}/global/networks/net",
      "{project}/net",
      "net",
      { id: "projects/{project}/global/networks/{id}", read: `GET ${compute}/global/networks/{read.id}` },
    ],
    state: {
      name: "net",
      autoCreateSubnetworks: false,
      networkFirewallPolicyEnforcementOrder: "AFTER_CLASSIC_FIREWALL",
      routingConfig: { routingMode: "REGIONAL" },
      selfLink: `${link}/global/networks/net`,
      id: text,
    },
    absent: ["description", "enableUlaInternalIpv6", "internalIpv6Range", "networkProfile"],
    update: [
      {
        send: `PATCH ${compute}/global/networks/net`,
        body: { routingConfig: { routingMode: "GLOBAL" } },
        wait: "compute",
      },
    ],
    updated: { routingConfig: { routingMode: "GLOBAL" } },
    remove: [{ send: `DELETE ${compute}/global/networks/net`, wait: "compute" }],
  },
  {
    resource: "google_compute_subnetwork",
    create: [
      {
        send: `POST ${region}/subnetworks`,
        body: {
          ipCidrRange: "10.1.0.0/24",
          logConfig: { enable: false },
          name: "sub",
          network: "projects/{project}/global/networks/net",
          privateIpGoogleAccess: true,
          // The provider takes regions for global resources.
          region: "projects/{project}/global/regions/us-central1",
          secondaryIpRanges: [],
        },
        wait: "compute",
      },
    ],
    read: `GET ${region}/subnetworks/sub`,
    imports: [
      "projects/{project}/regions/us-central1/subnetworks/sub",
      "projects/{number}/regions/us-central1/subnetworks/sub",
      "{project}/us-central1/sub",
      "us-central1/sub",
      "sub",
      { id: "projects/{project}/regions/us-central1/subnetworks/{id}", read: `GET ${region}/subnetworks/{read.id}` },
    ],
    state: {
      name: "sub",
      ipCidrRange: "10.1.0.0/24",
      privateIpGoogleAccess: true,
      network: `${link}/global/networks/net`,
      region: `${link}/regions/us-central1`,
      gatewayAddress: "10.1.0.1",
      purpose: "PRIVATE",
      stackType: "IPV4_ONLY",
      fingerprint: text,
    },
    absent: ["description", "role", "secondaryIpRanges", "reservedInternalRange"],
    update: [
      {
        send: `POST ${region}/subnetworks/sub/setPrivateIpGoogleAccess`,
        body: { privateIpGoogleAccess: false },
        wait: "compute",
      },
      {
        send: `POST ${region}/subnetworks/sub/expandIpCidrRange`,
        body: { ipCidrRange: "10.1.0.0/23" },
        wait: "compute",
      },
    ],
    updated: { privateIpGoogleAccess: false, ipCidrRange: "10.1.0.0/23" },
    remove: [{ send: `DELETE ${region}/subnetworks/sub`, wait: "compute" }],
  },
  {
    resource: "google_compute_subnetwork with secondary ranges, by fingerprint",
    create: [
      {
        send: `POST ${region}/subnetworks`,
        body: {
          ipCidrRange: "10.2.0.0/24",
          logConfig: { enable: false },
          name: "second",
          network: `${link}/global/networks/net`,
          region: "us-central1",
          secondaryIpRanges: [{ ipCidrRange: "10.3.0.0/24", rangeName: "pods" }],
        },
        wait: "compute",
      },
    ],
    read: `GET ${region}/subnetworks/second`,
    imports: ["projects/{project}/regions/us-central1/subnetworks/second"],
    state: { secondaryIpRanges: [{ ipCidrRange: "10.3.0.0/24", rangeName: "pods" }], fingerprint: text },
    update: [
      {
        send: `PATCH ${region}/subnetworks/second`,
        body: {
          fingerprint: "{read.fingerprint}",
          secondaryIpRanges: [
            { ipCidrRange: "10.3.0.0/24", rangeName: "pods" },
            { ipCidrRange: "10.4.0.0/24", rangeName: "services" },
          ],
        },
        wait: "compute",
      },
      {
        send: `PATCH ${region}/subnetworks/second`,
        body: { fingerprint: "{read.fingerprint}", secondaryIpRanges: [] },
        status: 412,
      },
    ],
    updated: { secondaryIpRanges: [{ rangeName: "pods" }, { rangeName: "services" }] },
    remove: [{ send: `DELETE ${region}/subnetworks/second`, wait: "compute" }],
  },
  {
    resource: "google_compute_global_address",
    create: [
      {
        send: `POST ${compute}/global/addresses`,
        body: {
          addressType: "INTERNAL",
          labels: { "goog-terraform-provisioned": "true" },
          name: "range",
          network: "projects/{project}/global/networks/net",
          prefixLength: 20,
          purpose: "VPC_PEERING",
        },
        wait: "compute",
      },
    ],
    read: `GET ${compute}/global/addresses/range`,
    imports: [
      "projects/{project}/global/addresses/range",
      "projects/{number}/global/addresses/range",
      "{project}/range",
      "range",
      { id: "projects/{project}/global/addresses/{id}", read: `GET ${compute}/global/addresses/{read.id}` },
    ],
    state: {
      name: "range",
      address: text,
      addressType: "INTERNAL",
      prefixLength: 20,
      purpose: "VPC_PEERING",
      network: `${link}/global/networks/net`,
      labels: { "goog-terraform-provisioned": "true" },
      labelFingerprint: text,
    },
    absent: ["description"],
    update: [
      {
        send: `POST ${compute}/global/addresses/range/setLabels`,
        body: { labelFingerprint: "{read.labelFingerprint}", labels: { team: "a" } },
        wait: "compute",
      },
    ],
    updated: { labels: { team: "a" } },
    remove: [{ send: `DELETE ${compute}/global/addresses/range`, wait: "compute" }],
  },
  {
    resource: "google_compute_firewall",
    create: [
      {
        send: `POST ${compute}/global/firewalls`,
        body: {
          allowed: [{ IPProtocol: "tcp", ports: ["22"] }],
          logConfig: { enable: false },
          name: "ssh",
          network: "projects/{project}/global/networks/net",
          priority: 1000,
          sourceRanges: ["35.235.240.0/20"],
          targetTags: ["bastion"],
        },
        wait: "compute",
      },
    ],
    read: `GET ${compute}/global/firewalls/ssh`,
    imports: [
      "projects/{project}/global/firewalls/ssh",
      "projects/{number}/global/firewalls/ssh",
      "{project}/ssh",
      "ssh",
      { id: "projects/{project}/global/firewalls/{id}", read: `GET ${compute}/global/firewalls/{read.id}` },
    ],
    state: {
      allowed: [{ IPProtocol: "tcp", ports: ["22"] }],
      direction: "INGRESS",
      logConfig: { enable: false },
      network: `${link}/global/networks/net`,
      priority: 1000,
      sourceRanges: ["35.235.240.0/20"],
      targetTags: ["bastion"],
    },
    absent: ["denied", "sourceTags", "sourceServiceAccounts", "targetServiceAccounts", "destinationRanges"],
    update: [
      {
        send: `PATCH ${compute}/global/firewalls/ssh`,
        body: {
          allowed: [{ IPProtocol: "tcp", ports: ["22", "2222"] }],
          logConfig: { enable: false },
          network: "projects/{project}/global/networks/net",
          priority: 900,
          sourceRanges: ["35.235.240.0/20"],
          targetTags: ["bastion"],
        },
        wait: "compute",
      },
    ],
    updated: { allowed: [{ IPProtocol: "tcp", ports: ["22", "2222"] }], priority: 900 },
    remove: [{ send: `DELETE ${compute}/global/firewalls/ssh`, wait: "compute" }],
  },
  {
    resource: "google_compute_instance",
    create: [
      { send: `GET ${zone}`, answer: { name: "us-central1-a" } },
      {
        send: `POST ${zone}/instances?prettyPrint=false`,
        body: {
          canIpForward: false,
          deletionProtection: false,
          disks: [
            {
              autoDelete: true,
              boot: true,
              initializeParams: { sourceImage: "projects/debian-cloud/global/images/family/debian-12" },
              mode: "READ_WRITE",
            },
          ],
          labels: { "goog-terraform-provisioned": "true" },
          machineType: "projects/{project}/zones/us-central1-a/machineTypes/e2-micro",
          metadata: {},
          name: "bastion",
          networkInterfaces: [{ subnetwork: "projects/{project}/regions/us-central1/subnetworks/sub" }],
          params: {},
          scheduling: { automaticRestart: true },
          tags: { items: ["bastion"] },
        },
        wait: "compute",
      },
    ],
    read: `GET ${zone}/instances/bastion`,
    imports: [
      "projects/{project}/zones/us-central1-a/instances/bastion",
      "projects/{number}/zones/us-central1-a/instances/bastion",
      "{project}/us-central1-a/bastion",
      "bastion",
      { id: "projects/{project}/zones/us-central1-a/instances/{id}", read: `GET ${zone}/instances/{read.id}` },
    ],
    state: {
      name: "bastion",
      status: "RUNNING",
      machineType: `${link}/zones/us-central1-a/machineTypes/e2-micro`,
      zone: `${link}/zones/us-central1-a`,
      tags: { items: ["bastion"], fingerprint: text },
      metadata: { fingerprint: text },
      labels: { "goog-terraform-provisioned": "true" },
      labelFingerprint: text,
      networkInterfaces: [
        {
          name: "nic0",
          network: `${link}/global/networks/net`,
          subnetwork: `${link}/regions/us-central1/subnetworks/sub`,
          networkIP: expect.stringMatching(/^10\.1\.[01]\.\d+$/) as unknown as string,
        },
      ],
      disks: [{ boot: true, autoDelete: true, mode: "READ_WRITE", source: text }],
    },
    update: [
      {
        send: `POST ${zone}/instances/bastion/setMetadata`,
        body: { fingerprint: "{read.metadata.fingerprint}", items: [{ key: "enable-oslogin", value: "TRUE" }] },
        wait: "compute",
      },
      {
        send: `POST ${zone}/instances/bastion/setLabels`,
        body: { labelFingerprint: "{read.labelFingerprint}", labels: { team: "a" } },
        wait: "compute",
      },
      {
        send: `POST ${zone}/instances/bastion/setTags`,
        body: { fingerprint: "{read.tags.fingerprint}", items: ["bastion", "jump"] },
        wait: "compute",
      },
    ],
    updated: {
      metadata: { items: [{ key: "enable-oslogin", value: "TRUE" }] },
      labels: { team: "a" },
      tags: { items: ["bastion", "jump"] },
    },
    remove: [{ send: `DELETE ${zone}/instances/bastion`, wait: "compute" }],
  },
];
