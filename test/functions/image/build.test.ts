import { describe, expect, it } from "@jest/globals";
import { contentTag, imagePlaceOf, pushedImage, runTag, stateOf, toBuild } from "../../../functions/image/build.ts";
import type { BuiltImageInput } from "../../../plan/steps/image.ts";
import { ownership } from "../cloud-run/inputs.ts";

const input: BuiltImageInput = {
  kind: "source",
  project: "p",
  region: "r",
  repository: "projects/p/locations/r/repositories/apps",
  imageId: "users",
  source: { bucket: "p-alloyrun", object: "sources/1234.tgz" },
  buildAccount: "alloyrun-build@p.iam.gserviceaccount.com",
  ownership,
};
const run = { id: "r1", level: "data" } as const;
const uri = "r-docker.pkg.dev/p/apps";

describe("imagePlaceOf", () => {
  const digest = `sha256:${"a".repeat(64)}`;

  it.each([
    ["r-docker.pkg.dev/p/repo/app", "app"],
    ["r-docker.pkg.dev/p/repo/team/app", "team/app"],
    ["r-docker.pkg.dev/p/repo/app:v1", "app"],
  ])("finds %s in its repository", (name, image) => {
    const repository = "projects/p/locations/r/repositories/repo";
    expect(imagePlaceOf(`${name}@${digest}`)).toEqual({ repository, image: `${image}@${digest}` });
  });

  it.each(["gcr.io/p/app", "docker.io/library/app", "r-docker.pkg.dev/p/app"])("knows no repository of %s", (name) => {
    expect(imagePlaceOf(`${name}@${digest}`)).toBeUndefined();
  });
});

describe("contentTag", () => {
  it("is the same for the same source in every run", () => {
    expect(contentTag(input, { ...run, id: "r2" })).toBe(contentTag(input, run));
  });

  it("differs for another source", () => {
    const other = { ...input, source: { ...input.source, object: "sources/5678.tgz" } };
    expect(contentTag(other, run)).not.toBe(contentTag(input, run));
  });

  it("is the run's own when everything is built afresh", () => {
    const all = { id: "r1", level: "all" } as const;
    expect(contentTag(input, all)).not.toBe(contentTag(input, { ...all, id: "r2" }));
    expect(contentTag(input, all)).toBe(contentTag(input, all));
  });
});

describe("toBuild", () => {
  const build = toBuild(input, { registryUri: uri, generation: "7", run });

  it("builds as the dedicated account, which demands that logs go to Cloud Logging", () => {
    expect(build.serviceAccount).toBe("projects/p/serviceAccounts/alloyrun-build@p.iam.gserviceaccount.com");
    expect(build.options).toEqual({ logging: "CLOUD_LOGGING_ONLY" });
  });

  it("pushes the image that its steps build", () => {
    expect(build.images).toHaveLength(1);
    expect(build.steps?.[1]?.args).toContain(build.images?.[0]);
    expect(build.images?.[0]).toMatch(/^r-docker\.pkg\.dev\/p\/apps\/users:[0-9a-f]{12}$/);
  });

  it("can be found again by content and by run", () => {
    expect(build.tags).toEqual(expect.arrayContaining([contentTag(input, run), runTag(run)]));
  });

  it("bears tags that Cloud Build takes", () => {
    for (const tag of toBuild(input, {
      registryUri: uri,
      generation: "7",
      run: { ...run, id: "2026-11-23T08:00:00Z/x" },
    }).tags ?? [])
      expect(tag).toMatch(/^\w[\w.-]{0,127}$/);
  });
});

describe("pushedImage", () => {
  it("gives the image by digest as the repository names it", () => {
    const images = [{ name: `${uri}/users:tag`, digest: "sha256:abc" }];
    expect(pushedImage({ results: { images } }, uri)).toBe("users@sha256:abc");
  });

  it("gives none of another repository", () => {
    const images = [{ name: "r-docker.pkg.dev/p/appsother/users:tag", digest: "sha256:abc" }];
    expect(pushedImage({ results: { images } }, uri)).toBeUndefined();
  });
});

describe("stateOf", () => {
  it.each([
    ["SUCCESS", "succeeded"],
    ["QUEUED", "working"],
    ["WORKING", "working"],
    ["FAILURE", "failed"],
    ["TIMEOUT", "failed"],
    ["CANCELLED", "failed"],
  ] as const)("reads %s as %s", (status, expected) => {
    expect(stateOf({ status })).toBe(expected);
  });
});
