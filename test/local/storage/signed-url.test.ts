import { createHash, sign as signBytes } from "node:crypto";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createFunctions } from "../../../local/functions/functions.ts";
import { createIam } from "../../../local/iam/iam.ts";
import { createIamCredentials } from "../../../local/iamcredentials/iam-credentials.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import { type RestCall, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

const email = `signer@${testProject}.iam.gserviceaccount.com`;
const account = `projects/${testProject}/serviceAccounts/${email}`;
const bucket = "signed-bucket";
let local: LocalCloud;
let keyName: string;
let storage: Storage;
let privateKey: string;

beforeAll(async () => {
  local = await startTestCloud({ apis: [createStorage, createIam, createIamCredentials, createFunctions] });
  await rest(local, `POST iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`, {
    body: { accountId: "signer" },
  });
  await local.cloud.clock.advance(120_000);
  await rest(local, `POST storage.googleapis.com/storage/v1/b?project=${testProject}`, { body: { name: bucket } });
  local.cloud.access.setPolicy(`//storage.googleapis.com/projects/_/buckets/${bucket}`, {
    bindings: [{ role: "roles/storage.objectUser", members: [`serviceAccount:${email}`] }],
  });
  await local.cloud.clock.advance(600_000);
  const { body } = await rest(local, `POST iam.googleapis.com/v1/${account}/keys`, { body: {} });
  keyName = String(body.name);
  const file = JSON.parse(Buffer.from(String(body.privateKeyData), "base64").toString());
  privateKey = file.private_key;
  storage = new Storage({ projectId: testProject, credentials: file });
}, 60_000);
afterAll(() => local.stop());

const minute = 60_000;
type Sign = Parameters<ReturnType<ReturnType<Storage["bucket"]>["file"]>["getSignedUrl"]>[0];

const sign = async (name: string, config: Partial<Sign> = {}, from = storage, inBucket = bucket) => {
  const wanted: Sign = { version: "v4", action: "read", expires: Date.now() + 10 * minute, ...config };
  const [url] = await from.bucket(inBucket).file(name).getSignedUrl(wanted);
  return url;
};

interface ByHand {
  readonly time: number;
  readonly seconds: number;
  readonly by?: (text: string) => Promise<Buffer>;
}

/** A URL of version 4 as the reference says that it is made, for reading. */
async function signByHand(name: string, { time, seconds, by }: ByHand): Promise<string> {
  const date = new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
  const parameters = {
    "X-Goog-Algorithm": "GOOG4-RSA-SHA256",
    "X-Goog-Credential": `${email}/${scope}`,
    "X-Goog-Date": date,
    "X-Goog-Expires": String(seconds),
    "X-Goog-SignedHeaders": "host",
  };
  const query = Object.entries(parameters).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  const path = `/${bucket}/${name}`;
  const lines = ["GET", path, query.join("&"), "host:storage.googleapis.com", "", "host", "UNSIGNED-PAYLOAD"];
  const digest = createHash("sha256").update(lines.join("\n")).digest("hex");
  const text = ["GOOG4-RSA-SHA256", date, scope, digest].join("\n");
  const signature = by ? await by(text) : signBytes("RSA-SHA256", Buffer.from(text), privateKey);
  return `https://storage.googleapis.com${path}?${query.join("&")}&X-Goog-Signature=${signature.toString("hex")}`;
}

const visit = (verb: string, url: string, call: RestCall = {}) =>
  rest(local, `${verb} ${url.replace("https://", "")}`, { as: "", headers: { "content-type": "" }, ...call });
const put = (url: string, body: string, type = "text/plain") =>
  visit("PUT", url, { body, headers: { "content-type": type } });

