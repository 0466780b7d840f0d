import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import { testProject } from "../../support/local-cloud.ts";
import { type ListeningCloud, type Means, openCaller, startListeningCloud } from "./caller.ts";
import { expectShownIn } from "./elsewhere.ts";

const bindings = [{ role: "roles/storage.objectViewer", members: ["user:jane@example.com"] }];
const permissions = ["storage.objects.get", "storage.objects.list"];
let listening: ListeningCloud;
let storage: Storage;

beforeAll(async () => {
  listening = await startListeningCloud();
  storage = new Storage({
    ...{ projectId: testProject, retryOptions: { autoRetry: false } },
    apiEndpoint: `http://127.0.0.1:${listening.ports.get("storage.googleapis.com")}`,
    // The client's own copy of its library declares the same type once more.
    authClient: new PassThroughClient() as never,
  });
  // At an endpoint that is not Google's, uploads in parts leave the client's credentials out.
  storage.interceptors.push({
    request: (options) =>
      // Its type demands an address that only what it is given has.
      Object.assign(options, { headers: { ...options.headers, authorization: "Bearer owner" } }) as never,
  });
  await storage.createBucket("shelf", { location: "asia-northeast1" });
}, 60_000);
afterAll(() => listening.local.stop());

/** Text of objects by their names. */
async function write(name: string, text: string): Promise<void> {
  await storage.bucket("shelf").file(name).save(text, { resumable: false, contentType: "text/plain" });
}

/** Walks a list in pages of one. */
async function walk(read: (query: object) => Promise<readonly unknown[]>): Promise<(string | undefined)[]> {
  const names: (string | undefined)[] = [];
  for (let query: object | undefined = { maxResults: 1, autoPaginate: false }; query; ) {
    const [page, next] = (await read(query)) as readonly [readonly { readonly name?: string }[], object | undefined];
    names.push(...page.map(({ name }) => name));
    query = next;
  }
  return names;
}

describe("buckets, by the official client", () => {
  it("are created, read, listed by pages, patched and deleted", async () => {
    const [made] = await storage.createBucket("brief", { location: "us-east1", labels: { team: "data" } });
    expect(await made.exists()).toEqual([true]);
    const [read] = await made.getMetadata();
    expect(read).toMatchObject({ name: "brief", location: "US-EAST1", labels: { team: "data" }, metageneration: "1" });
    expect(await walk((query) => storage.getBuckets(query))).toEqual(["brief", "shelf"]);
    const [patched] = await made.setMetadata({ versioning: { enabled: true }, labels: { team: null, tier: "web" } });
    expect(patched).toMatchObject({ versioning: { enabled: true }, labels: { tier: "web" }, metageneration: "2" });
    expect(patched.labels).not.toHaveProperty("team");
    await made.delete();
    expect(await made.exists()).toEqual([false]);
  });

  it("have policies under etags, and tell permissions", async () => {
    const { iam } = storage.bucket("shelf");
    const [before] = await iam.getPolicy({ requestedPolicyVersion: 3 });
    const [set] = await iam.setPolicy({ ...before, bindings });
    expect((await iam.getPolicy())[0]).toMatchObject({ bindings, etag: set.etag });
    await expect(iam.setPolicy({ bindings: [], etag: before.etag })).rejects.toMatchObject({ code: 409 });
    const [allowed] = await iam.testPermissions(permissions);
    expect(allowed).toEqual({ "storage.objects.get": true, "storage.objects.list": true });
  });

  it("tell the project's service account", async () => {
    const [{ emailAddress }] = await storage.getServiceAccount();
    expect(emailAddress).toMatch(/^service-\d+@gs-project-accounts\.iam\.gserviceaccount\.com$/);
  });
});

