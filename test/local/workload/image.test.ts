import { describe, expect, it } from "@jest/globals";
import { createStore } from "../../../local/store.ts";
import { createImages, type Image, parseImageReference } from "../../../local/workload/image.ts";

const repository = "host:5000/p/apps/users";

function image(digest: string): Image {
  const rest = { directory: "/", command: ["node"], env: {}, packages: {}, uploadTime: "", sizeBytes: 0 };
  return { ...rest, digest, reference: `${repository}@${digest}` };
}

describe("parseImageReference", () => {
  it.each([
    [repository, { repository, tag: "latest" }],
    [`${repository}:v1`, { repository, tag: "v1" }],
    [`${repository}@sha256:a`, { repository, digest: "sha256:a" }],
    [`${repository}:v1@sha256:a`, { repository, tag: "v1", digest: "sha256:a" }],
  ])("splits %s", (text, expected) => expect(parseImageReference(text)).toEqual(expected));
});

describe("createImages", () => {
  it("finds an image by digest for good and by tag as long as the tag is there", () => {
    const images = createImages(createStore(), "/");
    images.push(image("sha256:a"), "latest");
    images.push(image("sha256:b"), "latest");
    expect(images.resolve(repository)?.digest).toBe("sha256:b");
    expect(images.resolve(`${repository}@sha256:a`)?.digest).toBe("sha256:a");
    expect(images.tags(image("sha256:a"))).toEqual([]);
    expect(images.list("host:5000/p/apps").map(({ digest }) => digest)).toEqual(["sha256:a", "sha256:b"]);
    images.remove("host:5000/p/apps");
    expect(images.resolve(`${repository}@sha256:a`)).toBeUndefined();
  });
});