describe.each(["v4", "v2"] as const)("a signed URL of %s", (version) => {
  const name = `dir/${version} (1)!.txt`;
  const contentType = "text/plain";

  it("does what it was signed for, in the name of the account", async () => {
    const written = await put(await sign(name, { version, action: "write", contentType }), "hello");
    expect(written.text).toBe("");
    expect(written.status).toBe(200);
    const read = await visit("GET", await sign(name, { version }));
    expect([read.status, read.text]).toEqual([200, "hello"]);
  });

  it.each([
    ["another object", (url: string) => url.replace(version, "other")],
    [
      "a longer time",
      (url: string) => url.replace(/(Expires=)\d+/, "$14102444800").replace(/(X-Goog-Expires=)\d+/, "$1600000"),
    ],
    ["another account", (url: string) => url.replace("signer", "nobody")],
    ["another signature", (url: string) => url.replace(/(Signature=)../, "$1ab")],
  ])("is refused for %s", async (_, tamper) => {
    const answer = await visit("GET", tamper(await sign(name, { version })));
    expect(answer.status).toBe(403);
    expect(answer.headers.get("content-type")).toMatch(/^application\/xml/);
    expect(answer.text).toMatch(/<Error><Code>SignatureDoesNotMatch<\/Code>.*<StringToSign>/s);
  });

  it("is refused for another method and another type of content", async () => {
    const url = await sign(name, { version });
    expect((await visit("DELETE", url)).text).toContain("SignatureDoesNotMatch");
    const upload = await sign(name, { version, action: "write", contentType });
    expect((await put(upload, "x", "text/html")).text).toContain("SignatureDoesNotMatch");
  });

  it("is refused when the account itself may not", async () => {
    await rest(local, `POST storage.googleapis.com/storage/v1/b?project=${testProject}`, {
      body: { name: "other-bucket" },
    });
    const answer = await visit("GET", await sign("x", { version }, storage, "other-bucket"));
    expect(answer.status).toBe(403);
    expect(answer.text).toMatch(/<Code>AccessDenied<\/Code>.*storage\.objects\.get/s);
  });
});

describe("a signed URL", () => {
  it("of version 4 is over when its time is", async () => {
    const ended = await signByHand("x", { time: Date.now() - 10 * minute, seconds: 60 });
    const answer = await visit("GET", ended);
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/<Code>ExpiredToken<\/Code>.*Request signature expired at: \d{4}-.*\+00:00/s);
  });

  it("names what is not there", async () => {
    const answer = await visit("GET", await sign("absent"));
    expect([answer.status, answer.text]).toEqual([404, expect.stringContaining("<Code>NoSuchKey</Code>")]);
  });

  it("can have headers of its own, and delete", async () => {
    await put(await sign("page", { action: "write", contentType: "text/plain" }), "page");
    const read = await visit("GET", await sign("page", { responseDisposition: "attachment" }));
    expect(read.headers.get("content-disposition")).toBe("attachment");
    expect((await visit("DELETE", await sign("page", { action: "delete" }))).status).toBe(204);
    expect((await visit("GET", await sign("page"))).status).toBe(404);
  });

  it("may be signed by the key that Google manages, through signBlob", async () => {
    await put(await sign("one", { action: "write", contentType: "text/plain" }), "one");
    const managed = async (text: string) => {
      const payload = Buffer.from(text).toString("base64");
      const address = `iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${email}:signBlob`;
      const { body } = await rest(local, `POST ${address}`, { body: { payload } });
      return Buffer.from(String(body.signedBlob), "base64");
    };
    const url = await signByHand("one", { time: Date.now(), seconds: 60, by: managed });
    expect((await visit("GET", url)).text).toBe("one");
  });

  it.each([
    ["a time of more than a week", { time: Date.now(), seconds: 604_801 }],
    ["a date that is still to come", { time: Date.now() + 60 * minute, seconds: 60 }],
  ])("is refused for %s", async (_, times) => {
    const answer = await visit("GET", await signByHand("one", times));
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("<Code>InvalidArgument</Code>")]);
  });

  it("of Cloud Functions takes a zip and nothing else", async () => {
    const parent = `projects/${testProject}/locations/asia-northeast1`;
    const { body } = await rest(local, `POST cloudfunctions.googleapis.com/v2/${parent}/functions:generateUploadUrl`, {
      body: {},
    });
    expect((await put(String(body.uploadUrl), "zip")).status).toBe(403);
    expect((await put(String(body.uploadUrl), "zip", "application/zip")).status).toBe(200);
  });

  it("counts no longer when its key is gone", async () => {
    const url = await sign("one");
    await rest(local, `DELETE iam.googleapis.com/v1/${keyName}`);
    expect((await visit("GET", url)).text).toContain("SignatureDoesNotMatch");
  });
});
