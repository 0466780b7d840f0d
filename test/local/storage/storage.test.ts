import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { isJsonObject, type JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import { errorOf, type RestCall, rest, startTestCloud, testProject } from "../../support/local-cloud.ts";

const api = "storage.googleapis.com/storage/v1";
const upload = "storage.googleapis.com/upload/storage/v1/b/my-bucket/o";
const objects = `${api}/b/my-bucket/o`;
let local: LocalCloud;

beforeEach(async () => {
  local = await startTestCloud({ apis: [createStorage] });
  await insertBucket("my-bucket");
});
afterEach(() => local.stop());

const insertBucket = (name: string, fields: JsonObject = {}, project = testProject) =>
  rest(local, `POST ${api}/b?project=${project}`, { body: { name, location: "asia-northeast1", ...fields } });
const write = (name: string, content: string, query = "", call: RestCall = {}) =>
  rest(local, `POST ${upload}?uploadType=media&name=${encodeURIComponent(name)}${query}`, {
    body: content,
    headers: { "content-type": "text/plain" },
    ...call,
  });
const read = (name: string, query = "", call: RestCall = {}) =>
  rest(local, `GET ${objects}/${encodeURIComponent(name)}?alt=media${query}`, call);
const get = (name: string, query = "") => rest(local, `GET ${objects}/${encodeURIComponent(name)}${query}`);
const remove = (name: string, query = "") => rest(local, `DELETE ${objects}/${encodeURIComponent(name)}${query}`);

describe("buckets", () => {
  it("have one space of names for all projects", async () => {
    expect((await rest(local, `GET ${api}/b/my-bucket`)).body).toMatchObject({
      kind: "storage#bucket",
      location: "ASIA-NORTHEAST1",
      metageneration: "1",
      projectNumber: local.cloud.projects.ensure(testProject).projectNumber,
      iamConfiguration: { uniformBucketLevelAccess: { enabled: false } },
    });
    const mine = await insertBucket("my-bucket");
    expect(mine.status).toBe(409);
    expect(errorOf(mine).message).toContain("you already own it");
    local.cloud.projects.setUsable("other-project", "storage.googleapis.com", true);
    const taken = await insertBucket("my-bucket", {}, "other-project");
    expect(errorOf(taken)).toMatchObject({ code: 409, errors: [{ reason: "conflict" }] });
    expect(errorOf(taken).message).toContain("not available");
    expect((await insertBucket("Not-Valid")).status).toBe(400);
    expect(errorOf(await rest(local, `GET ${api}/b/nothing-here`)).message).toBe(
      "The specified bucket does not exist.",
    );
  });

  it("are patched under their metageneration and listed by project", async () => {
    const patch = (match: number, body: JsonObject) =>
      rest(local, `PATCH ${api}/b/my-bucket?ifMetagenerationMatch=${match}`, { body });
    expect((await patch(1, { versioning: { enabled: true } })).body).toMatchObject({
      versioning: { enabled: true },
      metageneration: "2",
    });
    expect((await patch(1, { versioning: { enabled: false } })).status).toBe(412);
    await insertBucket("abroad", {}, "other-project");
    expect((await rest(local, `GET ${api}/b?project=${testProject}`)).body.items).toMatchObject([
      { name: "my-bucket" },
    ]);
  });

  it("are deleted only when they are empty, with no content in the answer", async () => {
    await write("one", "1");
    const full = await rest(local, `DELETE ${api}/b/my-bucket`);
    expect(full.status).toBe(409);
    expect(errorOf(full).message).toBe("The bucket you tried to delete is not empty.");
    await remove("one");
    const gone = await rest(local, `DELETE ${api}/b/my-bucket`);
    expect([gone.status, gone.text]).toEqual([204, ""]);
  });
});

describe("objects", () => {
  it("come back as they were written, with checksums", async () => {
    const written = await write("dir/one.txt", "hello world");
    expect(written.body).toMatchObject({
      kind: "storage#object",
      bucket: "my-bucket",
      name: "dir/one.txt",
      size: "11",
      contentType: "text/plain",
      metageneration: "1",
      md5Hash: createHash("md5").update("hello world").digest("base64"),
      crc32c: "yZRlqg==",
    });
    const content = await read("dir/one.txt");
    expect(content.text).toBe("hello world");
    expect(content.headers.get("x-goog-generation")).toBe(written.body.generation);
    expect(content.headers.get("content-type")).toBe("text/plain");
    expect((await get("dir/one.txt")).body.generation).toBe(written.body.generation);
    const plain = await rest(local, "GET storage.googleapis.com/my-bucket/dir/one.txt");
    expect(plain.text).toBe("hello world");
    const part = await read("dir/one.txt", "", { headers: { range: "bytes=6-" } });
    expect([part.status, part.text, part.headers.get("content-range")]).toEqual([206, "world", "bytes 6-10/11"]);
  });

  it("are created once under ifGenerationMatch=0 and swapped under their generation", async () => {
    const first = await write("lock", "a", "&ifGenerationMatch=0");
    expect(first.status).toBe(200);
    const second = await write("lock", "b", "&ifGenerationMatch=0");
    expect(second.status).toBe(412);
    expect(errorOf(second)).toMatchObject({ code: 412, errors: [{ reason: "conditionNotMet" }] });
    const generation = String(first.body.generation);
    const swapped = await write("lock", "c", `&ifGenerationMatch=${generation}`);
    expect(BigInt(String(swapped.body.generation))).toBeGreaterThan(BigInt(generation));
    expect((await write("lock", "d", `&ifGenerationMatch=${generation}`)).status).toBe(412);
    expect((await remove("lock", `?ifGenerationMatch=${generation}`)).status).toBe(412);
    expect((await remove("lock", `?ifGenerationMatch=${swapped.body.generation}`)).status).toBe(204);
    expect((await get("lock")).status).toBe(404);
    expect((await remove("lock")).status).toBe(404);
  });

  it("let one of many creators win", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => write("race", `${n}`, "&ifGenerationMatch=0")),
    );
    const winners = answers.flatMap(({ status }, index) => (status === 200 ? [String(index)] : []));
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(7);
    expect((await read("race")).text).toBe(winners[0]);
  });

  it("answer 304 while the caller's copy is current", async () => {
    const { generation } = (await write("one", "1")).body;
    expect((await get("one", `?ifGenerationNotMatch=${generation}`)).status).toBe(304);
    expect((await read("one", `&ifGenerationNotMatch=${generation}`)).status).toBe(304);
    expect((await get("one", "?ifGenerationNotMatch=1")).status).toBe(200);
  });

  it("are patched in their metadata under their metageneration", async () => {
    await write("one", "1");
    const patch = (match: number) =>
      rest(local, `PATCH ${objects}/one?ifMetagenerationMatch=${match}`, { body: { metadata: { run: "r1" } } });
    expect((await patch(1)).body).toMatchObject({ metadata: { run: "r1" }, metageneration: "2" });
    expect((await patch(1)).status).toBe(412);
    expect((await read("one")).text).toBe("1");
  });

  it("are held to about one change a second, by the clock", async () => {
    local.cloud.clock.pause();
    const burst = [];
    for (let n = 0; n < 8; n += 1) burst.push(await write("busy", `${n}`));
    const refused = burst.find(({ status }) => status === 429);
    expect(refused && errorOf(refused)).toMatchObject({ errors: [{ reason: "rateLimitExceeded" }] });
    expect((await write("idle", "1")).status).toBe(200);
    await local.cloud.clock.advance(1000);
    expect((await write("busy", "after")).status).toBe(200);
    expect((await write("busy", "again")).status).toBe(429);
  });

  it("are listed by prefix, delimiter and page", async () => {
    for (const name of ["a/1", "a/2", "a!", "b", "c/x/1"]) await write(name, name);
    const namesOf = (body: JsonObject) => (body.items as JsonObject[] | undefined)?.map(({ name }) => name);
    const top = (await rest(local, `GET ${objects}?delimiter=/`)).body;
    expect([namesOf(top), top.prefixes]).toEqual([
      ["a!", "b"],
      ["a/", "c/"],
    ]);
    expect(namesOf((await rest(local, `GET ${objects}?prefix=a/`)).body)).toEqual(["a/1", "a/2"]);
    const seen: unknown[] = [];
    let token = "";
    do {
      const { body } = await rest(local, `GET ${objects}?maxResults=2&pageToken=${token}`);
      seen.push(...(namesOf(body) ?? []));
      token = String(body.nextPageToken ?? "");
    } while (token);
    expect(seen).toEqual(["a!", "a/1", "a/2", "b", "c/x/1"]);
  });

  it("keep former generations where the bucket is versioned", async () => {
    await rest(local, `PATCH ${api}/b/my-bucket`, { body: { versioning: { enabled: true } } });
    const first = String((await write("one", "old")).body.generation);
    await write("one", "new");
    expect((await read("one")).text).toBe("new");
    expect((await read("one", `&generation=${first}`)).text).toBe("old");
    expect((await rest(local, `GET ${objects}?versions=true`)).body.items).toMatchObject([
      { generation: first, timeDeleted: expect.any(String) },
      {},
    ]);
    await remove("one");
    expect((await get("one")).status).toBe(404);
    expect((await rest(local, `GET ${objects}?versions=true`)).body.items).toHaveLength(2);
    await remove("one", `?generation=${first}`);
    expect((await read("one", `&generation=${first}`)).status).toBe(404);
  });

  it("are copied", async () => {
    await write("one", "content");
    const copied = await rest(local, `POST ${objects}/one/rewriteTo/b/my-bucket/o/${encodeURIComponent("dir/two")}`, {
      body: {},
    });
    expect(copied.body).toMatchObject({ done: true, resource: { name: "dir/two", contentType: "text/plain" } });
    expect((await read("dir/two")).text).toBe("content");
  });
});

