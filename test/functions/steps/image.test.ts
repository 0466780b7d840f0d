import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { createArtifactRegistry } from "../../../local/artifactregistry/artifact-registry.ts";
import { createCloudBuild } from "../../../local/cloudbuild/cloud-build.ts";
import { createIam } from "../../../local/iam/iam.ts";
import { createLogging } from "../../../local/logging/logging.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { createResourceManager } from "../../../local/resourcemanager/resource-manager.ts";
import { createStorage } from "../../../local/storage/storage.ts";
import type { BuiltImageInput } from "../../../plan/steps/image.ts";
import { accountEmail } from "../../../spec/names.ts";
import { rest, startTestCloud, testProject } from "../../support/local-cloud.ts";
import { StepRefused, type Steps, startSteps } from "../../support/steps.ts";
import { nameOf, pack } from "../jobs/seed/pack.ts";
import { ownership } from "./database.ts";

jest.setTimeout(60_000);

const region = "asia-northeast1";
const bucket = `${testProject}-alloyrun`;
const parent = `projects/${testProject}/locations/${region}`;
let local: LocalCloud;
let steps: Steps;

beforeAll(async () => {
  const apis = [
    createArtifactRegistry,
    createCloudBuild,
    createIam,
    createLogging,
    createResourceManager,
    createStorage,
  ];
  local = await startTestCloud({ apis });
  steps = await startSteps(local, testProject, ["image"]);
  const accounts = `iam.googleapis.com/v1/projects/${testProject}/serviceAccounts`;
  await rest(local, `POST ${accounts}`, { body: { accountId: "alloyrun-build" } });
  await local.cloud.clock.advance(600_000);
  const members = [`serviceAccount:${accountEmail(testProject, "alloyrun-build")}`];
  const roles = ["artifactregistry.writer", "logging.logWriter", "storage.objectViewer"];
  const policy = { version: 3, bindings: roles.map((role) => ({ role: `roles/${role}`, members })) };
  const project = `cloudresourcemanager.googleapis.com/v3/projects/${testProject}:setIamPolicy`;
  const answer = await rest(local, `POST ${project}`, { body: { policy } });
  if (answer.status !== 200) throw new Error(answer.text);
  await local.cloud.clock.advance(600_000);
});
afterAll(async () => {
  await steps.stop();
  await local.stop();
});

/** An application that says something, with these dependencies. */
function application(says: string, more: object = {}): Record<string, string> {
  const manifest = { name: "app", version: "1.0.0", scripts: { start: "node index.js" }, ...more };
  return { "package.json": JSON.stringify(manifest), "index.js": `console.log(${JSON.stringify(says)});` };
}

async function inputFor(files: Record<string, string>): Promise<BuiltImageInput> {
  const packed = pack(files);
  const object = nameOf(packed).replace("seeds/", "sources/");
  await upload(object, packed);
  return {
    kind: "source",
    project: testProject,
    region,
    repository: `${parent}/repositories/alloyrun-staging`,
    imageId: "users",
    source: { bucket, object },
    buildAccount: accountEmail(testProject, "alloyrun-build"),
    ownership,
  };
}

/** Writes an object, whatever is there. */
async function upload(object: string, packed: Buffer): Promise<void> {
  const url = `${local.url}/storage.googleapis.com/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(object)}`;
  const headers = { authorization: "Bearer owner", "content-type": "application/gzip" };
  const response = await fetch(url, { method: "POST", headers, body: new Uint8Array(packed) });
  if (!response.ok) throw new Error(await response.text());
}

const builds = async () => {
  const { body } = await rest(local, `GET cloudbuild.googleapis.com/v1/${parent}/builds`);
  return (body.builds ?? []) as readonly object[];
};

async function refused(working: Promise<unknown>): Promise<StepRefused> {
  const caught = await working.catch((error: unknown) => error);
  if (caught instanceof StepRefused) return caught;
  throw new Error(`expected a refusal, got ${JSON.stringify(caught)}`);
}

