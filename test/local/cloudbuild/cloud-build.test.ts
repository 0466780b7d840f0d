import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { create as createTar } from "tar";
import { createCloudBuild } from "../../../local/cloudbuild/cloud-build.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import { type Fixture, project, startFixture } from "../run/fixture.ts";

const place = `projects/${project}/locations/asia-northeast1`;
const builds = `cloudbuild.googleapis.com/v1/${place}/builds`;
const builder = `builder@${project}.iam.gserviceaccount.com`;
const image = `asia-northeast1-docker.pkg.dev/${project}/apps/users`;
const bucket = "sources";
let fixture: Fixture;
let scratch: string;

beforeAll(async () => {
  fixture = await startFixture([createCloudBuild, createStorage]);
  scratch = mkdtempSync(join(tmpdir(), "cloud-build-"));
  await fixture.call("POST", `iam.googleapis.com/v1/projects/${project}/serviceAccounts`, { accountId: "builder" });
  await fixture.call("POST", `storage.googleapis.com/storage/v1/b?project=${project}`, { name: bucket });
  await fixture.operate("POST", `artifactregistry.googleapis.com/v1/${place}/repositories?repositoryId=apps`, {
    format: "DOCKER",
  });
});

afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true });
  await fixture.stop();
});

const member = `serviceAccount:${builder}`;

async function grantAll(): Promise<void> {
  const repository = `artifactregistry.googleapis.com/v1/${place}/repositories/apps:setIamPolicy`;
  await fixture.call("POST", repository, {
    policy: { bindings: [{ role: "roles/artifactregistry.writer", members: [member] }] },
  });
  const roles = ["roles/storage.objectViewer", "roles/logging.logWriter"];
  const bindings = roles.map((role) => ({ role, members: [member] }));
  await fixture.call("POST", `cloudresourcemanager.googleapis.com/v1/projects/${project}:setIamPolicy`, {
    policy: { bindings },
  });
  await fixture.local.cloud.clock.advance(600_000);
}

/** Uploads a source archive and gives the object's name. */
async function upload(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = join(scratch, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), text);
  }
  const archive = join(scratch, `${name}.tgz`);
  await createTar({ gzip: true, cwd: directory, file: archive, portable: true }, ["."]);
  const url = `${fixture.local.url}/storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}.tgz`;
  const headers = { authorization: "Bearer owner", "content-type": "application/gzip" };
  expect((await fetch(url, { method: "POST", headers, body: readFileSync(archive) })).status).toBe(200);
  return `${name}.tgz`;
}

const toBuild = (object: string, more: object = {}) => ({
  source: { storageSource: { bucket, object } },
  steps: [
    {
      name: "gcr.io/k8s-skaffold/pack",
      entrypoint: "pack",
      args: ["config", "default-builder", "gcr.io/buildpacks/builder:latest"],
    },
    { name: "gcr.io/k8s-skaffold/pack", entrypoint: "pack", args: ["build", image, "--network", "cloudbuild"] },
  ],
  images: [image],
  serviceAccount: `projects/${project}/serviceAccounts/${builder}`,
  options: { logging: "CLOUD_LOGGING_ONLY" },
  tags: [object],
  ...more,
});

const application = {
  "package.json": JSON.stringify({
    type: "module",
    scripts: { start: "node main.js" },
    dependencies: { pg: "^8.0.0" },
  }),
  "main.js": `import pg from "pg"; import { createServer } from "node:http";
    createServer((_, response) => response.end(typeof pg.Pool)).listen(process.env.PORT);`,
};

const logs = () => fixture.printed().join("\n");

describe("CreateBuild without rights", () => {
  it("fails to fetch a source that the build's account may not read", async () => {
    const operation = await fixture.operate("POST", builds, toBuild(await upload("unreadable", application)));
    expect(operation.error?.message).toContain("failed to fetch the source");
    const { body } = await fixture.call("GET", `${builds}?filter=${encodeURIComponent('tags="unreadable.tgz"')}`);
    expect(body.builds).toMatchObject([{ status: "FAILURE", failureInfo: { type: "FETCH_SOURCE_FAILED" } }]);
  });
});