describe("uploads", () => {
  it("take metadata and content in two parts, the boundary in apostrophes too", async () => {
    const boundary = "==abc==";
    const part = (type: string, body: string) =>
      `--${boundary}\r\nContent-Type: ${type}\r\nMIME-Version: 1.0\r\n\r\n${body}\r\n`;
    const metadata = {
      name: "source/app.tgz",
      metadata: { by: "me" },
      md5Hash: createHash("md5").update("a\r\nb").digest("base64"),
    };
    const body = `${part("application/json", JSON.stringify(metadata))}${part("application/gzip", "a\r\nb")}--${boundary}--`;
    const headers = { "content-type": `multipart/related; boundary='${boundary}'` };
    const answer = await rest(local, `POST ${upload}?uploadType=multipart`, { body, headers });
    expect(answer.body).toMatchObject({
      name: "source/app.tgz",
      size: "4",
      contentType: "application/gzip",
      metadata: { by: "me" },
    });
    const wrong = body.replace(metadata.md5Hash, createHash("md5").update("x").digest("base64"));
    expect((await rest(local, `POST ${upload}?uploadType=multipart`, { body: wrong, headers })).status).toBe(400);
  });

  it("go on chunk by chunk", async () => {
    const begun = await rest(local, `POST ${upload}?uploadType=resumable&name=big`, {
      body: { contentType: "text/plain" },
    });
    const session = new URL(String(begun.headers.get("location")));
    const put = (content: string, range: string) =>
      rest(local, `PUT storage.googleapis.com${session.pathname}${session.search}`, {
        body: content,
        headers: { "content-range": range },
      });
    const first = await put("12345", "bytes 0-4/*");
    expect([first.status, first.headers.get("range")]).toEqual([308, "bytes=0-4"]);
    expect((await put("", "bytes */*")).headers.get("range")).toBe("bytes=0-4");
    expect((await put("678", "bytes 5-7/8")).body).toMatchObject({ name: "big", size: "8", contentType: "text/plain" });
    expect((await read("big")).text).toBe("12345678");
  });
});