describe("image", () => {
  it("plans repository and build before either is there", async () => {
    const input = await inputFor(application("hello"));
    const { body } = await steps.ask("image", { action: "plan", input });
    expect(body.changes).toMatchObject([
      {
        ...{ action: "create", resource: input.repository },
        effects: { costPerDay: expect.closeTo((0.2 * 0.1) / 30.4, 6) },
      },
      { action: "create", resource: `${input.repository}/dockerImages/users` },
    ]);
  });

  it("makes the repository, builds the source and gives the image by digest", async () => {
    const input = await inputFor(application("hello"));
    const { output, changes } = await steps.carryOut("image", { input });
    const prefix = `${region}-docker.pkg.dev/${testProject}/alloyrun-staging/users@sha256:`;
    expect(String(output.image).startsWith(prefix)).toBe(true);
    expect(changes).toEqual([`create ${input.repository}`, `create ${input.repository}/dockerImages/users`]);
  });

  it("builds the same source once, in whatever run", async () => {
    const input = await inputFor(application("hello"));
    const first = await steps.carryOut("image", { input, run: { id: "r2" } });
    expect(first.changes).toEqual([]);
    expect(await builds()).toHaveLength(1);
    expect((await steps.ask("image", { action: "plan", input })).body.changes).toEqual([]);
  });

  it("builds again what has changed, and everything afresh at level all, but once a run", async () => {
    await steps.carryOut("image", { input: await inputFor(application("hello again")) });
    expect(await builds()).toHaveLength(2);
    const input = await inputFor(application("hello"));
    const run = { id: "r3", level: "all" } as const;
    await expect(steps.carryOut("image", { input, run })).resolves.toMatchObject({ changes: [expect.any(String)] });
    await expect(steps.carryOut("image", { input, run })).resolves.toMatchObject({ changes: [] });
    expect(await builds()).toHaveLength(3);
  });

  it("builds nothing but what the source's name promises, from the very bytes that were looked at", async () => {
    const input = await inputFor(application("planned"));
    const { object } = input.source;
    await upload(object, pack(application("slipped in")));
    const before = (await builds()).length;
    const { status, message } = await refused(steps.carryOut("image", { input }));
    expect([status, message]).toEqual([400, expect.stringContaining("is not the archive that its name promises")]);
    await rest(local, `DELETE storage.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}`);
    expect((await refused(steps.carryOut("image", { input }))).message).toContain("is not there");
    expect(await builds()).toHaveLength(before);
    await upload(object, pack(application("planned")));
    const { body } = await rest(
      local,
      `GET storage.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(object)}`,
    );
    await steps.carryOut("image", { input });
    expect((await builds())[0]).toMatchObject({ source: { storageSource: { object, generation: body.generation } } });
  });

  it("tells from the log why a build failed, and tries it again in the next run only", async () => {
    const input = await inputFor(application("oops", { scripts: { start: "node missing.js" } }));
    const { status, message } = await refused(steps.carryOut("image", { input }));
    expect(status).toBe(400);
    expect(message).toContain("BUILD_FAILED");
    expect(message).toContain("missing.js");
    const before = (await builds()).length;
    await refused(steps.carryOut("image", { input }));
    expect(await builds()).toHaveLength(before);
    await refused(steps.carryOut("image", { input, run: { id: "r4" } }));
    expect(await builds()).toHaveLength(before + 1);
  });

  it("passes on an image that the spec gives", async () => {
    const image = "example.test/app@sha256:abc";
    await expect(steps.carryOut("image", { input: { kind: "digest", image } })).resolves.toEqual({
      output: { image },
      changes: [],
      reasons: [],
    });
  });

  it("plans with an image that is given only if it is there, or nobody can look", async () => {
    const built = await steps.carryOut("image", { input: await inputFor(application("hello")) });
    const planOf = (image: unknown) => steps.ask("image", { action: "plan", input: { kind: "digest", image } });
    const nothing = { status: 200, body: { changes: [] } };
    expect(await planOf(built.output.image)).toMatchObject(nothing);
    const absent = String(built.output.image).replace(/[0-9a-f]{64}$/, "0".repeat(64));
    expect(await planOf(absent)).toMatchObject({
      status: 400,
      body: {
        error: {
          message: `service.image in the spec: ${absent} does not exist; push it, or name the digest of an image that is there`,
        },
      },
    });
    expect(await planOf(absent.replace("-docker.pkg.dev", ".example.com"))).toMatchObject(nothing);
  });

  it("refuses a repository of another environment by name, and removes only its own", async () => {
    const input = await inputFor(application("hello"));
    const foreign = { ...input, ownership: { ...ownership, environment: "other", mark: "alloyrun:x/other" } };
    const { message } = await refused(steps.carryOut("image", { input: foreign }));
    expect(message).toContain(`${input.repository} exists and belongs to`);
    expect(await steps.planRemoval("image", foreign)).toEqual({});
    expect(await steps.planRemoval("image", input)).toEqual({
      [`delete ${input.repository}`]: expect.objectContaining({ costPerDay: expect.closeTo((-0.2 * 0.1) / 30.4, 6) }),
    });
    await expect(steps.carryOut("image", { action: "remove", input: foreign })).resolves.toMatchObject({ changes: [] });
    await expect(steps.carryOut("image", { action: "remove", input })).resolves.toMatchObject({
      changes: [`delete ${input.repository}`],
    });
  });

  it("builds again when the repository that held the image is gone", async () => {
    const { changes } = await steps.carryOut("image", { input: await inputFor(application("hello")) });
    expect(changes).toHaveLength(2);
  });
});
