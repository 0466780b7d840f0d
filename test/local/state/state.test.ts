import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../local/json.ts";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createSecretManager } from "../../../local/secretmanager/secret-manager.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import { makeStateDirectory } from "../../support/kept-cloud.ts";
import { type RestAnswer, rest, testProject } from "../../support/local-cloud.ts";

const secrets = "secretmanager.googleapis.com";
const storage = "storage.googleapis.com";
const apis = [createResourceManager, createSecretManager, createStorage];

let state: ReturnType<typeof makeStateDirectory>;
let running: LocalCloud[];

beforeEach(() => {
  state = makeStateDirectory();
  running = [];
});

afterEach(async () => {
  for (const local of running) await local.stop();
  state.remove();
});

async function start(options: LocalCloudOptions): Promise<LocalCloud> {
  const local = await startLocalCloud({ project: testProject, offline: true, apis, ...options });
  running.push(local);
  for (const { host } of local.apis) local.cloud.projects.setUsable(testProject, host, true);
  return local;
}

function makeSecret(local: LocalCloud, id: string): Promise<RestAnswer> {
  const target = `POST ${secrets}/v1/projects/${testProject}/secrets?secretId=${id}`;
  return rest(local, target, { body: { replication: { automatic: {} } } });
}

async function secretIds(local: LocalCloud): Promise<string[]> {
  const { body } = await rest(local, `GET ${secrets}/v1/projects/${testProject}/secrets`);
  return ((body.secrets ?? []) as JsonObject[]).map(({ name }) => String(name).split("/").at(-1) ?? "").sort();
}

