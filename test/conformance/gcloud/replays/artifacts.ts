import { createHash } from "node:crypto";
import { expect } from "@jest/globals";
import type { JsonObject } from "../../../../local/json.ts";
import { look, pollOperation } from "../loops.ts";
import { policyReplays } from "../policy.ts";
import type { ReplayGroup } from "../replay.ts";
import type { Wire } from "../wire.ts";

const host = "artifactregistry.googleapis.com/v1";
const storage = "storage.googleapis.com";
const location = ({ project }: Wire) => `${host}/projects/${project}/locations/asia-northeast1`;
const bucket = ({ project }: Wire) => `${project}_cloudbuild`;
const builds = ({ project }: Wire) => `cloudbuild.googleapis.com/v1/projects/${project}/locations/global/builds`;
const object = "source/1700000000.0-0123456789abcdef.tgz";
/** Contents of a source archive; what lies in it is no application. */
const source = Buffer.from("no archive at all");

/** Uploads as gcloud does: two parts, and the boundary in apostrophes. */
async function upload(wire: Wire, name: string): Promise<void> {
  const query = `uploadType=multipart&name=${encodeURIComponent(name)}`;
  const metadata = `--==1==\r\ncontent-type: application/json\r\n\r\n{"name":"${name}"}\r\n`;
  const media = `--==1==\r\ncontent-type: application/x-tar\r\ncontent-transfer-encoding: binary\r\n\r\n${source}\r\n`;
  const written = await wire.send(`POST ${storage}/upload/storage/v1/b/${bucket(wire)}/o?${query}`, {
    headers: { "content-type": "multipart/related; boundary='==1=='" },
    body: `${metadata}${media}--==1==--`,
  });
  const md5Hash = createHash("md5").update(source).digest("base64");
  const size = String(source.length);
  expect(written.body).toMatchObject({ bucket: bucket(wire), name, generation: expect.any(String), size, md5Hash });
}

