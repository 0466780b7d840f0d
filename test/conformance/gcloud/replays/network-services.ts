import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { pollOperation, waitCompute } from "../loops.ts";
import type { ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";

const region = "asia-northeast1";
const networking = "servicenetworking.googleapis.com/v1";
const usage = "serviceusage.googleapis.com/v1";
const network = ({ number }: Wire) => `projects/${number}/global/networks/my-vpc`;
const connectors = ({ project }: Wire) =>
  `vpcaccess.googleapis.com/v1/projects/${project}/locations/${region}/connectors`;

/** Every command on peerings asks for the project's number first. */
async function askNumber(wire: Wire): Promise<void> {
  const project = await wire.send(`GET cloudresourcemanager.googleapis.com/v1/projects/${wire.project}`);
  expect(project.body).toMatchObject({ projectId: wire.project, projectNumber: wire.number });
}

async function insert(wire: Wire, collection: string, body: JsonObject): Promise<void> {
  const address = `compute.googleapis.com/compute/v1/projects/${wire.project}/${collection}`;
  expect(await waitCompute(wire, await wire.send(`POST ${address}`, { body }))).not.toHaveProperty("error");
}

/** What gcloud sends to Service Networking, Service Usage and Serverless VPC Access. */
export const networkServiceReplays: ReplayGroup = {
  project: "replay-network-services",
  replays: [
    {
      row: "servicenetworking: vpc-peerings connect",
      async play(wire) {
        await insert(wire, "global/networks", { name: "my-vpc", autoCreateSubnetworks: false });
        const range = { purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 24, address: "192.168.200.0" };
        await insert(wire, "global/addresses", { name: "my-iprange", ...range, network: "global/networks/my-vpc" });
        await askNumber(wire);
        const body = { network: network(wire), reservedPeeringRanges: ["my-iprange"] };
        const service = `${networking}/services/servicenetworking.googleapis.com/connections`;
        const started = await wire.send(`POST ${service}`, { body });
        expect(started.body.name).toMatch(/^operations\/pssn/);
        expect(await pollOperation(wire, networking, started)).not.toHaveProperty("error");
      },
    },
    {
      row: "servicenetworking: vpc-peerings list",
      async play(wire) {
        await askNumber(wire);
        const asked = encodeURIComponent(network(wire));
        const { body } = await wire.send(`GET ${networking}/services/-/connections?network=${asked}`);
        const service = "services/servicenetworking.googleapis.com";
        const peering = "servicenetworking-googleapis-com";
        expect(body.connections).toEqual([
          { network: network(wire), peering, reservedPeeringRanges: ["my-iprange"], service },
        ]);
      },
    },
    {
      row: "servicenetworking: vpc-peerings update",
      source: "recorded",
      async play(wire) {
        const range = { purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 20, ipVersion: "IPV4" };
        await insert(wire, "global/addresses", { name: "more-range", ...range, network: "global/networks/my-vpc" });
        await askNumber(wire);
        const body = { network: network(wire), reservedPeeringRanges: ["my-iprange", "more-range"] };
        const one = `${networking}/services/servicenetworking.googleapis.com/connections/-`;
        const started = await wire.send(`PATCH ${one}?force=True`, { body });
        expect(await pollOperation(wire, networking, started)).not.toHaveProperty("error");
        const asked = encodeURIComponent(network(wire));
        const { body: present } = await wire.send(`GET ${networking}/services/-/connections?network=${asked}`);
        expect(present.connections).toMatchObject([{ reservedPeeringRanges: ["my-iprange", "more-range"] }]);
      },
    },
    {
      row: "servicenetworking: vpc-peerings delete",
      async play(wire) {
        await askNumber(wire);
        const path = `${networking}/services/servicenetworking.googleapis.com/connections/-`;
        const started = await wire.send(`POST ${path}`, { body: { consumerNetwork: network(wire) } });
        expect(await pollOperation(wire, networking, started)).not.toHaveProperty("error");
      },
    },
    {
      row: "serviceusage: services enable",
      async play(wire) {
        const services = `${usage}/projects/${wire.project}/services`;
        const one = await wire.send(`POST ${services}/workflows.googleapis.com:enable`, { body: {} });
        expect(await pollOperation(wire, usage, one)).not.toHaveProperty("error");
        const serviceIds = ["alloydb.googleapis.com", "run.googleapis.com"];
        const several = await wire.send(`POST ${services}:batchEnable`, { body: { serviceIds } });
        expect(several.body.name).toMatch(/^operations\//);
        expect(await pollOperation(wire, usage, several)).not.toHaveProperty("error");
      },
    },
    {
      row: "serviceusage: services list --enabled",
      async play(wire) {
        const query = "filter=state:ENABLED&pageSize=200";
        const { body } = await wire.send(`GET ${usage}/projects/${wire.project}/services?${query}`);
        const name = `projects/${wire.number}/services/alloydb.googleapis.com`;
        expect(body.services).toEqual(expect.arrayContaining([expect.objectContaining({ name, state: "ENABLED" })]));
      },
    },
    {
      row: "serviceusage: services list --available",
      source: "recorded",
      async play(wire) {
        const services = `${usage}/projects/${wire.project}/services?pageSize=200`;
        const names: unknown[] = [];
        for (let token = ""; ; ) {
          const { status, body } = await wire.send(`GET ${services}${token && `&pageToken=${token}`}`);
          expect({ status, services: body.services }).toEqual({ status: 200, services: expect.any(Array) });
          if (Array.isArray(body.services)) names.push(...body.services);
          if (body.nextPageToken === undefined) break;
          token = encodeURIComponent(String(body.nextPageToken));
        }
        const name = `projects/${wire.number}/services/eventarc.googleapis.com`;
        expect(names).toContainEqual(expect.objectContaining({ name, state: "DISABLED" }));
      },
    },
    {
      row: "serviceusage: services disable",
      source: "recorded",
      async play(wire) {
        const body = { checkIfServiceHasUsage: "CHECK", disableDependentServices: false };
        const one = `${usage}/projects/${wire.project}/services/workflows.googleapis.com`;
        const started = await wire.send(`POST ${one}:disable`, { body });
        expect(await pollOperation(wire, usage, started)).not.toHaveProperty("error");
        expect((await wire.send(`GET ${one}`)).body).toMatchObject({ state: "DISABLED" });
      },
    },
    {
      row: "vpcaccess: connectors create",
      async play(wire) {
        const range = { ipCidrRange: "192.168.100.0/28", network: "global/networks/my-vpc" };
        await insert(wire, `regions/${region}/subnetworks`, { name: "my-subnet", ...range });
        const sizes = { machineType: "f1-micro", minInstances: 2, maxInstances: 3 };
        // The default network is named although only a subnetwork was meant.
        const body = { ...sizes, subnet: { name: "my-subnet" }, network: "default" };
        const started = await wire.send(`POST ${connectors(wire)}?connectorId=my-connector`, { body });
        expect(started.body.name).toMatch(`projects/${wire.project}/locations/${region}/operations/`);
        await pollOperation(wire, "vpcaccess.googleapis.com/v1", started);
        const made = await wire.send(`GET ${connectors(wire)}/my-connector`);
        expect(made.body).toMatchObject({ ...sizes, subnet: { name: "my-subnet" }, state: "READY" });
      },
    },
    {
      row: "vpcaccess: connectors describe",
      async play(wire) {
        const { body } = await wire.send(`GET ${connectors(wire)}/my-connector`);
        expect(body).toMatchObject({ network: "my-vpc", state: "READY", minInstances: 2, maxInstances: 3 });
      },
    },
    {
      row: "vpcaccess: connectors list",
      async play(wire) {
        const { body } = await wire.send(`GET ${connectors(wire)}`);
        expect(body.connectors).toMatchObject([{ network: "my-vpc", state: "READY" }]);
      },
    },
    {
      row: "vpcaccess: connectors update",
      source: "recorded",
      async play(wire) {
        const target = `PATCH ${connectors(wire)}/my-connector?updateMask=maxInstances%2CminInstances`;
        const sizes = { maxInstances: 4, minInstances: 3 };
        const started = await wire.send(target, { body: sizes });
        expect(await pollOperation(wire, "vpcaccess.googleapis.com/v1", started)).not.toHaveProperty("error");
        const { body } = await wire.send(`GET ${connectors(wire)}/my-connector`);
        expect(body).toMatchObject({ ...sizes, machineType: "f1-micro", state: "READY" });
      },
    },
    {
      row: "vpcaccess: connectors delete",
      async play(wire) {
        const started = await wire.send(`DELETE ${connectors(wire)}/my-connector`);
        await pollOperation(wire, "vpcaccess.googleapis.com/v1", started);
        expect(await wire.send(`GET ${connectors(wire)}/my-connector`)).toMatchObject({ status: 404 });
      },
    },
  ],
};
