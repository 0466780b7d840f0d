import { expect } from "@jest/globals";
import { isJsonObject, type JsonObject } from "../../../../local/json.ts";
import { waitCompute } from "../loops.ts";
import { policyReplays } from "../policy.ts";
import type { Replay } from "../replay.ts";
import type { Wire } from "../wire.ts";

const region = "asia-northeast1";
const zone = `${region}-a`;
const base = ({ project }: Wire) => `compute.googleapis.com/compute/v1/projects/${project}`;

const network = "global/networks/my-vpc";
const subnet = `regions/${region}/subnetworks/my-subnet`;
const address = "global/addresses/my-iprange";
const rule = "global/firewalls/allow-ssh";
const bastion = `zones/${zone}/instances/my-bastion`;

const paths = {
  networks: network,
  "networks subnets": subnet,
  addresses: address,
  "firewall-rules": rule,
  instances: bastion,
};

async function get(wire: Wire, path: string): Promise<JsonObject> {
  const answer = await wire.send(`GET ${base(wire)}/${path}`);
  expect(answer).toMatchObject({ status: 200, body: { name: path.split("/").at(-1) } });
  return answer.body;
}

/** A change, its operation, and a look at what came of it. */
async function change(wire: Wire, target: string, body?: JsonObject): Promise<JsonObject> {
  const [method = "", path = ""] = target.split(" ");
  const started = await wire.send(`${method} ${base(wire)}/${path}`, body ? { body } : {});
  expect(await waitCompute(wire, started)).not.toHaveProperty("error");
  const [of = ""] = Object.values(paths).filter((one) => path.startsWith(one));
  return get(wire, of);
}

const describes: readonly Replay[] = Object.entries(paths).map(([command, path]) => ({
  row: `compute: ${command} describe`,
  play: async (wire) => expect(await get(wire, path)).toMatchObject({ id: expect.stringMatching(/^\d+$/) }),
}));

interface Lists {
  readonly command: string;
  /** One place's collection, and the scope and field of an answer over all places; a network has no such list. */
  readonly collection: string;
  readonly scope?: readonly [string, string];
  readonly name: string;
}

const listed: readonly Lists[] = [
  { command: "networks", collection: "global/networks", name: "my-vpc" },
  {
    command: "networks subnets",
    collection: `regions/${region}/subnetworks`,
    scope: [`regions/${region}`, "subnetworks"],
    name: "my-subnet",
  },
  { command: "addresses", collection: "global/addresses", scope: ["global", "addresses"], name: "my-iprange" },
  { command: "firewall-rules", collection: "global/firewalls", name: "allow-ssh" },
  {
    command: "instances",
    collection: `zones/${zone}/instances`,
    scope: [`zones/${zone}`, "instances"],
    name: "my-bastion",
  },
];

const everywhere = "includeAllScopes=True&maxResults=500&returnPartialSuccess=True";

/** In one place, and, where no place is named, in all of them. */
const lists: readonly Replay[] = listed.map(({ command, collection, scope, name }) => ({
  row: `compute: ${command} list`,
  source: "recorded",
  async play(wire) {
    const { body } = await wire.send(`GET ${base(wire)}/${collection}?maxResults=500`);
    expect(body.items).toMatchObject([{ name }]);
    if (!scope) return;
    const [place, field] = scope;
    const all = await wire.send(`GET ${base(wire)}/aggregated/${field}?${everywhere}`);
    expect(all.body.items).toMatchObject({ [place]: { [field]: [{ name }] } });
    const empty = place.startsWith("zones") ? "zones/us-central1-a" : "regions/us-central1";
    expect(all.body.items).toMatchObject({ [empty]: { warning: { code: "NO_RESULTS_ON_PAGE" } } });
  },
}));

