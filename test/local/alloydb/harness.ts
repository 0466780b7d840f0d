import { createAlloyDb } from "../../../local/alloydb/alloydb.ts";
import { createCompute } from "../../../local/compute/compute.ts";
import { createIam } from "../../../local/iam/iam.ts";
import type { JsonObject } from "../../../local/json.ts";
import { type LocalCloud, startLocalCloud } from "../../../local/main.ts";
import { createServiceNetworking } from "../../../local/servicenetworking/service-networking.ts";

export const project = "test-project";
export const location = `projects/${project}/locations/asia-northeast1`;
export const network = `projects/${project}/global/networks/my-vpc`;
/** The cluster and the primary instance that a test file starts with. */
export const main = `${location}/clusters/main`;
export const primary = `${main}/instances/primary`;
/** Of the user postgres. */
export const password = "s3cret-Password";
export const clusterBody = { networkConfig: { network }, initialUser: { password } };
export const primaryBody = { instanceType: "PRIMARY", availabilityType: "ZONAL", machineConfig: { cpuCount: 2 } };

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject & { readonly error?: { readonly status: string; readonly message: string } };
}

/** A request beside its method and path. */
export interface RequestOptions {
  readonly host?: string;
  readonly token?: string;
}

let running: LocalCloud | undefined;

/** The local cloud of this test file. */
export function localCloud(): LocalCloud {
  if (!running) throw new Error("the local cloud is not started");
  return running;
}

/** Starts a local cloud with a connected network, and in it a cluster with its primary unless there are to be none. */
export async function startCloud({ withPrimary = true }: { readonly withPrimary?: boolean } = {}): Promise<void> {
  const apis = [createAlloyDb, createCompute, createIam, createServiceNetworking];
  running = await startLocalCloud({ project, apis, seed: "alloydb" });
  for (const service of ["alloydb", "compute", "servicenetworking", "iam"]) {
    running.cloud.projects.setUsable(project, `${service}.googleapis.com`, true);
  }
  await makeNetwork("my-vpc", "192.168.200.0", 24);
  if (!withPrimary) return;
  await done(await post(`v1/${location}/clusters?clusterId=main`, clusterBody));
  await done(await post(`v1/${main}/instances?instanceId=primary`, primaryBody));
}

/** Ends the local cloud of this test file. */
export async function stopCloud(): Promise<void> {
  await running?.stop();
}

/** Sends a request as the owner, to AlloyDB, unless told otherwise. */
export async function send(
  method: string,
  path: string,
  { body, host = "alloydb.googleapis.com", token = "owner" }: RequestOptions & { readonly body?: object } = {},
): Promise<Answer> {
  const response = await fetch(`${localCloud().url}/${host}/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}

/** The body of a GET. */
export async function get(path: string, options: RequestOptions = {}): Promise<Answer["body"]> {
  return (await send("GET", path, options)).body;
}

/** The answer of a POST. */
export function post(path: string, body: object = {}, options: RequestOptions = {}): Promise<Answer> {
  return send("POST", path, { ...options, body });
}

/** Waits for the end of an operation, to which the clock jumps, and reads it. */
export async function ended(
  { status, body }: Answer,
  host = "alloydb.googleapis.com",
): Promise<JsonObject & { readonly error?: { readonly message: string } }> {
  if (status !== 200) throw new Error(JSON.stringify(body));
  const { clock, operations } = localCloud().cloud;
  using hold = clock.hold();
  await operations.wait(host, String(body.name), 60_000, hold);
  return (await get(`v1/${String(body.name)}`, { host })) as JsonObject;
}

/** The response of an operation that ends well. */
export async function done(answer: Answer, host?: string): Promise<JsonObject> {
  const { error, response } = await ended(answer, host);
  if (error) throw new Error(JSON.stringify(error));
  return response as JsonObject;
}

/** Runs SQL through the API, as postgres on the primary unless told otherwise. */
export async function sql(sqlStatement: string, login: object = {}, instance = primary): Promise<JsonObject> {
  const settled = { database: "postgres", user: "postgres", password };
  return (await post(`v1/${instance}:executeSql`, { ...settled, sqlStatement, ...login })).body;
}

/** Makes a network, with a private services connection when a range is given. */
export async function makeNetwork(name: string, address?: string, prefixLength?: number): Promise<void> {
  await compute("networks", { name, autoCreateSubnetworks: false });
  if (!address) return;
  const path = `projects/${project}/global/networks/${name}`;
  const kind = { purpose: "VPC_PEERING", addressType: "INTERNAL" };
  const range = { name: `${name}-range`, ...kind, address, prefixLength, network: path };
  await compute("addresses", range);
  const host = "servicenetworking.googleapis.com";
  const number = localCloud().cloud.projects.find(project)?.projectNumber;
  const body = { network: `projects/${number}/global/networks/${name}`, reservedPeeringRanges: [range.name] };
  await done(await post(`v1/services/${host}/connections`, body, { host }), host);
  await localCloud().cloud.clock.advance(300_000);
}

async function compute(path: string, body: object): Promise<void> {
  const host = "compute.googleapis.com";
  const answer = await post(`compute/v1/projects/${project}/global/${path}`, body, { host });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  await send("POST", `compute/v1/projects/${project}/global/operations/${String(answer.body.name)}/wait`, { host });
}