/** What gcloud sends to Artifact Registry, Cloud Build and Cloud Storage. */
export const artifactReplays: ReplayGroup = {
  project: "replay-artifacts",
  replays: [
    {
      row: "artifactregistry: artifacts repositories create",
      async play(wire) {
        const name = `projects/${wire.project}/locations/asia-northeast1/repositories/my-repo`;
        const body = { format: "DOCKER", mode: "MODE_UNSPECIFIED", name };
        const started = await wire.send(`POST ${location(wire)}/repositories?repositoryId=my-repo`, { body });
        expect(await pollOperation(wire, host, started)).not.toHaveProperty("error");
        const made = await wire.send(`GET ${location(wire)}/repositories/my-repo`);
        expect(made.body).toMatchObject({ format: "DOCKER", mode: "STANDARD_REPOSITORY" });
      },
    },
    {
      row: "cloudbuild: the bucket of builds submit",
      async play(wire) {
        expect((await wire.send(`GET ${storage}/storage/v1/b/${bucket(wire)}`)).status).toBe(404);
        const made = await wire.send(`POST ${storage}/storage/v1/b?project=${wire.project}`, {
          body: { name: bucket(wire) },
        });
        expect(made).toMatchObject({ status: 200, body: { name: bucket(wire) } });
        const query = `prefix=${bucket(wire)}&project=${wire.project}`;
        const own = await wire.send(`GET ${storage}/storage/v1/b?${query}`);
        expect(own.body.items).toMatchObject([{ name: bucket(wire), projectNumber: wire.number }]);
      },
    },
    {
      row: "cloudbuild: builds submit",
      async play(wire) {
        await upload(wire, object);
        const image = `asia-northeast1-docker.pkg.dev/${wire.project}/my-repo/app`;
        const body = {
          source: { storageSource: { bucket: bucket(wire), object } },
          images: [image],
          steps: [
            { name: "gcr.io/k8s-skaffold/pack", entrypoint: "pack", args: ["config", "default-builder", "b"] },
            { name: "gcr.io/k8s-skaffold/pack", entrypoint: "pack", args: ["build", image, "--network", "cloudbuild"] },
          ],
          tags: ["gcp-runtimes-builder"],
        };
        const { body: started } = await wire.send(`POST ${builds(wire)}`, { body });
        const { build } = started.metadata as { readonly build: Record<string, string> };
        expect(started.metadata).toMatchObject({ "@type": expect.stringContaining("BuildOperationMetadata") });
        expect(build).toMatchObject({ id: expect.any(String), logUrl: expect.any(String) });
        const logs = `${storage}/${String(build.logsBucket).replace("gs://", "")}/log-${build.id}.txt`;
        const early = await wire.send(`GET ${logs}`, { isMedia: true, headers: { range: "bytes=0-" } });
        expect([200, 206, 404, 416]).toContain(early.status);
        const ended = await look(
          () => wire.send(`GET ${builds(wire)}/${build.id}`),
          ({ status }) => status !== "QUEUED" && status !== "WORKING",
        );
        // The source is no archive: that it fails where it does shows that the bytes came through.
        expect(ended).toMatchObject({ status: "FAILURE", failureInfo: { type: "FETCH_SOURCE_FAILED" } });
        const log = await wire.send(`GET ${logs}`, { isMedia: true, headers: { range: "bytes=0-" } });
        expect(log).toMatchObject({ status: 206, text: expect.stringContaining(`gs://${bucket(wire)}/${object}`) });
      },
    },
    {
      row: "cloudbuild: builds list",
      source: "recorded",
      async play(wire) {
        const { body } = await wire.send(`GET ${builds(wire)}?pageSize=20`);
        expect(body.builds).toMatchObject([{ status: "FAILURE", projectId: wire.project }]);
        const elsewhere = builds(wire).replace("/global/", "/asia-northeast1/");
        expect((await wire.send(`GET ${elsewhere}?pageSize=20`)).body).toEqual({});
      },
    },
    {
      row: "cloudbuild: builds describe",
      source: "recorded",
      async play(wire) {
        const { body } = await wire.send(`GET ${builds(wire)}?pageSize=20`);
        const [one = {}] = Array.isArray(body.builds) ? (body.builds as readonly JsonObject[]) : [];
        const described = await wire.send(`GET ${builds(wire)}/${String(one.id)}`);
        expect(described).toMatchObject({ status: 200, body: one });
      },
    },
    {
      row: "storage: objects cp",
      async play(wire) {
        const objects = `${storage}/storage/v1/b/${bucket(wire)}/o`;
        expect((await wire.send(`GET ${objects}/copied.txt?projection=noAcl`)).status).toBe(404);
        const none = await wire.send(`GET ${objects}?delimiter=%2F&maxResults=1000&prefix=copied.txt%2F`);
        expect(none.body).not.toHaveProperty("items");
        await upload(wire, "copied.txt");
        const media = await wire.send(`GET ${objects}/copied.txt?alt=media`, { isMedia: true });
        expect(media.text).toBe(String(source));
        const some = await wire.send(`GET ${objects}/copied.txt?fields=bucket,name,size,generation`);
        expect(Object.keys(some.body).sort()).toEqual(["bucket", "generation", "name", "size"]);
      },
    },
    {
      row: "artifactregistry: artifacts repositories describe",
      source: "recorded",
      async play(wire) {
        const { body } = await wire.send(`GET ${location(wire)}/repositories/my-repo`);
        const registryUri = `asia-northeast1-docker.pkg.dev/${wire.project}/my-repo`;
        expect(body).toMatchObject({ format: "DOCKER", registryUri, createTime: expect.any(String) });
      },
    },
    {
      row: "artifactregistry: artifacts repositories list",
      source: "recorded",
      async play(wire) {
        const name = `projects/${wire.project}/locations/asia-northeast1/repositories/my-repo`;
        expect((await wire.send(`GET ${location(wire)}/repositories`)).body.repositories).toMatchObject([{ name }]);
        // Without a location it asks which there are, of an older version, and then each.
        const address = `artifactregistry.googleapis.com/v1beta2/projects/${wire.project}/locations`;
        const { body } = await wire.send(`GET ${address}`);
        const known = Array.isArray(body.locations) ? (body.locations as readonly JsonObject[]) : [];
        expect(known).toContainEqual(expect.objectContaining({ locationId: "asia-northeast1" }));
        const elsewhere = `${host}/projects/${wire.project}/locations/us-east1/repositories`;
        expect(await wire.send(`GET ${elsewhere}`)).toMatchObject({ status: 200, text: "{}" });
      },
    },
    {
      row: "artifactregistry: artifacts repositories update",
      source: "recorded",
      async play(wire) {
        const one = `${location(wire)}/repositories/my-repo`;
        const { body: read } = await wire.send(`GET ${one}`);
        // The whole of what was read goes back, output fields included.
        const change = { description: "ours", labels: { team: "data" } };
        const target = `PATCH ${one}?updateMask=description%2Clabels`;
        expect((await wire.send(target, { body: { ...read, ...change } })).body).toMatchObject(change);
        expect((await wire.send(`GET ${one}`)).body).toMatchObject({ ...change, format: "DOCKER" });
      },
    },
    ...policyReplays({
      family: "artifactregistry: artifacts repositories",
      role: "roles/artifactregistry.writer",
      read: (wire) => `GET ${location(wire)}/repositories/my-repo:getIamPolicy`,
      write: (wire) => `${location(wire)}/repositories/my-repo:setIamPolicy`,
      version: 1,
    }),
    {
      row: "artifactregistry: artifacts repositories delete",
      async play(wire) {
        const started = await wire.send(`DELETE ${location(wire)}/repositories/my-repo`);
        expect(await pollOperation(wire, host, started)).not.toHaveProperty("error");
        expect((await wire.send(`GET ${location(wire)}/repositories/my-repo`)).body.error).toMatchObject({ code: 404 });
      },
    },
  ],
};