const updates: readonly Replay[] = [
  {
    row: "compute: networks update",
    source: "recorded",
    async play(wire) {
      // gcloud prints the operation and leaves it alone; the wait here is for the look at what came of it.
      const changed = await change(wire, `PATCH ${network}`, { routingConfig: { routingMode: "GLOBAL" } });
      expect(changed).toMatchObject({ routingConfig: { routingMode: "GLOBAL" }, autoCreateSubnetworks: false });
    },
  },
  {
    row: "compute: networks subnets update",
    source: "recorded",
    async play(wire) {
      const body = { privateIpGoogleAccess: false };
      const closed = await change(wire, `POST ${subnet}/setPrivateIpGoogleAccess`, body);
      expect(closed).toMatchObject(body);
      const { fingerprint } = await get(wire, subnet);
      const logged = { fingerprint: String(fingerprint), logConfig: { enable: true } };
      expect(await change(wire, `PATCH ${subnet}`, logged)).toMatchObject({ logConfig: { enable: true }, ...body });
      const stale = await wire.send(`PATCH ${base(wire)}/${subnet}`, { body: logged });
      expect(stale).toMatchObject({ status: 412, body: { error: { errors: [{ reason: "conditionNotMet" }] } } });
    },
  },
  {
    row: "compute: addresses update",
    // The command is not GA: what it changes is the labels, by this method.
    source: "derived",
    async play(wire) {
      const { labelFingerprint } = await get(wire, address);
      const body = { labelFingerprint: String(labelFingerprint), labels: { team: "data" } };
      const changed = await change(wire, `POST ${address}/setLabels`, body);
      expect(changed).toMatchObject({ labels: { team: "data" }, prefixLength: 24 });
      expect(changed.labelFingerprint).not.toBe(labelFingerprint);
    },
  },
  {
    row: "compute: firewall-rules update",
    source: "recorded",
    async play(wire) {
      const { allowed: _allowed, direction, logConfig, name, network: of, priority } = await get(wire, rule);
      const kept = {
        direction: String(direction),
        logConfig: isJsonObject(logConfig) ? logConfig : {},
        name: String(name),
        network: String(of),
        priority: Number(priority),
      };
      const sourceRanges = ["10.0.0.0/8"];
      const allowed = ["22", "5432"].map((port) => ({ IPProtocol: "tcp", ports: [port] }));
      const changed = await change(wire, `PATCH ${rule}`, { ...kept, allowed, sourceRanges });
      expect(changed).toMatchObject({ ...kept, allowed, sourceRanges });
    },
  },
  {
    row: "compute: instances update",
    source: "recorded",
    async play(wire) {
      const { labelFingerprint } = await get(wire, bastion);
      const labels = { team: "data" };
      const body = { labelFingerprint: String(labelFingerprint), labels };
      expect(await change(wire, `POST ${bastion}/setLabels`, body)).toMatchObject({ labels });
      const protect = (value: string) =>
        change(wire, `POST ${bastion}/setDeletionProtection?deletionProtection=${value}`);
      expect(await protect("True")).toMatchObject({ deletionProtection: true, labels });
      const refused = await wire.send(`DELETE ${base(wire)}/${bastion}`);
      expect(refused.body.error).toMatchObject({ code: 400 });
      expect(await protect("False")).toMatchObject({ deletionProtection: false });
    },
  },
];

/** What is looked up and changed of the resources that the creates have made. */
export const computeCompanions: readonly Replay[] = [
  ...describes,
  ...lists,
  ...updates,
  ...policyReplays({
    family: "compute: networks subnets",
    role: "roles/compute.networkUser",
    read: (wire) => `GET ${base(wire)}/${subnet}/getIamPolicy`,
    write: (wire) => `${base(wire)}/${subnet}/setIamPolicy`,
    version: 1,
  }),
];

/** Deletes, of what uses another before what is used. */
export const computeDeletes: readonly Replay[] = Object.entries(paths)
  .toReversed()
  .map(([command, path]) => ({
    row: `compute: ${command} delete`,
    async play(wire) {
      const started = await wire.send(`DELETE ${base(wire)}/${path}`);
      expect(await waitCompute(wire, started)).not.toHaveProperty("error");
      expect(await wire.send(`GET ${base(wire)}/${path}`)).toMatchObject({ status: 404 });
    },
  }));
