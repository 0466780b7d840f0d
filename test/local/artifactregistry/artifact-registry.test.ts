import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Fixture, project, startFixture } from "../run/fixture.ts";

const parent = `projects/${project}/locations/asia-northeast1`;
const root = `artifactregistry.googleapis.com/v1/${parent}`;
let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});

afterAll(() => fixture.stop());

describe("repositories", () => {
  it("are made by an operation and tell where images are pushed to", async () => {
    const body = { format: "DOCKER", mode: "MODE_UNSPECIFIED", labels: { team: "data" } };
    const made = await fixture.operate("POST", `${root}/repositories?repositoryId=apps`, body);
    expect(made).toMatchObject({
      metadata: { "@type": "type.googleapis.com/google.devtools.artifactregistry.v1.OperationMetadata" },
      response: {
        name: `${parent}/repositories/apps`,
        mode: "STANDARD_REPOSITORY",
        registryUri: `asia-northeast1-docker.pkg.dev/${project}/apps`,
      },
    });
    expect(await fixture.call("POST", `${root}/repositories?repositoryId=apps`, body)).toMatchObject({
      status: 409,
      body: { error: { status: "ALREADY_EXISTS" } },
    });
    const list = await fixture.call("GET", `${root}/repositories`);
    expect(list.body.repositories).toMatchObject([{ name: `${parent}/repositories/apps`, labels: { team: "data" } }]);
  });

  it("are patched at once, but keep their format", async () => {
    const patch = (body: object) =>
      fixture.call("PATCH", `${root}/repositories/apps?updateMask=description,format`, body);
    expect((await patch({ format: "NPM" })).status).toBe(400);
    const described = await fixture.call("PATCH", `${root}/repositories/apps?updateMask=description`, {
      description: "ours",
    });
    expect(described.body).toMatchObject({ description: "ours", labels: { team: "data" }, format: "DOCKER" });
  });

  it("show their images and tags, and take them away with them", async () => {
    const reference = fixture.push("users", "");
    const [, digest] = reference.split("@");
    const images = await fixture.call("GET", `${root}/repositories/apps/dockerImages`);
    expect(images.body.dockerImages).toMatchObject([
      { name: `${parent}/repositories/apps/dockerImages/users@${digest}`, uri: reference, tags: ["latest"] },
    ]);
    const one = await fixture.call(
      "GET",
      `${root}/repositories/apps/dockerImages/${encodeURIComponent(`users@${digest}`)}`,
    );
    expect(one.body).toMatchObject({ uri: reference });
    const tags = await fixture.call("GET", `${root}/repositories/apps/packages/users/tags`);
    expect(tags.body.tags).toEqual([
      {
        name: `${parent}/repositories/apps/packages/users/tags/latest`,
        version: `${parent}/repositories/apps/packages/users/versions/${digest}`,
      },
    ]);
    await fixture.operate("DELETE", `${root}/repositories/apps`);
    expect((await fixture.call("GET", `${root}/repositories/apps`)).body.error?.message).toBe(
      "Requested entity was not found.",
    );
    await fixture.operate("POST", `${root}/repositories?repositoryId=apps`, { format: "DOCKER" });
    const none = await fixture.call("GET", `${root}/repositories/apps/dockerImages`);
    expect(none.body.dockerImages ?? []).toEqual([]);
  });

  it("refuse a bad id and a missing format", async () => {
    expect((await fixture.call("POST", `${root}/repositories?repositoryId=Apps`, { format: "DOCKER" })).status).toBe(
      400,
    );
    expect((await fixture.call("POST", `${root}/repositories?repositoryId=other`, {})).status).toBe(400);
  });
});

describe("repositories that are not served", () => {
  it.each([
    { format: "MAVEN" },
    { format: "NPM", mode: "STANDARD_REPOSITORY" },
    { format: "DOCKER", mode: "REMOTE_REPOSITORY" },
    { format: "DOCKER", mode: "VIRTUAL_REPOSITORY" },
    { format: "DOCKER", remoteRepositoryConfig: { dockerRepository: { publicRepository: "DOCKER_HUB" } } },
    { format: "DOCKER", virtualRepositoryConfig: {} },
  ])("are refused, and none comes into being: %j", async (body) => {
    const answer = await fixture.call("POST", `${root}/repositories?repositoryId=elsewhere`, body);
    expect(answer).toMatchObject({ status: 501, body: { error: { status: "UNIMPLEMENTED" } } });
    await fixture.local.cloud.clock.idle();
    expect((await fixture.call("GET", `${root}/repositories/elsewhere`)).status).toBe(404);
  });
});

describe("packages, versions and tags", () => {
  const repository = `${root}/repositories/apps`;
  const names = `${parent}/repositories/apps/packages/users`;
  let digest = "";

  beforeAll(() => {
    digest = fixture.push("users", "").split("@")[1] ?? "";
  });

  it("show an image by name, by digest and by tag", async () => {
    const packages = await fixture.call("GET", `${repository}/packages`);
    expect(packages.body.packages).toMatchObject([{ name: names }]);
    const versions = await fixture.call("GET", `${repository}/packages/users/versions?view=FULL`);
    const version = `${names}/versions/${digest}`;
    expect(versions.body.versions).toMatchObject([
      {
        name: version,
        relatedTags: [{ name: `${names}/tags/latest`, version }],
        metadata: { imageSizeBytes: expect.any(String) },
      },
    ]);
    expect(
      (await fixture.call("GET", `${repository}/packages/users/versions/${digest}`)).body.relatedTags,
    ).toBeUndefined();
    expect((await fixture.call("GET", `${repository}/packages/absent`)).status).toBe(404);
  });

  it("let a tag be made once, moved and taken away", async () => {
    const body = { version: `${names}/versions/${digest}` };
    const tags = `${repository}/packages/users/tags`;
    expect((await fixture.call("POST", `${tags}?tagId=v1`, body)).body).toMatchObject({ name: `${names}/tags/v1` });
    expect((await fixture.call("POST", `${tags}?tagId=v1`, body)).status).toBe(409);
    expect((await fixture.call("POST", `${tags}?tagId=v2`, { version: `${names}/versions/sha256:0` })).status).toBe(
      404,
    );
    const filter = encodeURIComponent(`version="${body.version}"`);
    const list = await fixture.call("GET", `${tags}?filter=${filter}`);
    expect(list.body.tags).toMatchObject([{ name: `${names}/tags/latest` }, { name: `${names}/tags/v1` }]);
    expect((await fixture.call("DELETE", `${tags}/v1`)).status).toBe(200);
    expect((await fixture.call("GET", `${tags}/v1`)).status).toBe(404);
  });

  it("keep a tagged version unless its deletion is forced", async () => {
    const version = `${repository}/packages/users/versions/${digest}`;
    const kept = await fixture.call("DELETE", version);
    expect(kept.body.error).toMatchObject({ status: "FAILED_PRECONDITION" });
    await fixture.operate("DELETE", `${version}?force=true`);
    expect((await fixture.call("GET", `${repository}/packages`)).body.packages ?? []).toEqual([]);
  });
});
