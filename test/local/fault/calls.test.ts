import { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { credentials } from "@grpc/grpc-js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import { owner } from "../../../local/access/principal.ts";
import { createCompute } from "../../../local/compute/compute.ts";
import { createIam } from "../../../local/iam/iam.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createSecretManager } from "../../../local/secretmanager/secret-manager.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import { errorOf, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

const parent = `projects/${testProject}`;
const secrets = `secretmanager.googleapis.com/v1/${parent}/secrets`;
const networks = `compute.googleapis.com/compute/v1/${parent}/global/networks`;
const service = "google.cloud.secretmanager.v1.SecretManagerService";
const secret = { replication: { automatic: {} } };
const asOwner = { otherArgs: { headers: { authorization: "Bearer owner" } }, maxRetries: 0 };
let local: LocalCloud;
let client: SecretManagerServiceClient;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createSecretManager, createCompute, createIam, createStorage] });
  client = new SecretManagerServiceClient({
    apiEndpoint: "127.0.0.1",
    port: local.port,
    sslCreds: credentials.createInsecure(),
    authClient: new PassThroughClient(),
  });
}, 60_000);
afterEach(() => local.faults.clear());
afterAll(async () => {
  await client.close();
  await local.stop();
});

const create = (secretId: string) => rest(local, `POST ${secrets}?secretId=${secretId}`, { body: secret });
const get = (secretId: string) => rest(local, `GET ${secrets}/${secretId}`);
const createByGrpc = (secretId: string) => client.createSecret({ parent, secretId, secret }, asOwner);
const lastEntry = () => local.journal.list().at(-1);

describe("an error", () => {
  it("is a body in the API's own shape over REST, and the change is not made", async () => {
    const { id } = local.faults.add({
      on: "call",
      match: `${service}.CreateSecret`,
      effect: { kind: "error", code: "UNAVAILABLE" },
    });
    const answer = await create("refused");
    expect(answer.status).toBe(503);
    expect(errorOf(answer)).toEqual({
      code: 503,
      message: "The service is currently unavailable.",
      status: "UNAVAILABLE",
    });
    expect(lastEntry()).toMatchObject({ code: "UNAVAILABLE", fault: id, resource: `${parent}/secrets/refused` });
    expect((await get("refused")).status).toBe(404);
  });

  it.each([
    ["compute", networks, { errors: [{ reason: "rateLimitExceeded" }], status: "RESOURCE_EXHAUSTED" }],
    ["iam", `iam.googleapis.com/v1/${parent}/serviceAccounts`, { errors: [{}], status: "RESOURCE_EXHAUSTED" }],
    ["storage", `storage.googleapis.com/storage/v1/b?project=${testProject}`, { errors: [{ domain: "global" }] }],
  ])("has the envelope of %s there", async (_, address, shape) => {
    local.faults.load({ faults: [{ on: "call", match: "*", effect: { kind: "error", code: 429 } }] });
    const answer = await rest(local, `GET ${address}`);
    expect(answer.status).toBe(429);
    expect(errorOf(answer)).toMatchObject({ code: 429, ...shape });
  });

  it("is a status with details for the official client over gRPC", async () => {
    local.faults.add({
      on: "call",
      match: "secretmanager.googleapis.com",
      effect: { kind: "error", code: "UNAVAILABLE", message: "away", details: [retryInfo] },
    });
    const error = await createByGrpc("by-grpc").catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 14, details: "away", statusDetails: [{ retryDelay: { nanos: 500_000_000 } }] });
  });

  it("meets calls made inside the process, but not what the local cloud does for itself", async () => {
    local.faults.add({ on: "call", match: "*.GetSecret", effect: { kind: "error", code: "INTERNAL" } });
    const name = `${parent}/secrets/nobody`;
    await expect(local.cloud.call(`${service}.GetSecret`, { name }, owner)).rejects.toMatchObject({ code: "INTERNAL" });
    const system = { kind: "system", email: "agent@example.com" } as const;
    await expect(local.cloud.call(`${service}.GetSecret`, { name }, system)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  it("meets up- and downloads once, by verb and path", async () => {
    await rest(local, `POST storage.googleapis.com/storage/v1/b?project=${testProject}`, { body: { name: "faulty" } });
    const fault = local.faults.add({
      on: "call",
      match: "POST /upload/*",
      when: { nth: 1 },
      effect: { kind: "error", code: "UNAVAILABLE" },
    });
    const upload = () =>
      rest(local, "POST storage.googleapis.com/upload/storage/v1/b/faulty/o?uploadType=media&name=o", { body: {} });
    expect((await upload()).status).toBe(503);
    expect((await upload()).status).toBe(200);
    local.faults.add({ on: "call", match: "*Objects.Get", effect: { kind: "error", code: "INTERNAL" } });
    const object = "GET storage.googleapis.com/storage/v1/b/faulty/o/o";
    expect((await rest(local, `${object}?alt=media`)).status).toBe(200);
    expect((await rest(local, object)).status).toBe(500);
    expect(local.faults.uses()[0]).toEqual({ id: fault.id, matched: 2, applied: 1 });
  });

  const retryInfo = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "7.5s" };
});