describe("startLocalCloud with state", () => {
  it("comes back at its port, with its resources, its authority and its time", async () => {
    const first = await start({ state: state.path });
    await makeSecret(first, "kept");
    await first.cloud.clock.advance(3 * 3600_000);
    const before = { time: first.cloud.clock.now(), authority: first.cloud.authority.certificate };
    await first.stop();
    const second = await start({ state: state.path });
    expect(second.port).toBe(first.port);
    expect(await secretIds(second)).toEqual(["kept"]);
    expect(second.cloud.authority.certificate).toBe(before.authority);
    expect(second.cloud.clock.now()).toBeGreaterThanOrEqual(before.time);
    expect(second.cloud.clock.now() - before.time).toBeLessThan(60_000);
  });

  it("stands still where it was stopped, until it is told to go on", async () => {
    const first = await start({ state: state.path });
    first.cloud.clock.pause();
    const time = first.cloud.clock.now();
    await first.stop();
    const second = await start({ state: state.path });
    expect(second.cloud.clock.now()).toBeCloseTo(time, 0);
    expect((await rest(second, "POST _local/clock/resume")).status).toBe(200);
    await second.stop();
    const third = await start({ state: state.path });
    expect(third.cloud.clock.now()).toBeGreaterThan(time);
  });

  it("draws no id again that it drew before", async () => {
    const first = await start({ state: state.path });
    const drawn = first.cloud.random.fork("ids").hex(16);
    const lasting = first.cloud.random.lasting("names").hex(16);
    await first.stop();
    const second = await start({ state: state.path });
    expect(second.cloud.random.fork("ids").hex(16)).not.toBe(drawn);
    expect(second.cloud.random.lasting("names").hex(16)).toBe(lasting);
  });

  it("keeps contents of objects, half an upload, and log entries", async () => {
    const first = await start({ state: state.path });
    await rest(first, `POST ${storage}/storage/v1/b?project=${testProject}`, { body: { name: "bucket-1" } });
    const upload = `POST ${storage}/upload/storage/v1/b/bucket-1/o`;
    await rest(first, `${upload}?uploadType=media&name=whole`, { body: "the content" });
    const begun = await rest(first, `${upload}?uploadType=resumable&name=half`, { body: {} });
    const session = begun.headers.get("x-guploader-uploadid");
    const range = (text: string) => ({ headers: { "content-range": text } });
    const next = `PUT ${storage}/upload/storage/v1/b/bucket-1/o?upload_id=${session}`;
    expect((await rest(first, next, { body: "abc", ...range("bytes 0-2/*") })).status).toBe(308);
    first.cloud.logs.write({ project: testProject, log: "a", resource: { type: "global", labels: {} }, text: "line" });
    await first.stop();
    const second = await start({ state: state.path });
    const read = (name: string) => rest(second, `GET ${storage}/storage/v1/b/bucket-1/o/${name}?alt=media`);
    expect((await read("whole")).text).toBe("the content");
    expect((await rest(second, next, { body: "def", ...range("bytes 3-5/6") })).status).toBe(200);
    expect((await read("half")).text).toBe("abcdef");
    expect(second.cloud.logs.list(testProject).map(({ textPayload }) => textPayload)).toEqual(["line"]);
  });

  it("lets nobody else read what it keeps", async () => {
    const local = await start({ state: state.path });
    await makeSecret(local, "kept");
    expect(statSync(state.path).mode & 0o777).toBe(0o711);
    const open = readdirSync(state.path).filter((name) => {
      const { mode } = statSync(join(state.path, name));
      return name.endsWith(".jsonl") && (mode & 0o077) !== 0;
    });
    expect(open).toEqual([]);
  });

  it("refuses a directory that is in use, and a port that is taken", async () => {
    const local = await start({ state: state.path });
    await expect(start({ state: state.path })).rejects.toThrow(/is in use by process \d+/);
    await local.stop();
    const other = createServer().listen(local.port, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    await expect(start({ state: state.path })).rejects.toThrow(`port ${local.port}`);
    await new Promise((resolve) => other.close(resolve));
    expect((await start({ state: state.path })).port).toBe(local.port);
  });
});

describe("snapshot", () => {
  it("is begun from any number of times, beside the original and apart from it", async () => {
    const original = await start({ state: state.path });
    await makeSecret(original, "common");
    const snapshot = `${state.path}-snapshot`;
    original.snapshot(snapshot);
    await makeSecret(original, "later");
    const [one, two] = [await start({ from: snapshot }), await start({ from: snapshot, state: `${state.path}-two` })];
    await makeSecret(one, "one");
    await makeSecret(two, "two");
    expect(new Set([original.port, one.port, two.port]).size).toBe(3);
    expect(await secretIds(original)).toEqual(["common", "later"]);
    expect(await secretIds(one)).toEqual(["common", "one"]);
    expect(await secretIds(two)).toEqual(["common", "two"]);
    await one.stop();
    expect(existsSync(one.cloud.directory)).toBe(false);
  });

  it("is begun from at the time when it was taken, however long ago that is", async () => {
    const original = await start({ state: state.path });
    const snapshot = `${state.path}-snapshot`;
    original.snapshot(snapshot);
    const log = join(snapshot, "changes.jsonl");
    const longAgo = Date.parse("2020-01-02T03:04:05Z");
    // As if it had been taken then: every line begins with its time.
    writeFileSync(log, readFileSync(log, "utf8").replace(/^\[[\d.]+/gm, `[${longAgo}`));
    const fork = await start({ from: snapshot });
    expect(fork.cloud.clock.timestamp()).toMatch(/^2020-01-02T03:0/);
  });

  it("is refused where something is already, and without a state", async () => {
    const original = await start({ state: state.path });
    expect(() => original.snapshot(state.path)).toThrow(/is there already/);
    expect(() => original.snapshot(join(state.path, "in-it"))).toThrow(/in the state directory itself/);
    await expect(start({ from: state.path, state: state.path })).rejects.toThrow(/is in use/);
    const other = await start({});
    expect(() => other.snapshot(`${state.path}-snapshot`)).toThrow(/--state/);
    await expect(start({ from: "/nowhere" })).rejects.toThrow(/is no snapshot/);
  });

  it("is taken over HTTP too", async () => {
    const original = await start({ state: state.path });
    const directory = `${state.path}-snapshot`;
    expect((await rest(original, "POST _local/snapshot", { body: { directory } })).status).toBe(200);
    expect((await rest(original, "POST _local/snapshot", { body: { directory } })).status).toBe(400);
    expect((await rest(original, "POST _local/snapshot", { body: { directory: "here" } })).status).toBe(400);
    expect(existsSync(join(directory, "changes.jsonl"))).toBe(true);
  });
});

describe("reset", () => {
  it.each([
    ["a state", true],
    ["none", false],
  ])("empties a cloud with %s at its port, under the same authority", async (_, isKept) => {
    const first = await start(isKept ? { state: state.path } : {});
    await makeSecret(first, "gone");
    const emptied = await first.reset();
    running.push(emptied);
    expect(emptied.port).toBe(first.port);
    expect(emptied.cloud.directory).toBe(first.cloud.directory);
    expect(emptied.cloud.authority.certificate).toBe(first.cloud.authority.certificate);
    for (const { host } of emptied.apis) emptied.cloud.projects.setUsable(testProject, host, true);
    expect(await secretIds(emptied)).toEqual([]);
    await makeSecret(emptied, "new");
    expect(await secretIds(emptied)).toEqual(["new"]);
  });

  it("is asked for over HTTP of whoever started it", async () => {
    let asked = 0;
    const local = await start({
      onReset: () => {
        asked += 1;
      },
    });
    expect((await rest(local, "POST _local/reset")).status).toBe(202);
    expect(asked).toBe(1);
    expect((await rest(await start({}), "POST _local/reset")).status).toBe(501);
  });
});