describe("a list of objects", () => {
  const listed = async (query: string) => {
    const entries: string[] = [];
    for (let token = "", more = true; more; more = token !== "") {
      const { body } = await rest(local, `GET ${objects}?maxResults=1&pageToken=${encodeURIComponent(token)}&${query}`);
      const items = Array.isArray(body.items) ? body.items : [];
      const prefixes = Array.isArray(body.prefixes) ? body.prefixes : [];
      entries.push(...prefixes.map(String), ...items.map((item) => (isJsonObject(item) ? String(item.name) : "")));
      token = String(body.nextPageToken ?? "");
    }
    return entries;
  };

  it.each([
    ["", ["a", "a/", "a/1", "a/2", "a/b/1", "b"]],
    ["prefix=a", ["a", "a/", "a/1", "a/2", "a/b/1"]],
    ["prefix=b", ["b"]],
    ["delimiter=/", ["a", "a/", "b"]],
    ["delimiter=/&includeTrailingDelimiter=true", ["a", "a/", "a/", "b"]],
    ["delimiter=/&prefix=a/", ["a/", "a/1", "a/2", "a/b/"]],
    ["startOffset=a/1&endOffset=a/b", ["a/1", "a/2"]],
    ["startOffset=a/1&delimiter=/", ["a/", "b"]],
    ["versions=true&delimiter=/", ["a", "a/", "b"]],
  ])("shows each entry once, page by page: %s", async (query, expected) => {
    for (const name of ["a", "a/", "a/1", "a/2", "a/b/1", "b"]) await write(name, name);
    expect(await listed(query)).toEqual(expected);
  });
});

