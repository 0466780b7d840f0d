import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import { createFunctions } from "../../../local/functions/functions.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import { type Fixture, project, runner, startFixture } from "../run/fixture.ts";

const parent = `projects/${project}/locations/asia-northeast1`;
const root = `cloudfunctions.googleapis.com/v2/${parent}`;
const address = `https://asia-northeast1-${project}.cloudfunctions.net`;
let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture([createFunctions, createStorage]);
});

afterAll(() => fixture.stop());

const index = (body: string) => `const { http } = require("@google-cloud/functions-framework"); ${body}`;
const manifest = (dependencies: object) => JSON.stringify({ main: "index.js", dependencies });
const declared = manifest({ "@google-cloud/functions-framework": "^5.0.0" });
const hello = index(
  'http("hello", (request, response) => response.send("hello " + request.path + " " + process.env.NODE_ENV));',
);

async function upload(files: Readonly<Record<string, string>>): Promise<object> {
  const { body } = await fixture.call("POST", `${root}/functions:generateUploadUrl`, {});
  const { uploadUrl, storageSource } = body as { uploadUrl: string; storageSource: object };
  const zip = zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));
  const put = {
    method: "PUT",
    url: new URL(uploadUrl),
    headers: { "content-type": "application/zip" },
    body: Buffer.from(zip),
  };
  expect((await fixture.local.cloud.fetch(put)).status).toBe(200);
  return storageSource;
}

async function toFunction(files: Readonly<Record<string, string>>, more: object = {}): Promise<object> {
  return {
    buildConfig: { runtime: "nodejs24", entryPoint: "hello", source: { storageSource: await upload(files) } },
    serviceConfig: { serviceAccountEmail: runner, ...more },
    environment: "GEN_2",
  };
}

async function get(url: string, token = "owner"): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const { status, body } = await fixture.local.cloud.fetch({
    method: "GET",
    url: new URL(url),
    headers,
    body: Buffer.alloc(0),
  });
  return `${status} ${body}`;
}

