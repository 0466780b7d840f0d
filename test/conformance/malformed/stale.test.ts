import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { isJsonObject, type Json, type JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { ended, operate } from "../../support/local-operation.ts";
import { compute, knative, location, project, region, type StaleCase, staleCases, template } from "./stale.ts";
import { put, subjectsOf } from "./subject.ts";

const model = loadModel();
/** A proof that nobody was given: base64, as some are bytes, and digits where it is a number. */
const madeUp = { text: "c3RhbGU=", number: "123456789" };
const network = `${project}/global/networks/stale`;
let local: LocalCloud;
let cases: readonly StaleCase[];

beforeAll(async () => {
  local = await startTestCloud();
  await makeNetwork();
  await makeSimple();
  const made = await makeRun();
  await local.cloud.clock.advance(600_000);
  cases = staleCases(made);
}, 120_000);
afterAll(() => local.stop());

/** Makes something that must come into being. */
async function make(target: string, body: JsonObject | string = {}): Promise<JsonObject> {
  const result = await operate(local, target, { body });
  expect({ target, error: result.error }).toEqual({ target, error: undefined });
  return result;
}

async function makeNetwork(): Promise<void> {
  const range = { purpose: "VPC_PEERING", addressType: "INTERNAL", prefixLength: 20, network };
  await make(`POST ${compute}/global/networks`, { name: "stale", autoCreateSubnetworks: false });
  await make(`POST ${compute}/global/addresses`, { name: "stale", ...range });
  await make(`POST ${compute}/regions/${region}/addresses`, { name: "stale", addressType: "EXTERNAL" });
  const subnetwork = { name: "stale", network, ipCidrRange: "10.9.0.0/24" };
  await make(`POST ${compute}/regions/${region}/subnetworks`, subnetwork);
  await make(`POST ${compute}/zones/${region}-a/instances`, {
    ...{ name: "stale", machineType: `zones/${region}-a/machineTypes/e2-micro` },
    networkInterfaces: [{ subnetwork: `${project}/regions/${region}/subnetworks/stale` }],
  });
  const connections = "servicenetworking.googleapis.com/v1/services/servicenetworking.googleapis.com/connections";
  const { projectNumber } = local.cloud.projects.ensure(testProject);
  const byNumber = network.replace(testProject, projectNumber);
  await make(`POST ${connections}`, { network: byNumber, reservedPeeringRanges: ["stale"] });
  await local.cloud.clock.advance(300_000);
  const clusters = `alloydb.googleapis.com/v1/${location}/clusters`;
  const body = { networkConfig: { network }, initialUser: { password: "s3cret-Password" } };
  await make(`POST ${clusters}?clusterId=stale`, body);
  const primary = { instanceType: "PRIMARY", availabilityType: "ZONAL", machineConfig: { cpuCount: 2 } };
  await make(`POST ${clusters}/stale/instances?instanceId=primary`, primary);
}

async function makeSimple(): Promise<void> {
  const secrets = `secretmanager.googleapis.com/v1/${project}/secrets`;
  await make(`POST ${secrets}?secretId=stale`, { replication: { automatic: {} } });
  await make(`POST ${secrets}/stale:addVersion`, { payload: { data: "eA==" } });
  await make(`POST iam.googleapis.com/v1/${project}/roles`, { roleId: "stale", role: { title: "new" } });
  await make(`POST iam.googleapis.com/v1/${project}/serviceAccounts`, { accountId: "present" });
  await make(`PUT pubsub.googleapis.com/v1/${project}/topics/stale`);
  await make(`PUT pubsub.googleapis.com/v1/${project}/subscriptions/stale`, { topic: `${project}/topics/stale` });
  const subscription = `${project}/subscriptions/stale`;
  await make(`PUT pubsub.googleapis.com/v1/${project}/snapshots/stale`, { subscription });
  const repositories = `artifactregistry.googleapis.com/v1/${location}/repositories`;
  await make(`POST ${repositories}?repositoryId=stale`, { format: "DOCKER" });
  const storage = "storage.googleapis.com";
  await make(`POST ${storage}/storage/v1/b?project=${testProject}`, { name: "stale-bucket", location: "US" });
  await make(`POST ${storage}/upload/storage/v1/b/stale-bucket/o?uploadType=media&name=source`, "content");
}

/** Services and jobs that fail for want of their image are there all the same. */
async function makeRun(): Promise<{ execution: string; revision: string }> {
  const run = `run.googleapis.com/v2/${location}`;
  await operate(local, `POST ${run}/services?serviceId=stale`, { body: { template } });
  const service = `${location}/services/stale`;
  const revision = String((await rest(local, `GET run.googleapis.com/v2/${service}`)).body.latestCreatedRevision);
  const slower = { template: { ...template, timeout: "60s" } };
  await operate(local, `PATCH run.googleapis.com/v2/${service}`, { body: slower });
  await operate(local, `POST ${run}/jobs?jobId=stale`, { body: { template: { template } } });
  const { metadata } = await operate(local, `POST ${run}/jobs/stale:run`, { body: {} });
  const apis = `${region}-run.googleapis.com/apis`;
  await make(`POST ${apis}/serving.knative.dev/v1/namespaces/${testProject}/services`, knative("Service"));
  await make(`POST ${apis}/run.googleapis.com/v1/namespaces/${testProject}/jobs`, knative("Job"));
  await local.cloud.clock.idle();
  return { execution: String((metadata as JsonObject).name), revision };
}

describe("methods that take an etag or a fingerprint", () => {
  it("are all in the table of this suite", () => {
    const takers = subjectsOf(local).flatMap(({ name, method }) => (isGuarded(name, method.request) ? [name] : []));
    const tried = new Set(cases.flatMap(({ methods }) => methods));
    expect([...new Set(takers)].filter((name) => !tried.has(name))).toEqual([]);
    expect([...tried].filter((name) => !takers.includes(name))).toEqual([]);
  });

  it("refuse what was read before the last change, and what nobody was given, until they are sent the latest", async () => {
    const endings: string[] = [];
    for (const one of cases) endings.push(...(await play(one)));
    expect(endings).toEqual([]);
  }, 240_000);
});

/** Whether a request carries proof of what its sender saw; a resource that is to be made has none. */
function isGuarded(method: string, request: string): boolean {
  if (/\.(?:Create\w*|Insert)$/.test(method)) return false;
  const fieldsOf = (type: string) => Object.entries(model.messages[type]?.fields ?? {});
  const fields = fieldsOf(request);
  const inside = fields.flatMap(([, { type }]) => fieldsOf(type));
  const metadata = inside.flatMap(([name, { type }]) => (name === "metadata" ? fieldsOf(type) : []));
  const has = (found: typeof fields, pattern: RegExp) => found.some(([name]) => pattern.test(name));
  const proof = /^(?:etag|fingerprint|labelFingerprint)$/;
  const conditions = /^if(?:Metag|G)enerationMatch$/;
  return has(fields, proof) || has(fields, conditions) || has(inside, proof) || has(metadata, /^resourceVersion$/);
}

/** What a case was answered with that it should not have been. */
async function play({ read, of, touch, send, body, at, refused, fresh = 200 }: StaleCase): Promise<string[]> {
  const wrong: string[] = [];
  // Cloud Storage takes one write a second to an object.
  await local.cloud.clock.advance(10_000);
  const former = await proofOf(read, of);
  if (touch) expect(await exchange(touch.send, touch.body)).toMatchObject({ status: 200 });
  const latest = await proofOf(read, of);
  if (latest === "" || (touch && latest === former))
    wrong.push(`${send}: ${read} tells no change by ${of} '${latest}'`);
  const invented = /^\d+$/.test(latest) && at.startsWith("?if") ? madeUp.number : madeUp.text;
  for (const proof of touch ? [former, invented] : [invented]) {
    const before = await rest(local, read);
    const { status, text } = await request(send, { body, at, proof });
    if (status !== refused) wrong.push(`${send} with stale ${at} ${proof}: ${status} ${text.slice(0, 200)}`);
    if ((await rest(local, read)).text !== before.text)
      wrong.push(`${send} with stale ${at} ${proof} changed something`);
  }
  const { status, text } = await request(send, { body, at, proof: latest });
  if (status !== fresh) wrong.push(`${send} with the latest ${at} ${latest}: ${status} ${text.slice(0, 200)}`);
  return wrong;
}

async function proofOf(read: string, of: string): Promise<string> {
  const { body } = await rest(local, read, read.startsWith("POST") ? { body: {} } : {});
  const found = of
    .split(".")
    .reduce<Json | undefined>((value, name) => (isJsonObject(value) ? value[name] : undefined), body);
  return String(found ?? "");
}

async function request(
  send: string,
  { body = {}, at, proof }: { readonly body?: JsonObject; readonly at: string; readonly proof: string },
): Promise<{ status: number; text: string }> {
  const separator = send.includes("?") ? "&" : "?";
  const target = at.startsWith("?") ? `${send}${separator}${at.slice(1)}=${encodeURIComponent(proof)}` : send;
  const sent: Record<string, Json> = { ...(body as Record<string, Json>) };
  if (!at.startsWith("?")) put(sent, at.split("."), proof);
  return await exchange(target, sent);
}

/** A call to the end of what it set off, however that ended. */
async function exchange(target: string, body: JsonObject = {}): Promise<{ status: number; text: string }> {
  const answer = await rest(local, target, /^(?:GET|DELETE) /.test(target) ? {} : { body });
  if (answer.status === 200) await ended(local, target, answer.body);
  await local.cloud.clock.idle();
  return { status: answer.status, text: answer.text };
}
