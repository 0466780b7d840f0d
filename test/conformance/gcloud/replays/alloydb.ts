import { expect } from "@jest/globals";
import { pollOperation, waitCompute } from "../loops.ts";
import type { ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";
import { alloydbCompanions } from "./alloydb-companions.ts";

const host = "alloydb.googleapis.com/v1";
const location = ({ project }: Wire) => `${host}/projects/${project}/locations/asia-northeast1`;
const cluster = (wire: Wire) => `${location(wire)}/clusters/my-alloycls`;

/** A network with private services access, which clusters need. */
async function connectNetwork(wire: Wire): Promise<void> {
  const compute = `compute.googleapis.com/compute/v1/projects/${wire.project}/global`;
  const network = { name: "my-vpc", autoCreateSubnetworks: false };
  await waitCompute(wire, await wire.send(`POST ${compute}/networks`, { body: network }));
  const range = {
    purpose: "VPC_PEERING",
    addressType: "INTERNAL",
    prefixLength: 20,
    network: "global/networks/my-vpc",
  };
  await waitCompute(wire, await wire.send(`POST ${compute}/addresses`, { body: { name: "my-iprange", ...range } }));
  const networking = "servicenetworking.googleapis.com/v1";
  const connected = await wire.send(`POST ${networking}/services/servicenetworking.googleapis.com/connections`, {
    body: { network: `projects/${wire.number}/global/networks/my-vpc`, reservedPeeringRanges: ["my-iprange"] },
  });
  await pollOperation(wire, networking, connected);
}

/** What gcloud sends to AlloyDB. */
export const alloydbReplays: ReplayGroup = {
  project: "replay-alloydb",
  replays: [
    {
      row: "alloydb: clusters create",
      async play(wire) {
        await connectNetwork(wire);
        const body = { initialUser: { user: "postgres", password: "secret" }, network: "my-vpc" };
        const started = await wire.send(`POST ${location(wire)}/clusters?clusterId=my-alloycls`, { body });
        expect(await pollOperation(wire, host, started)).not.toHaveProperty("error");
        const network = `projects/${wire.number}/global/networks/my-vpc`;
        const made = await wire.send(`GET ${cluster(wire)}`);
        expect(made.body).toMatchObject({ state: "READY", network, networkConfig: { network } });
        expect(made.text).not.toContain("secret");
      },
    },
    {
      row: "alloydb: instances create",
      async play(wire) {
        const name = `projects/${wire.project}/locations/asia-northeast1/clusters/my-alloycls/instances/my-alloyins`;
        const clientConnectionConfig = { sslConfig: { sslMode: "ENCRYPTED_ONLY" } };
        const body = { name, instanceType: "PRIMARY", machineConfig: { cpuCount: 2 }, clientConnectionConfig };
        const started = await wire.send(`POST ${cluster(wire)}/instances?instanceId=my-alloyins`, { body });
        expect(await pollOperation(wire, host, started)).not.toHaveProperty("error");
      },
    },
    {
      row: "alloydb: instances describe",
      async play(wire) {
        const { body } = await wire.send(`GET ${cluster(wire)}/instances/my-alloyins`);
        expect(body).toMatchObject({ state: "READY", ipAddress: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/) });
      },
    },
    ...alloydbCompanions,
    {
      row: "alloydb: instances delete",
      async play(wire) {
        const started = await wire.send(`DELETE ${cluster(wire)}/instances/my-alloyins`);
        expect(await pollOperation(wire, host, started)).not.toHaveProperty("error");
      },
    },
    {
      row: "alloydb: clusters delete",
      async play(wire) {
        const started = await wire.send(`DELETE ${cluster(wire)}?force=False`);
        expect(await pollOperation(wire, host, started)).not.toHaveProperty("error");
        expect(await wire.send(`GET ${cluster(wire)}`)).toMatchObject({ status: 404, body: { error: { code: 404 } } });
      },
    },
  ],
};