describe("CreateFunction", () => {
  it("builds, starts and serves an uploaded function under both of its addresses", async () => {
    const operation = await fixture.operate(
      "POST",
      `${root}/functions?functionId=hello`,
      await toFunction({ "index.js": hello, "package.json": declared }),
    );
    expect(operation).toMatchObject({
      metadata: {
        "@type": "type.googleapis.com/google.cloud.functions.v2.OperationMetadata",
        operationType: "CREATE_FUNCTION",
        stages: [
          { name: "BUILD", state: "COMPLETE" },
          { name: "SERVICE", state: "COMPLETE" },
        ],
      },
      response: {
        state: "ACTIVE",
        url: `${address}/hello`,
        serviceConfig: { service: `${parent}/services/hello`, timeoutSeconds: 60, maxInstanceRequestConcurrency: 1 },
      },
    });
    const { serviceConfig } = operation.response as { serviceConfig: { uri: string } };
    expect(await get(`${address}/hello`)).toBe("200 hello / production");
    expect(await get(`${address}/hello/deeper?x=1`)).toBe("200 hello /deeper production");
    expect(await get(serviceConfig.uri)).toBe("200 hello / production");
    expect(
      (await fixture.call("POST", `${root}/functions?functionId=hello`, await toFunction({ "index.js": hello })))
        .status,
    ).toBe(409);
  });

  it("lets in whoever may invoke the service with a token for the function, and hands the token on unsigned", async () => {
    const echo = index('http("hello", (request, response) => response.send(request.headers.authorization));');
    await fixture.operate(
      "POST",
      `${root}/functions?functionId=guarded`,
      await toFunction({ "index.js": echo, "package.json": declared }),
    );
    const { tokens, clock } = fixture.local.cloud;
    const identity = { principal: { kind: "serviceAccount", email: runner, uniqueId: "1" } } as const;
    const token = (audience: string) => tokens.idToken(identity, audience);
    expect(await get(`${address}/guarded`, token(`${address}/guarded`))).toMatch(/^403 /);
    const bindings = [{ role: "roles/run.invoker", members: [`serviceAccount:${runner}`] }];
    await fixture.call("POST", `run.googleapis.com/v2/${parent}/services/guarded:setIamPolicy`, {
      policy: { bindings },
    });
    await clock.advance(600_000);
    expect(await get(`${address}/guarded`, token(`${address}/guarded`))).toMatch(
      /^200 Bearer [\w-]+\.[\w-]+\.SIGNATURE_REMOVED_BY_GOOGLE$/,
    );
    expect(await get(`${address}/guarded`, token("https://other.example.com"))).toMatch(/^401 /);
    const service = await fixture.call("GET", `run.googleapis.com/v2/${parent}/services/guarded`);
    for (const url of service.body.urls as string[]) {
      expect(await get(`${address}/guarded`, token(url))).toMatch(/^200 /);
      expect(await get(url, token(`${address}/guarded`))).toMatch(/^200 /);
    }
    // The audience of people who signed in to gcloud counts for people alone.
    const signIn = "32555940559.apps.googleusercontent.com";
    expect(await get(`${address}/guarded`, token(signIn))).toMatch(/^401 /);
    const person = { principal: { kind: "user", email: "jane@example.com" } } as const;
    expect(await get(`${address}/guarded`, tokens.idToken(person, signIn))).toMatch(/^403 /);
    expect(await get(`${address}/guarded`, "user:somebody@example.com")).toMatch(/^403 /);
  });

  it.each([
    [
      "imports a package it did not declare",
      { "index.js": `require("pg"); ${hello}`, "package.json": declared },
      "Container Healthcheck failed",
    ],
    ["has a syntax error", { "index.js": `${hello} }{`, "package.json": declared }, "Container Healthcheck failed"],
    [
      "lacks its entry point",
      { "index.js": index('http("other", () => 0);'), "package.json": declared },
      "Container Healthcheck failed",
    ],
    [
      "declares a package that is not to be had",
      { "index.js": hello, "package.json": manifest({ "left-pad": "1.0.0" }) },
      "Build failed with status: FAILURE and message: npm could not install left-pad@1.0.0",
    ],
    ["has no file to load", { "main.py": "" }, "Build failed with status: FAILURE and message: the source has none of"],
  ])("stays FAILED when the source %s, and is repaired by a PATCH", async (title, files, message) => {
    const id = `bad-${title.length}`;
    const failed = await fixture.operate("POST", `${root}/functions?functionId=${id}`, await toFunction(files));
    expect(failed.error?.message).toContain(message);
    expect((await fixture.call("GET", `${root}/functions/${id}`)).body).toMatchObject({
      state: "FAILED",
      stateMessages: [{ severity: "ERROR" }],
    });
    const good = await toFunction({ "index.js": hello, "package.json": declared });
    const repaired = await fixture.operate("PATCH", `${root}/functions/${id}?updateMask=buildConfig`, good);
    expect(repaired.response).toMatchObject({ state: "ACTIVE" });
    expect(await get(`${address}/${id}`)).toBe("200 hello / production");
  });

  it("refuses runtimes, triggers and names that cannot be", async () => {
    const base = await toFunction({ "index.js": hello });
    const create = (id: string, body: object) => fixture.call("POST", `${root}/functions?functionId=${id}`, body);
    expect((await create("Bad_Name", base)).status).toBe(400);
    expect(
      (await create("old", { ...base, buildConfig: { runtime: "python312", entryPoint: "hello" } })).body.error
        ?.message,
    ).toContain("invalid runtime");
    expect(
      (await create("event", { ...base, eventTrigger: { eventType: "google.cloud.storage.object.v1.finalized" } }))
        .status,
    ).toBe(501);
  });
});

describe("DeleteFunction", () => {
  it("takes the service and the address away", async () => {
    await fixture.operate(
      "POST",
      `${root}/functions?functionId=brief`,
      await toFunction({ "index.js": hello, "package.json": declared }),
    );
    await fixture.operate("DELETE", `${root}/functions/brief`);
    expect((await fixture.call("GET", `${root}/functions/brief`)).status).toBe(404);
    expect((await fixture.call("GET", `run.googleapis.com/v2/${parent}/services/brief`)).status).toBe(404);
    expect(await get(`${address}/brief`)).toMatch(/^404 /);
  });
});
