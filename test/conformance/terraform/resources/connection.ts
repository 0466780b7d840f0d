import { expect } from "@jest/globals";
import type { Life } from "../life.ts";

const compute = "compute.googleapis.com/compute/v1/projects/{project}";
const networking = "servicenetworking.googleapis.com/v1/services/servicenetworking.googleapis.com";
const numbered = "projects/{number}/global/networks/net";
const connector = "vpcaccess.googleapis.com/v1/projects/{project}/locations/us-central1/connectors";

/** What connects the network with services. */
export const connectionLives: readonly Life[] = [
  {
    resource: "google_service_networking_connection",
    create: [
      { send: "GET cloudresourcemanager.googleapis.com/v1/projects/{project}", answer: { projectNumber: "{number}" } },
      {
        send: `POST ${networking}/connections?prettyPrint=false`,
        body: { network: numbered, reservedPeeringRanges: ["range"] },
        wait: "operation",
      },
    ],
    read: `GET ${networking}/connections?network=projects%2F{number}%2Fglobal%2Fnetworks%2Fnet&prettyPrint=false`,
    imports: [
      "projects/{project}/global/networks/net:servicenetworking.googleapis.com",
      "projects/{number}/global/networks/net:servicenetworking.googleapis.com",
    ],
    state: {
      connections: [
        { network: numbered, peering: "servicenetworking-googleapis-com", reservedPeeringRanges: ["range"] },
      ],
    },
    update: [
      {
        send: `POST ${compute}/global/addresses`,
        body: {
          addressType: "INTERNAL",
          name: "more",
          network: "projects/{project}/global/networks/net",
          prefixLength: 24,
          purpose: "VPC_PEERING",
        },
        wait: "compute",
      },
      // `update_on_creation_fail`: what fails is known by its words.
      {
        send: `POST ${networking}/connections?prettyPrint=false`,
        body: { network: numbered, reservedPeeringRanges: ["more", "range"] },
        wait: "operation",
        fails: "Cannot modify allocated ranges in CreateConnection.",
      },
      {
        send: `PATCH ${networking}/connections/-?force=true&prettyPrint=false&updateMask=reservedPeeringRanges`,
        body: { network: numbered, reservedPeeringRanges: ["more", "range"] },
        wait: "operation",
      },
    ],
    updated: { connections: [{ reservedPeeringRanges: expect.arrayContaining(["more", "range"]) as unknown as [] }] },
    heldMs: 4 * 86_400_000,
    remove: [
      {
        send: `POST ${networking}/connections/servicenetworking-googleapis-com?prettyPrint=false`,
        body: { consumerNetwork: numbered },
        wait: "operation",
      },
      { send: `DELETE ${compute}/global/addresses/more`, wait: "compute" },
    ],
    gone: ({ connections }) => connections === undefined,
  },
  {
    resource: "google_vpc_access_connector",
    create: [
      {
        send: `POST ${connector}?connectorId=con`,
        body: { ipCidrRange: "10.8.0.0/28", machineType: "e2-micro", maxInstances: 3, minInstances: 2, network: "net" },
        wait: "operation",
        answer: { network: "net" },
      },
    ],
    read: `GET ${connector}/con`,
    imports: [
      "projects/{project}/locations/us-central1/connectors/con",
      "projects/{number}/locations/us-central1/connectors/con",
      "{project}/us-central1/con",
      "us-central1/con",
      "con",
    ],
    state: {
      name: "projects/{project}/locations/us-central1/connectors/con",
      ipCidrRange: "10.8.0.0/28",
      machineType: "e2-micro",
      maxInstances: 3,
      minInstances: 2,
      network: "net",
      state: "READY",
    },
    absent: ["subnet"],
    remove: [{ send: `DELETE ${connector}/con`, wait: "operation" }],
  },
];
