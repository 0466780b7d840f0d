import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { buildOnce } from "../../deploy/bundle-cache.ts";
import { projectFolder } from "../support/imports.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
let builds = 0;

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => folder[Symbol.asyncDispose]());

/** Builds from one file; the result tells which build it came from. */
async function build(wanted: object, file: string): Promise<number> {
  return await buildOnce(wanted, async () => {
    builds += 1;
    return { inputs: [relative(projectFolder, file)], result: builds };
  });
}

describe("buildOnce", () => {
  it("builds anew when what went into it has changed or is gone, or something else is wanted, and only then", async () => {
    const wanted = { test: randomUUID() };
    const file = join(folder.path, "source.ts");
    await writeFile(file, "first");
    const first = await build(wanted, file);
    expect(await build(wanted, file)).toBe(first);
    expect(await build({ ...wanted, minify: true }, file)).toBe(first + 1);
    await writeFile(file, "second");
    expect(await build(wanted, file)).toBe(first + 2);
    expect(await build(wanted, file)).toBe(first + 2);
    await rm(file);
    await expect(build(wanted, file)).rejects.toThrow(/ENOENT/);
  });

  it("keeps nothing of a build that failed", async () => {
    const wanted = { test: randomUUID() };
    const failing = () => buildOnce(wanted, () => Promise.reject(new Error("no such file")));
    await expect(failing()).rejects.toThrow("no such file");
    await expect(failing()).rejects.toThrow("no such file");
  });
});
