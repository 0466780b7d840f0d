import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { waitCompute } from "../loops.ts";
import type { ReplayGroup } from "../replay.ts";
import type { Wire, WireAnswer } from "../wire.ts";
import { computeCompanions, computeDeletes } from "./compute-companions.ts";

const region = "asia-northeast1";
const zone = `${region}-a`;
const base = ({ project }: Wire) => `compute.googleapis.com/compute/v1/projects/${project}`;
/** References carry the address that the client itself uses. */
const reference = (wire: Wire, path: string) => `https://${base(wire)}/${path}`;

/** A create: the insert, its operation, and a look at what was made. */
async function create(wire: Wire, collection: string, body: JsonObject): Promise<WireAnswer> {
  const inserted = await wire.send(`POST ${base(wire)}/${collection}`, { body });
  expect(await waitCompute(wire, inserted)).not.toHaveProperty("error");
  const made = await wire.send(`GET ${base(wire)}/${collection}/${String(body.name)}`);
  const selfLink = `https://www.googleapis.com/compute/v1/projects/${wire.project}/${collection}/${String(body.name)}`;
  expect(made).toMatchObject({ status: 200, body: { name: body.name, selfLink } });
  return made;
}

/** What gcloud sends to Compute Engine. */
export const computeReplays: ReplayGroup = {
  project: "replay-compute",
  replays: [
    {
      row: "compute: networks create",
      async play(wire) {
        const body = { name: "my-vpc", autoCreateSubnetworks: false, routingConfig: { routingMode: "REGIONAL" } };
        const { body: made } = await create(wire, "global/networks", body);
        expect(made).toMatchObject({ autoCreateSubnetworks: false, routingConfig: { routingMode: "REGIONAL" } });
      },
    },
    {
      row: "compute: networks subnets create",
      async play(wire) {
        const network = reference(wire, "global/networks/my-vpc");
        const body = { name: "my-subnet", ipCidrRange: "192.168.100.0/28", network, privateIpGoogleAccess: true };
        const { body: made } = await create(wire, `regions/${region}/subnetworks`, body);
        expect(made).toMatchObject({ ipCidrRange: "192.168.100.0/28", privateIpGoogleAccess: true });
      },
    },
    {
      row: "compute: addresses create",
      async play(wire) {
        const network = reference(wire, "global/networks/my-vpc");
        const range = { address: "192.168.200.0", prefixLength: 24, addressType: "INTERNAL", purpose: "VPC_PEERING" };
        const { body: made } = await create(wire, "global/addresses", { name: "my-iprange", ...range, network });
        expect(made).toMatchObject(range);
      },
    },
    {
      row: "compute: instances create",
      async play(wire) {
        expect(await wire.send(`GET ${base(wire)}/zones/${zone}`)).toMatchObject({
          body: { name: zone, status: "UP" },
        });
        expect(await wire.send(`GET ${base(wire)}`)).toMatchObject({ body: { name: wire.project } });
        const body = {
          name: "my-bastion",
          machineType: reference(wire, `zones/${zone}/machineTypes/e2-micro`),
          disks: [{ boot: true, autoDelete: true, initializeParams: { sourceImage: image }, ...disk }],
          networkInterfaces: [
            { subnetwork: reference(wire, `regions/${region}/subnetworks/my-subnet`), accessConfigs },
          ],
          metadata: { items: [{ key: "enable-oslogin", value: "true" }] },
          scheduling: { automaticRestart: true },
          canIpForward: false,
          deletionProtection: false,
        };
        const { body: made } = await create(wire, `zones/${zone}/instances`, body);
        expect(made).toMatchObject({ status: "RUNNING", networkInterfaces: [{ networkIP: "192.168.100.2" }] });
      },
    },
    {
      row: "compute: firewall-rules create",
      async play(wire) {
        const rule = {
          network: reference(wire, "global/networks/my-vpc"),
          direction: "INGRESS",
          allowed: [{ IPProtocol: "tcp", ports: ["22"] }],
          targetServiceAccounts: [`my-sa@${wire.project}.iam.gserviceaccount.com`],
        };
        const { body: made } = await create(wire, "global/firewalls", { name: "allow-ssh", ...rule });
        expect(made).toMatchObject({ allowed: rule.allowed, targetServiceAccounts: rule.targetServiceAccounts });
      },
    },
    ...computeCompanions,
    {
      row: "compute: several resources in one batch",
      async play(wire) {
        const address = `/compute/v1/projects/${wire.project}/regions/${region}/addresses`;
        const part = (id: number) =>
          [
            "--==part==",
            ...["Content-Type: application/http", "MIME-Version: 1.0", "Content-Transfer-Encoding: binary"],
            ...[`Content-ID: <7a1c+${id}>`, "", `POST ${address}?alt=json HTTP/1.1`, "content-type: application/json"],
            ...["", JSON.stringify({ name: `batched-${id}` }), ""],
          ].join("\n");
        const answer = await wire.send("POST compute.googleapis.com/batch/compute/v1", {
          isMedia: true,
          headers: { "content-type": 'multipart/mixed; boundary="==part=="' },
          body: `${part(1)}${part(2)}--==part==--`,
        });
        expect(answer.headers["content-type"]).toMatch(/^multipart\/mixed; boundary=/);
        expect(answer.text.match(/Content-ID: <response-7a1c\+[12]>/g)).toHaveLength(2);
        expect(answer.text.match(/"operationType":"insert"/g)).toHaveLength(2);
      },
    },
    ...computeDeletes,
    {
      row: "compute: an operation that ends in an error",
      async play(wire) {
        const taken = { purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 8, name: "too-large" };
        await create(wire, "global/networks", { name: "full-vpc", autoCreateSubnetworks: false });
        const network = reference(wire, "global/networks/full-vpc");
        const first = { ...taken, prefixLength: 8, name: "all-of-ten", address: "10.0.0.0", network };
        await create(wire, "global/addresses", first);
        const failed = await wire.send(`POST ${base(wire)}/global/addresses`, { body: { ...taken, network } });
        const operation = await waitCompute(wire, failed);
        expect(operation).toMatchObject({
          error: { errors: [{ code: expect.any(String), message: expect.any(String) }] },
          httpErrorStatusCode: expect.any(Number),
          httpErrorMessage: expect.any(String),
        });
      },
    },
  ],
};

const image = "https://compute.googleapis.com/compute/v1/projects/debian-cloud/zones/-/imageFamilyViews/debian-11";
const disk = { mode: "READ_WRITE", type: "PERSISTENT" };
const accessConfigs = [{ name: "external-nat", type: "ONE_TO_ONE_NAT" }];