describe("CreateBuild", () => {
  beforeAll(grantAll);

  it("builds an application with its declared packages into an image that runs", async () => {
    const operation = await fixture.operate("POST", builds, toBuild(await upload("users", application)));
    const build = operation.response as { id: string; results: { images: { name: string; digest: string }[] } };
    expect(build).toMatchObject({
      status: "SUCCESS",
      results: { images: [{ name: image, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) }] },
    });
    expect(logs()).toMatch(/added pg@8\./);
    expect((await fixture.call("GET", `${builds}/${build.id}`)).body).toMatchObject({
      status: "SUCCESS",
      tags: ["users.tgz"],
    });
    const template = {
      serviceAccount: builder,
      containers: [{ image: `${image}@${build.results.images[0]?.digest}` }],
    };
    const service = await fixture.operate("POST", `run.googleapis.com/v2/${place}/services?serviceId=users`, {
      template,
    });
    const { uri } = service.response as { uri: string };
    const headers = { authorization: "Bearer owner" };
    const answer = await fixture.local.cloud.fetch({
      method: "GET",
      url: new URL(uri),
      headers,
      body: Buffer.alloc(0),
    });
    expect(answer.body.toString()).toBe("function");
  });

  it("gives the same digest for the same source", async () => {
    const digests = await Promise.all(
      ["same-1", "same-2"].map(async (name) => {
        const operation = await fixture.operate("POST", builds, toBuild(await upload(name, application)));
        return (operation.response as { results: { images: { digest: string }[] } }).results.images[0]?.digest;
      }),
    );
    expect(digests[0]).toBe(digests[1]);
  });

  it("leaves an undeclared dependency out, so that the revision fails", async () => {
    const files = { ...application, "package.json": JSON.stringify({ type: "module", main: "main.js" }) };
    const operation = await fixture.operate("POST", builds, toBuild(await upload("undeclared", files)));
    const { results } = operation.response as { results: { images: { digest: string }[] } };
    const template = { serviceAccount: builder, containers: [{ image: `${image}@${results.images[0]?.digest}` }] };
    const service = await fixture.operate("POST", `run.googleapis.com/v2/${place}/services?serviceId=undeclared`, {
      template,
    });
    expect(service.error?.message).toContain("is not ready and cannot serve traffic");
    expect(logs()).toContain("Cannot find package 'pg'");
  });

  it("runs the build script with the development dependencies", async () => {
    const files = {
      "package.json": JSON.stringify({
        main: "out.js",
        scripts: { build: "node make.js && esbuild --version" },
        devDependencies: { esbuild: "*" },
      }),
      "make.js": 'require("node:fs").writeFileSync("out.js", "console.log(1)"); console.log("made");',
    };
    const operation = await fixture.operate("POST", builds, toBuild(await upload("scripted", files)));
    expect(operation.error).toBeUndefined();
    expect(logs()).toContain("Step #1: made");
  });

  it.each([
    ["no package.json", { "main.js": "" }, "no buildpack applies"],
    ["a broken package.json", { "package.json": "{" }, "JSON"],
    ["no entry point", { "package.json": "{}" }, "no entry point"],
    [
      "a start script whose file is missing",
      { "package.json": '{"scripts":{"start":"node gone.js"}}' },
      'the start command names "gone.js"',
    ],
    [
      "a failing build script",
      { "package.json": '{"main":"a.js","scripts":{"build":"exit 3"}}', "a.js": "" },
      "exit status 3",
    ],
  ])("fails for %s and says so in its log", async (title, files, message) => {
    const operation = await fixture.operate("POST", builds, toBuild(await upload(title.replaceAll(/\W/g, "-"), files)));
    expect(operation.error?.message).toContain(message);
    expect(logs()).toContain(message);
  });

  it("fails for steps that it does not run, and for repositories that are not there", async () => {
    const object = await upload("plain", application);
    const docker = [{ name: "gcr.io/cloud-builders/docker", args: ["build", "."] }];
    expect((await fixture.operate("POST", builds, toBuild(object, { steps: docker }))).error?.message).toContain(
      "UNIMPLEMENTED",
    );
    const other = `asia-northeast1-docker.pkg.dev/${project}/none/users`;
    const steps = [{ name: "gcr.io/k8s-skaffold/pack", entrypoint: "pack", args: ["build", other] }];
    expect(
      (await fixture.operate("POST", builds, toBuild(object, { steps, images: [other] }))).error?.message,
    ).toContain('Repository "none" not found');
  });

  it("refuses a service account without a place for the log", async () => {
    const answer = await fixture.call("POST", builds, toBuild("users.tgz", { options: {} }));
    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: { message: expect.stringMatching(/^if 'build.service_account' is specified, the build must either/) },
      },
    });
  });

  it("can be cancelled", async () => {
    const { body } = await fixture.call("POST", builds, toBuild(await upload("late", application)));
    const { build } = body.metadata as { build: { id: string } };
    const cancelled = await fixture.call("POST", `${builds}/${build.id}:cancel`, {});
    expect(cancelled.body).toMatchObject({ status: "CANCELLED" });
    await fixture.local.cloud.clock.advance(600_000);
    expect((await fixture.call("GET", `${builds}/${build.id}`)).body).toMatchObject({ status: "CANCELLED" });
    expect((await fixture.call("POST", `${builds}/${build.id}:cancel`, {})).status).toBe(400);
  });
});