describe("a closed connection", () => {
  it("loses the request before its effect", async () => {
    local.faults.add({ on: "call", match: "*.CreateSecret", when: { times: 1 }, effect: { kind: "close" } });
    await expect(create("lost-before")).rejects.toThrow();
    expect((await create("lost-before")).status).toBe(200);
  });

  it("loses the answer after the effect, so that a retry finds what it made", async () => {
    local.faults.add({
      on: "call",
      match: "*.CreateSecret",
      when: { times: 1 },
      effect: { kind: "close", after: true },
    });
    await expect(create("lost-after")).rejects.toThrow();
    expect(errorOf(await create("lost-after"))).toMatchObject({ status: "ALREADY_EXISTS" });
  });

  it("breaks the official client's channel, which is mended by the next call", async () => {
    local.faults.add({
      on: "call",
      match: "*.CreateSecret",
      when: { times: 1 },
      effect: { kind: "close", after: true },
    });
    await expect(createByGrpc("lost-by-grpc")).rejects.toMatchObject({ code: 14 });
    await expect(createByGrpc("lost-by-grpc")).rejects.toMatchObject({ code: 6 });
  });
});

describe("a timeout", () => {
  it("answers nothing until the caller gives up", async () => {
    local.faults.add({ on: "call", match: "*.GetSecret", effect: { kind: "timeout" } });
    const gaveUp = new AbortController();
    const asked = fetch(`${local.url}/${secrets}/silent`, {
      headers: { authorization: "Bearer owner" },
      signal: gaveUp.signal,
    });
    while (local.faults.uses()[0]?.applied === 0) await new Promise((resolve) => setImmediate(resolve));
    await local.cloud.clock.advance(3_600_000);
    gaveUp.abort();
    await expect(asked).rejects.toThrow("aborted");
  });

  it("keeps to the official client's deadline", async () => {
    local.faults.add({ on: "call", match: "*.GetSecret", effect: { kind: "timeout" } });
    const asked = client.getSecret({ name: `${parent}/secrets/silent` }, { ...asOwner, timeout: 50 });
    await expect(asked).rejects.toMatchObject({ code: 4 });
  });

  it("ends in 504 when its own deadline has passed on the clock", async () => {
    local.faults.add({ on: "call", match: "*.GetSecret", effect: { kind: "timeout", seconds: 900 } });
    const before = local.cloud.clock.now();
    expect((await get("slow")).status).toBe(504);
    expect(local.cloud.clock.now() - before).toBeGreaterThanOrEqual(900_000);
  });
});

describe("a slow call", () => {
  it("is answered so many seconds of the clock later", async () => {
    local.faults.add({ on: "call", match: "*.GetSecret", effect: { kind: "slow", seconds: 40 } });
    const before = local.cloud.clock.now();
    expect((await get("none")).status).toBe(404);
    expect(local.cloud.clock.now() - before).toBeGreaterThanOrEqual(40_000);
  });
});

describe("the time of a fault", () => {
  const unavailable = { kind: "error", code: "UNAVAILABLE" } as const;
  const statuses = async (count: number) => {
    const found: number[] = [];
    for (let index = 0; index < count; index += 1) found.push((await get("timed")).status);
    return found;
  };

  it("is the n-th call", async () => {
    local.faults.add({ on: "call", match: "*.GetSecret", when: { nth: 3 }, effect: unavailable });
    expect(await statuses(5)).toEqual([404, 404, 503, 404, 404]);
  });

  it("is so many times", async () => {
    local.faults.add({ on: "call", match: "*.GetSecret", when: { times: 2 }, effect: unavailable });
    expect(await statuses(4)).toEqual([503, 503, 404, 404]);
  });

  it("is a window on the clock", async () => {
    const when = { fromSeconds: 60, untilSeconds: 120 };
    local.faults.add({ on: "call", match: "*.GetSecret", when, effect: unavailable });
    expect(await statuses(1)).toEqual([404]);
    await local.cloud.clock.advance(61_000);
    expect(await statuses(2)).toEqual([503, 503]);
    await local.cloud.clock.advance(60_000);
    expect(await statuses(1)).toEqual([404]);
  });

  it("is for one caller and one resource", async () => {
    const on = { on: "call", match: "*.GetSecret", effect: unavailable } as const;
    local.faults.add({ ...on, caller: "someone@*" });
    local.faults.add({ ...on, resource: "*/secrets/other" });
    expect(await statuses(1)).toEqual([404]);
    expect((await get("other")).status).toBe(503);
  });

  it("is the turn of the first fault planned, while the others count as well", async () => {
    local.faults.add({ id: "first", on: "call", match: "*.GetSecret", when: { times: 1 }, effect: unavailable });
    local.faults.add({ id: "second", on: "call", match: "*.GetSecret", effect: { kind: "error", code: "ABORTED" } });
    expect(await statuses(2)).toEqual([503, 409]);
    expect(local.faults.uses()).toEqual([
      { id: "first", matched: 2, applied: 1 },
      { id: "second", matched: 2, applied: 1 },
    ]);
  });
});