describe("policies of buckets", () => {
  it("begin with what basic roles on the project give, at once", async () => {
    const [editor, viewer] = ["user:editor@example.com", "user:viewer@example.com"];
    const bindings = [
      { role: "roles/editor", members: [editor] },
      { role: "roles/viewer", members: [viewer] },
    ];
    local.cloud.access.setPolicy(`//cloudresourcemanager.googleapis.com/projects/${testProject}`, { bindings });
    await local.cloud.clock.advance(600_000);
    const uniform = { iamConfiguration: { uniformBucketLevelAccess: { enabled: true } } };
    await insertBucket("uniform-bucket", uniform);
    const rolesOf = async (bucket: string) => {
      const { body } = await rest(local, `GET ${api}/b/${bucket}/iam`);
      return (body.bindings as { role: string; members: string[] }[]).map(({ role, members }) => [role, ...members]);
    };
    const writers = [`projectEditor:${testProject}`, `projectOwner:${testProject}`];
    const ofBucket = [
      ["roles/storage.legacyBucketOwner", ...writers],
      ["roles/storage.legacyBucketReader", `projectViewer:${testProject}`],
    ];
    expect(await rolesOf("my-bucket")).toEqual(ofBucket);
    expect(await rolesOf("uniform-bucket")).toEqual([
      ...ofBucket,
      ["roles/storage.legacyObjectOwner", ...writers],
      ["roles/storage.legacyObjectReader", `projectViewer:${testProject}`],
    ]);
    const put = (as: string) =>
      rest(local, "PUT storage.googleapis.com/uniform-bucket/x", {
        as,
        body: "x",
        headers: { "content-type": "text/plain" },
      });
    expect((await put(editor)).status).toBe(200);
    expect((await put(viewer)).status).toBe(403);
    expect((await rest(local, "GET storage.googleapis.com/uniform-bucket/x", { as: viewer })).text).toBe("x");
    expect(
      (await rest(local, "GET storage.googleapis.com/uniform-bucket/x", { as: "user:other@example.com" })).text,
    ).toMatch(/<Code>AccessDenied<\/Code>/);
  });

  it("decide about the objects in them", async () => {
    const jane = "user:jane@example.com";
    await write("one", "1");
    expect((await read("one", "", { as: jane })).status).toBe(403);
    expect((await read("one", "", { as: "" })).status).toBe(401);
    const bindings = [{ role: "roles/storage.objectUser", members: [jane] }];
    const set = await rest(local, `PUT ${api}/b/my-bucket/iam`, { body: { bindings } });
    expect(set.body).toMatchObject({ kind: "storage#policy", resourceId: "projects/_/buckets/my-bucket", bindings });
    expect((await rest(local, `GET ${api}/b/my-bucket/iam`)).body).toEqual(set.body);
    local.cloud.clock.pause();
    await local.cloud.clock.advance(150_000);
    expect((await read("one", "", { as: jane })).text).toBe("1");
    expect((await write("two", "2", "", { as: jane })).status).toBe(200);
    const tested = await rest(
      local,
      `GET ${api}/b/my-bucket/iam/testPermissions?permissions=storage.objects.get&permissions=storage.buckets.delete`,
      { as: jane },
    );
    expect(tested.body.permissions).toEqual(["storage.objects.get"]);
    expect((await rest(local, `DELETE ${api}/b/my-bucket`, { as: jane })).status).toBe(403);
  });

  it("say nothing where there is no bucket: whoever asks is told that", async () => {
    const answer = await rest(local, `GET ${api}/b/no-such-bucket`, { as: "user:jane@example.com" });
    expect({ status: answer.status, body: answer.body }).toMatchObject({
      status: 404,
      body: { error: { message: "The specified bucket does not exist." } },
    });
  });

  it("keep a role to the names that its condition lets through, listing not among them", async () => {
    const jane = "user:jane@example.com";
    for (const name of ["locks/one", "plans/one"]) await write(name, "1");
    const expression = 'resource.name.startsWith("projects/_/buckets/my-bucket/objects/locks/")';
    const binding = { role: "roles/storage.objectUser", members: [jane], condition: { title: "locks", expression } };
    await rest(local, `PUT ${api}/b/my-bucket/iam`, { body: { version: 3, bindings: [binding] } });
    local.cloud.clock.pause();
    await local.cloud.clock.advance(150_000);
    const asJane = { as: jane };
    expect((await read("locks/one", "", asJane)).text).toBe("1");
    expect((await write("locks/two", "2", "", asJane)).status).toBe(200);
    expect((await rest(local, `DELETE ${objects}/locks%2Ftwo`, asJane)).status).toBe(204);
    expect((await read("plans/one", "", asJane)).status).toBe(403);
    expect((await write("plans/two", "2", "", asJane)).status).toBe(403);
    expect((await rest(local, `DELETE ${objects}/plans%2Fone`, asJane)).status).toBe(403);
    expect((await rest(local, `GET ${objects}?prefix=locks/`, asJane)).status).toBe(403);
  });
});