describe("objects, by the official client", () => {
  it("are written at once or in parts, read back whole and in part, and listed", async () => {
    const bucket = storage.bucket("shelf");
    const big = "0123456789".repeat(30_000);
    await write("dir/small.txt", "hello world");
    await bucket.file("dir/big.txt").save(big, { resumable: true, chunkSize: 256 * 1024, validation: false });
    expect((await bucket.file("dir/big.txt").download())[0].toString()).toBe(big);
    expect((await bucket.file("dir/small.txt").download({ start: 6, end: 10 }))[0].toString()).toBe("world");
    expect(await walk((query) => bucket.getFiles({ prefix: "dir/", ...query }))).toEqual([
      ...["dir/big.txt", "dir/small.txt"],
    ]);
    const [, , page] = await bucket.getFiles({ delimiter: "/", autoPaginate: false });
    expect(page).toMatchObject({ prefixes: ["dir/"] });
  });

  it("change their metadata, are copied, combined, moved and deleted", async () => {
    const bucket = storage.bucket("shelf");
    await write("a", "one ");
    await write("b", "two");
    const [changed] = await bucket.file("a").setMetadata({ metadata: { origin: "test" }, cacheControl: "no-store" });
    expect(changed).toMatchObject({ metadata: { origin: "test" }, metageneration: "2" });
    const [copied] = await bucket.file("a").copy(bucket.file("copy"));
    expect((await copied.getMetadata())[0]).toMatchObject({ metadata: { origin: "test" }, cacheControl: "no-store" });
    const [combined] = await bucket.combine(["a", "b"], bucket.file("both"));
    expect((await combined.download())[0].toString()).toBe("one two");
    expect((await combined.getMetadata())[0]).toMatchObject({ componentCount: 2 });
    await bucket.file("b").move("c");
    expect(await bucket.file("b").exists()).toEqual([false]);
    await bucket.file("c").delete();
    await expect(bucket.file("c").getMetadata()).rejects.toMatchObject({ code: 404 });
  });
});

describe("what is refused, by the official client", () => {
  it.each<[string, () => Promise<unknown>, { readonly code: number; readonly reason?: string }]>([
    ["a bucket that is there already", () => storage.createBucket("shelf"), { code: 409, reason: "conflict" }],
    ["a bucket's bad name", () => storage.createBucket("Not_Valid"), { code: 400, reason: "invalid" }],
    ["an absent bucket", () => storage.bucket("nowhere").getMetadata(), { code: 404, reason: "notFound" }],
    ["a page that no list gave", () => storage.getBuckets({ pageToken: "no-page" }), { code: 400 }],
    [
      "an object that is there already",
      async () => {
        await write("kept", "first");
        const onlyNew = { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } };
        await storage.bucket("shelf").file("kept").save("second", onlyNew);
      },
      { code: 412, reason: "conditionNotMet" },
    ],
    ["a bucket that is not empty", () => storage.bucket("shelf").delete(), { code: 409, reason: "conflict" }],
  ])("%s", async (_, attempt, { code, reason }) => {
    await expect(attempt()).rejects.toMatchObject({ code, ...(reason ? { errors: [{ reason }] } : {}) });
  });
});

describe("every method of Cloud Storage", () => {
  it("was called with success: by the client, or by fetch where the client has no call of it", async () => {
    const calls = listening.local.journal.list().filter(({ code }) => code === "OK");
    const shown = new Map<string, Means>(
      calls.flatMap((one) => (one.kind === "call" ? [[`${one.host} ${one.method}`, "client"] as const] : [])),
    );
    const caller = openCaller(listening, "REST");
    const [bucket, service] = ["shelf", "google.storage.v1"];
    await write("source", "text");
    for (const [method, request, expected] of [
      ["Buckets.Update", { bucket, resource: { labels: { whole: "yes" } } }, { labels: { whole: "yes" } }],
      ["Buckets.GetStorageLayout", { bucket }, { kind: "storage#storageLayout", location: "ASIA-NORTHEAST1" }],
      ["ManagedFolders.List", { bucket }, { kind: "storage#managedFolders" }],
      [
        "Objects.Update",
        { bucket, object: "source", resource: { contentType: "text/html" } },
        { contentType: "text/html" },
      ],
      [
        "Objects.Copy",
        { sourceBucket: bucket, sourceObject: "source", destinationBucket: bucket, destinationObject: "target" },
        { name: "target", contentType: "text/html" },
      ],
    ] as const) {
      const { value, refusal } = await caller.call(`${service}.${method}`, request);
      expect({ method, refusal }).toEqual({ method, refusal: undefined });
      expect(value).toMatchObject(expected);
    }
    await caller.close();
    for (const [name, means] of caller.shown) if (!shown.has(name)) shown.set(name, means);
    expectShownIn("storage.test.ts", { shown, transport: "REST" });
  });
});
