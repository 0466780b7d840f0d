import { expect } from "@jest/globals";
import { isJsonObject, type JsonObject } from "../../../../local/json.ts";
import type { Replay, ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";

const host = "storage.googleapis.com";
const name = ({ project }: Wire) => `${project}-bucket`;
const bucket = (wire: Wire) => `${host}/storage/v1/b/${name(wire)}`;
const object = (wire: Wire) => `${bucket(wire)}/o/d%2Fa.txt`;
/** What is asked of an object before anything is done with it. */
const identity = "fields=bucket%2Cname%2Csize%2Cgeneration&projection=noAcl";

const uploaded = (wire: Wire) =>
  [
    ...["--==1==", "Content-Type: application/json", "MIME-Version: 1.0", ""],
    ...[JSON.stringify({ bucket: name(wire), contentType: "text/plain", name: "d/a.txt" }), "--==1=="],
    ...["Content-Type: text/plain", "MIME-Version: 1.0", "Content-Transfer-Encoding: binary", "", "hello"],
    "--==1==--",
  ].join("\r\n");

const buckets: readonly Replay[] = [
  {
    row: "storage: buckets create",
    source: "recorded",
    async play(wire) {
      const query = `enableObjectRetention=False&project=${wire.project}&projection=noAcl`;
      const iamConfiguration = { uniformBucketLevelAccess: { enabled: true } };
      const body = { iamConfiguration, location: "asia-northeast1", name: name(wire) };
      const made = await wire.send(`POST ${host}/storage/v1/b?${query}`, { body });
      expect(made).toMatchObject({ status: 200, body: { name: name(wire), location: "ASIA-NORTHEAST1" } });
      const again = await wire.send(`POST ${host}/storage/v1/b?${query}`, { body });
      expect(again.body.error).toMatchObject({ code: 409, message: expect.stringContaining("you already own it") });
    },
  },
  {
    row: "storage: buckets describe",
    source: "recorded",
    async play(wire) {
      const { body } = await wire.send(`GET ${bucket(wire)}?projection=full`);
      const iamConfiguration = { uniformBucketLevelAccess: { enabled: true } };
      expect(body).toMatchObject({ kind: "storage#bucket", iamConfiguration, projectNumber: wire.number });
    },
  },
  {
    row: "storage: buckets list",
    source: "recorded",
    async play(wire) {
      const query = `maxResults=1000&project=${wire.project}&projection=full`;
      const { body } = await wire.send(`GET ${host}/storage/v1/b?${query}`);
      expect(body).toMatchObject({ kind: "storage#buckets", items: [{ name: name(wire) }] });
    },
  },
  {
    row: "storage: buckets update",
    source: "recorded",
    async play(wire) {
      const { body: read } = await wire.send(`GET ${bucket(wire)}?projection=noAcl`);
      const change = { labels: { team: "data" } };
      const target = `PATCH ${bucket(wire)}?projection=noAcl`;
      // The whole of what was read goes back, so that what is not changed must be taken as it was.
      const changed = await wire.send(target, { body: { ...read, ...change } });
      expect(changed).toMatchObject({ status: 200, body: { ...change, metageneration: "2", id: read.id } });
    },
  },
];

const objects: readonly Replay[] = [
  {
    row: "storage: objects cp",
    source: "recorded",
    async play(wire) {
      expect((await wire.send(`GET ${object(wire)}?${identity}`)).status).toBe(404);
      const fields = "prefixes%2Citems%2Fname%2Citems%2Fsize%2Citems%2Fgeneration%2CnextPageToken";
      const query = `fields=${fields}&delimiter=%2F&maxResults=1000&prefix=d%2Fa.txt&projection=noAcl`;
      expect((await wire.send(`GET ${bucket(wire)}/o?${query}`)).body).toEqual({});
      const written = await wire.send(`POST ${host}/upload/storage/v1/b/${name(wire)}/o?uploadType=multipart`, {
        headers: { "content-type": "multipart/related; boundary='==1=='" },
        body: uploaded(wire),
      });
      const md5Hash = "XUFAKrxLKna5cZ2REBfFkg==";
      expect(written.body).toMatchObject({ name: "d/a.txt", size: "5", md5Hash, contentType: "text/plain" });
    },
  },
  {
    row: "storage: objects list",
    source: "recorded",
    async play(wire) {
      const { body } = await wire.send(`GET ${bucket(wire)}/o?maxResults=1000&projection=full&versions=True`);
      expect(body).toMatchObject({ kind: "storage#objects", items: [{ name: "d/a.txt", size: "5" }] });
    },
  },
  {
    row: "storage: objects describe",
    source: "recorded",
    async play(wire) {
      const { body } = await wire.send(`GET ${object(wire)}?projection=full`);
      expect(body).toMatchObject({ kind: "storage#object", bucket: name(wire), crc32c: expect.any(String) });
    },
  },
  {
    row: "storage: objects update",
    source: "recorded",
    async play(wire) {
      const { body: read } = await wire.send(`GET ${object(wire)}?${identity}`);
      const body = { ...read, contentType: "text/csv" };
      const changed = await wire.send(`PATCH ${object(wire)}?projection=noAcl`, { body });
      expect(changed).toMatchObject({ status: 200, body: { ...body, metageneration: "2" } });
    },
  },
  {
    row: "storage: objects rm",
    source: "recorded",
    async play(wire) {
      const refused = await wire.send(`DELETE ${bucket(wire)}`);
      expect(refused).toMatchObject({
        status: 409,
        body: { error: { message: expect.stringContaining("not empty") } },
      });
      expect((await wire.send(`GET ${object(wire)}?${identity}`)).status).toBe(200);
      expect((await wire.send(`DELETE ${object(wire)}`)).status).toBe(204);
      expect((await wire.send(`GET ${object(wire)}?${identity}`)).status).toBe(404);
    },
  },
];

const bound = { role: "roles/storage.objectViewer", members: ["user:jane@example.com"] };

async function policyOf(wire: Wire): Promise<JsonObject> {
  const query = "fields=bindings%2Cetag&optionsRequestedPolicyVersion=3";
  const answer = await wire.send(`GET ${bucket(wire)}/iam?${query}`);
  expect({ status: answer.status, fields: Object.keys(answer.body).sort() }).toMatchObject({ status: 200 });
  return answer.body;
}

/** A change of the policy, which is the whole body here. */
async function bind(
  wire: Wire,
  change: (bindings: readonly JsonObject[]) => readonly JsonObject[],
): Promise<JsonObject> {
  const { bindings, etag } = await policyOf(wire);
  const present = Array.isArray(bindings) ? bindings.filter(isJsonObject) : [];
  const body = { bindings: change(present), etag: String(etag), version: 3 };
  const written = await wire.send(`PUT ${bucket(wire)}/iam`, { body });
  expect(written.status).toBe(200);
  return written.body;
}

const policies: readonly Replay[] = [
  {
    row: "storage: buckets add-iam-policy-binding",
    source: "recorded",
    async play(wire) {
      const { bindings } = await bind(wire, (present) => [...present, bound]);
      expect(bindings).toContainEqual(bound);
    },
  },
  {
    row: "storage: buckets get-iam-policy",
    source: "recorded",
    play: async (wire) => expect((await policyOf(wire)).bindings).toContainEqual(bound),
  },
  {
    row: "storage: buckets remove-iam-policy-binding",
    source: "recorded",
    async play(wire) {
      const without = (present: readonly JsonObject[]) => present.filter(({ role }) => role !== bound.role);
      const { bindings } = await bind(wire, without);
      expect(bindings).not.toContainEqual(bound);
    },
  },
];

/** What gcloud sends to Cloud Storage. */
export const storageReplays: ReplayGroup = {
  project: "replay-storage",
  replays: [
    ...buckets,
    ...policies,
    ...objects,
    {
      row: "storage: buckets delete",
      source: "recorded",
      async play(wire) {
        expect((await wire.send(`DELETE ${bucket(wire)}`)).status).toBe(204);
        expect((await wire.send(`GET ${bucket(wire)}`)).status).toBe(404);
      },
    },
  ],
};