describe("a PATCH", () => {
  it("takes away what it names as null, of a bucket", async () => {
    const patch = (body: JsonObject) => rest(local, `PATCH ${api}/b/my-bucket`, { body });
    await patch({ labels: { team: "data", stage_name: "dev" }, versioning: { enabled: true } });
    const { body } = await patch({ labels: { stage_name: null, cost: "low" }, versioning: null });
    expect(body.labels).toEqual({ team: "data", cost: "low" });
    expect(body).not.toHaveProperty("versioning");
    expect((await patch({ labels: null })).body).not.toHaveProperty("labels");
  });

  it("takes away what it names as null, of an object", async () => {
    await write("a.txt", "hello");
    const patch = (body: JsonObject) => rest(local, `PATCH ${objects}/a.txt`, { body });
    await patch({ cacheControl: "no-store", metadata: { some_key: "1", other: "2" } });
    const { body } = await patch({ cacheControl: null, metadata: { some_key: null } });
    expect(body).toMatchObject({ metadata: { other: "2" }, contentType: "text/plain", size: "5" });
    expect(body).not.toHaveProperty("cacheControl");
    expect(body.metadata).toEqual({ other: "2" });
    expect((await patch({ metadata: {} })).body).not.toHaveProperty("metadata");
  });
});

describe("composing", () => {
  const compose = (name: string, body: JsonObject, query = "") =>
    rest(local, `POST ${objects}/${name}/compose${query}`, { body });

  it("puts objects together into one without an MD5", async () => {
    await write("a", "hello ");
    await write("b", "world");
    const made = await compose("ab", {
      sourceObjects: [{ name: "a" }, { name: "b" }],
      destination: { contentType: "text/x" },
    });
    expect(made.body).toMatchObject({ name: "ab", size: "11", componentCount: 2, contentType: "text/x" });
    expect(made.body).not.toHaveProperty("md5Hash");
    expect((await read("ab")).text).toBe("hello world");
    const again = await compose("abb", { sourceObjects: [{ name: "ab" }, { name: "b" }] });
    expect(again.body).toMatchObject({ componentCount: 3, contentType: "text/x" });
  });

  it("is held to conditions on its sources and on what it replaces", async () => {
    await write("a", "hello");
    const sourceObjects = [{ name: "a" }];
    expect((await compose("c", { sourceObjects }, "?ifGenerationMatch=7")).status).toBe(412);
    const stale = [{ name: "a", objectPreconditions: { ifGenerationMatch: "1" } }];
    expect((await compose("c", { sourceObjects: stale })).status).toBe(412);
    expect((await compose("c", { sourceObjects: [{ name: "absent" }] })).status).toBe(404);
    expect((await compose("c", { sourceObjects: [] })).status).toBe(400);
    expect((await compose("c", { sourceObjects: Array(33).fill({ name: "a" }) })).status).toBe(400);
  });
});
