import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from "@jest/globals";
import pg from "pg";
import type { Policy } from "../../../local/access/access.ts";
import { createAlloyDb } from "../../../local/alloydb/alloydb.ts";
import { createCompute } from "../../../local/compute/compute.ts";
import { createIam } from "../../../local/iam/iam.ts";
import type { JsonObject } from "../../../local/json.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/main.ts";
import { createServiceNetworking } from "../../../local/servicenetworking/service-networking.ts";

jest.setTimeout(60_000);

const project = "proxy-project";
const location = `projects/${project}/locations/us-central1`;
const network = `projects/${project}/global/networks/vpc`;
const email = `runner@${project}.iam.gserviceaccount.com`;
const role = `runner@${project}.iam`;
const password = "a password";
const program = fileURLToPath(new URL("../../../local/auth-proxy/main.ts", import.meta.url));
const instanceOf = (cluster: string) => `${location}/clusters/${cluster}/instances/primary`;

let local: LocalCloud;
let running: ChildProcess[] = [];

beforeAll(async () => {
  local = await startLocalCloud({ project, apis: [createAlloyDb, createCompute, createIam, createServiceNetworking] });
  const { projects } = local.cloud;
  for (const service of ["alloydb", "compute", "servicenetworking", "iam"]) {
    projects.setUsable(project, `${service}.googleapis.com`, true);
  }
  await prepareNetwork();
  await send("iam.googleapis.com", `v1/projects/${project}/serviceAccounts`, { accountId: "runner" });
  await local.cloud.clock.advance(600_000);
  for (const cluster of ["one", "two"]) {
    const initialUser = { password };
    await operation("alloydb", `v1/${location}/clusters?clusterId=${cluster}`, { network, initialUser });
    const flags = { "alloydb.iam_authentication": "on" };
    const body = { instanceType: "PRIMARY", availabilityType: "ZONAL", databaseFlags: flags };
    await operation("alloydb", `v1/${location}/clusters/${cluster}/instances?instanceId=primary`, body);
  }
  await send("alloydb.googleapis.com", `v1/${location}/clusters/one/users?userId=${role}`, {
    userType: "ALLOYDB_IAM_USER",
  });
});

afterEach(async () => {
  for (const child of running) {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  running = [];
});

afterAll(() => local.stop());

async function send(host: string, path: string, body?: object): Promise<JsonObject> {
  const response = await fetch(`${local.url}/${host}/${path}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: "Bearer owner", "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const answer = (await response.json()) as JsonObject;
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

async function operation(service: string, path: string, body: object): Promise<void> {
  const host = `${service}.googleapis.com`;
  const { name } = await send(host, path, body);
  const { clock, operations } = local.cloud;
  using hold = clock.hold();
  const { error } = await operations.wait(host, String(name), 60_000, hold);
  if (error) throw new Error(error.message);
}

async function prepareNetwork(): Promise<void> {
  const path = `compute/v1/projects/${project}/global`;
  const range = {
    name: "range",
    purpose: "VPC_PEERING",
    addressType: "INTERNAL",
    address: "10.9.0.0",
    prefixLength: 16,
  };
  for (const [kind, body] of [
    ["networks", { name: "vpc", autoCreateSubnetworks: false }],
    ["addresses", { ...range, network }],
  ] as const) {
    const { name } = await send("compute.googleapis.com", `${path}/${kind}`, body);
    await send("compute.googleapis.com", `${path}/operations/${String(name)}/wait`, {});
  }
  const number = local.cloud.projects.find(project)?.projectNumber;
  const connection = { network: `projects/${number}/global/networks/vpc`, reservedPeeringRanges: ["range"] };
  await operation("servicenetworking", "v1/services/servicenetworking.googleapis.com/connections", connection);
  await local.cloud.clock.advance(600_000);
}

async function grant(...roles: string[]): Promise<void> {
  const { access, clock } = local.cloud;
  const resource = `//cloudresourcemanager.googleapis.com/projects/${project}`;
  const bindings = roles.map((name) => ({ role: name, members: [`serviceAccount:${email}`] }));
  const policy: Policy = { ...access.getPolicy(resource), bindings };
  access.setPolicy(resource, policy);
  await clock.advance(3600_000);
}

interface Proxy {
  readonly address: string;
  printed(text: string): Promise<void>;
}

/** A proxy in a workload of the service account, which has nothing but its environment. */
async function startProxy(args: readonly string[], inNetwork: string | undefined = network): Promise<Proxy> {
  const { cloud } = local;
  const address = cloud.fabric.allocate("proxy");
  const workload = { name: `workload-${address}`, address, network: inNetwork };
  cloud.fabric.register(workload);
  const metadata = await cloud.listenMetadata({ workload, project, region: "us-central1", serviceAccount: email });
  const env = { ...cloud.environment({ metadataHost: metadata.host, project }) };
  const child = spawn(process.execPath, [program, `--address=${address}`, "--lazy-refresh", ...args], { env });
  running.push(child);
  let output = "";
  const { stdout, stderr } = child;
  return {
    address,
    async printed(text) {
      for (const stream of [stdout, stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
      while (!output.includes(text)) {
        if (child.exitCode !== null) throw new Error(`the proxy ended: ${output}`);
        await Promise.race([once(stdout, "data"), once(stderr, "data"), once(child, "exit")]);
      }
    },
  };
}

const ready = "ready for new connections";

async function identity({ address }: Proxy, options: pg.ClientConfig): Promise<unknown> {
  const client = new pg.Client({ host: address, database: "postgres", ...options });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query("SELECT current_user AS me, inet_server_addr()::text AS server")).rows[0];
  } finally {
    await client.end();
  }
}

describe("the Auth Proxy's stand-in with the local cloud", () => {
  it("reaches two instances at once with the workload's own credentials", async () => {
    await grant("roles/alloydb.client");
    const proxy = await startProxy([instanceOf("one"), instanceOf("two")]);
    await proxy.printed(ready);
    const login = { user: "postgres", password };
    const [one, two] = await Promise.all([identity(proxy, login), identity(proxy, { ...login, port: 5433 })]);
    expect([one, two]).toMatchObject([{ me: "postgres" }, { me: "postgres" }]);
    expect(one).not.toEqual(two);
  });

  it("logs the service account in as its own database user, once it may", async () => {
    await grant("roles/alloydb.client");
    const proxy = await startProxy([instanceOf("one"), "--auto-iam-authn"]);
    await proxy.printed(ready);
    await expect(identity(proxy, { user: role })).rejects.toThrow();
    await proxy.printed("Possibly missing permission alloydb.users.login");
    await grant("roles/alloydb.client", "roles/alloydb.databaseUser");
    expect(await identity(proxy, { user: role })).toMatchObject({ me: role });
    await expect(identity(proxy, { user: "postgres", password })).rejects.toMatchObject({ code: "28000" });
  });

  it("prints what the API says when the service account may not connect", async () => {
    await grant("roles/alloydb.viewer");
    const proxy = await startProxy([instanceOf("one")]);
    await proxy.printed(ready);
    await expect(identity(proxy, { user: "postgres", password })).rejects.toThrow();
    await proxy.printed("alloydb.");
  });

  it("reaches nothing from a workload outside the network", async () => {
    await grant("roles/alloydb.client");
    const proxy = await startProxy([instanceOf("one")], "projects/other/global/networks/other");
    await proxy.printed(ready);
    await expect(identity(proxy, { user: "postgres", password })).rejects.toThrow();
    await proxy.printed("ECONNREFUSED");
  });
});
