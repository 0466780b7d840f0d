import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import {
  clusterBody,
  done,
  ended,
  get,
  localCloud,
  location,
  main,
  network,
  password,
  post,
  primary,
  project,
  send,
  startCloud,
  stopCloud,
} from "./harness.ts";

jest.setTimeout(60_000);

beforeAll(() => startCloud());

afterAll(stopCloud);

describe("clusters", () => {
  it("shows a cluster with its defaults, its network by project number, and no password", async () => {
    const cluster = await get(`v1/${main}`);
    const number = localCloud().cloud.projects.find(project)?.projectNumber;
    const shown = `projects/${number}/global/networks/my-vpc`;
    expect(cluster).toMatchObject({
      name: main,
      state: "READY",
      databaseVersion: "POSTGRES_16",
      network: shown,
      networkConfig: { network: shown },
      automatedBackupPolicy: { enabled: false },
      continuousBackupConfig: { enabled: true, recoveryWindowDays: 14 },
      clusterType: "PRIMARY",
    });
    expect(JSON.stringify(cluster)).not.toContain("initialUser");
  });

  it("keeps no password in the store", () => {
    const kept = ["alloydb.clusters", "alloydb.instances", "alloydb.requests", "operations"].map((name) =>
      localCloud().cloud.store.collection(name).list(),
    );
    expect(JSON.stringify(kept)).toContain("SCRAM-SHA-256$");
    expect(JSON.stringify(kept)).not.toContain(password);
  });

  it("tells in an operation what was done to what, and when it ended", async () => {
    const operation = await ended(await post(`v1/${location}/clusters?clusterId=told`, clusterBody));
    expect(operation).toMatchObject({
      name: expect.stringMatching(`^${location}/operations/`),
      metadata: {
        "@type": "type.googleapis.com/google.cloud.alloydb.v1.OperationMetadata",
        target: `${location}/clusters/told`,
        verb: "create",
        apiVersion: "v1",
        endTime: expect.any(String),
      },
      response: { "@type": "type.googleapis.com/google.cloud.alloydb.v1.Cluster", state: "READY" },
    });
    await done(await send("DELETE", `v1/${location}/clusters/told`));
  });

  it.each<[string, string, object, string]>([
    ["an id in upper case", "clusterId=Main", clusterBody, "INVALID_ARGUMENT"],
    ["an id that is taken", "clusterId=main", clusterBody, "ALREADY_EXISTS"],
    ["no network", "clusterId=x", {}, "INVALID_ARGUMENT"],
    ["a network that does not exist", "clusterId=x", { network: `${network}-not` }, "INVALID_ARGUMENT"],
    ["a network of another form", "clusterId=x", { network: "global/my-vpc" }, "INVALID_ARGUMENT"],
    [
      "a request id of zeros",
      "clusterId=x&requestId=00000000-0000-0000-0000-000000000000",
      clusterBody,
      "INVALID_ARGUMENT",
    ],
    ["Private Service Connect", "clusterId=x", { pscConfig: { pscEnabled: true } }, "UNIMPLEMENTED"],
  ])("refuses %s", async (_, query, body, status) => {
    expect((await post(`v1/${location}/clusters?${query}`, body)).body.error?.status).toBe(status);
  });

  it("answers 404 with the resource's name for a cluster that does not exist", async () => {
    const { status, body } = await send("GET", `v1/${location}/clusters/none`);
    expect(status).toBe(404);
    expect(body.error?.message).toBe(`Resource '${location}/clusters/none' was not found`);
  });

  it("answers a repeated request id with the same operation", async () => {
    const path = `v1/${location}/clusters?clusterId=twice&requestId=${randomUUID()}`;
    const [first, second] = [await post(path, clusterBody), await post(path, clusterBody)];
    expect(second.body.name).toBe(first.body.name);
    await ended(first);
    await done(await send("DELETE", `v1/${location}/clusters/twice`));
  });

  it("makes nothing when it only validates", async () => {
    await ended(await post(`v1/${location}/clusters?clusterId=dry&validateOnly=true`, clusterBody));
    expect((await send("GET", `v1/${location}/clusters/dry`)).status).toBe(404);
  });

  it("changes what the mask names, and refuses what cannot change", async () => {
    const patched = await done(
      await send("PATCH", `v1/${main}?updateMask=labels`, { body: { labels: { a: "b" }, displayName: "x" } }),
    );
    expect(patched).toMatchObject({ labels: { a: "b" }, state: "READY" });
    expect(patched.displayName).toBeUndefined();
    const refused = await send("PATCH", `v1/${main}?updateMask=databaseVersion`, {
      body: { databaseVersion: "POSTGRES_17" },
    });
    expect(refused.body.error?.status).toBe("INVALID_ARGUMENT");
  });

  it("refuses a change under way and one of another state", async () => {
    localCloud().cloud.clock.pause();
    const first = await send("PATCH", `v1/${main}?updateMask=labels`, { body: { labels: {} } });
    const second = await send("PATCH", `v1/${main}?updateMask=labels`, { body: { labels: { c: "d" } } });
    localCloud().cloud.clock.resume();
    expect(second).toMatchObject({ status: 409, body: { error: { status: "ABORTED" } } });
    await done(first);
    const stale = await send("DELETE", `v1/${main}?force=true&etag=stale`);
    expect(stale).toMatchObject({ status: 409, body: { error: { status: "ABORTED" } } });
  });

  it("lists clusters of one location and of all", async () => {
    for (const parent of [location, `projects/${project}/locations/-`]) {
      const { clusters } = await get(`v1/${parent}/clusters`);
      expect(clusters).toEqual([expect.objectContaining({ name: main })]);
    }
    expect((await get(`v1/projects/${project}/locations/us-central1/clusters`)).clusters ?? []).toEqual([]);
  });

  it("serves v1beta and v1alpha alike", async () => {
    for (const version of ["v1beta", "v1alpha"]) expect(await get(`${version}/${main}`)).toMatchObject({ name: main });
  });
});

describe("the end of a cluster", () => {
  it("needs force while it has instances, then holds the connection for a while", async () => {
    expect((await send("DELETE", `v1/${main}`)).body.error?.status).toBe("FAILED_PRECONDITION");
    const holds = localCloud().cloud.store.collection<{ network: string; releaseTime?: number }>(
      "servicenetworking.holds",
    );
    expect(holds.get(`${network}/${main}`)).toEqual({ network });
    const { ipAddress } = await get(`v1alpha/${primary}/connectionInfo`);
    await done(await send("DELETE", `v1/${main}?force=true`));
    expect((await send("GET", `v1/${main}`)).status).toBe(404);
    expect((await send("GET", `v1/${primary}`)).status).toBe(404);
    const socket = connect({ host: String(ipAddress), port: 5432 });
    await expect(
      new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject)),
    ).rejects.toThrow();
    const hold = holds.get(`${network}/${main}`);
    expect(hold?.releaseTime).toBeGreaterThan(localCloud().cloud.clock.now());
    await localCloud().cloud.clock.advance(3 * 3600_000);
    expect(holds.get(`${network}/${main}`)).toBeUndefined();
  });
});
