import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { strToU8, zipSync } from "fflate";
import { create } from "tar";
import { unpack } from "../../../local/workload/archive.ts";

let root: string;
const into = () => join(root, "into");

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "archive-"));
  mkdirSync(into());
});

afterEach(() => rmSync(root, { recursive: true }));

const zip = (files: Readonly<Record<string, string>>) =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))));

describe("unpack", () => {
  it("takes zips and gzipped tars alike", async () => {
    await unpack(zip({ "a.js": "one", "lib/b.js": "two" }), into());
    expect(readFileSync(join(into(), "lib", "b.js"), "utf8")).toBe("two");
    writeFileSync(join(root, "c.js"), "three");
    await create({ gzip: true, cwd: root, file: join(root, "c.tgz") }, ["c.js"]);
    await unpack(readFileSync(join(root, "c.tgz")), into());
    expect(readFileSync(join(into(), "c.js"), "utf8")).toBe("three");
  });

  it("refuses entries outside, damage, and other formats", async () => {
    await expect(unpack(zip({ "../evil.js": "x" }), into())).rejects.toThrow("outside of itself");
    await expect(
      unpack(gzipSync("no tar at all, but long enough to be read as one".repeat(40)), into()),
    ).rejects.toThrow();
    await expect(unpack(Buffer.from("plain"), into())).rejects.toThrow("neither a zip nor a gzipped tar");
  });
});
