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
