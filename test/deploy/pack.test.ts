import { createHash } from "node:crypto";
import { chmod, link, mkdir, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { list } from "tar";
import { packFolder } from "../../deploy/pack.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

const files = { "server.ts": "export {};\n", "lib/b.ts": "b", "lib/a/c.ts": "c", "package.json": "{}" };

/** Paths, modes and times of what was packed. */
async function entriesOf(bytes: Uint8Array): Promise<{ path: string; mode?: number; mtime?: Date }[]> {
  const entries: { path: string; mode?: number; mtime?: Date }[] = [];
  const parser = list({ onReadEntry: ({ path, mode, mtime }) => entries.push({ path, mode, mtime }) });
  const ended = new Promise((resolve) => parser.once("end", resolve));
  parser.end(gunzipSync(bytes));
  await ended;
  return entries;
}

async function pathsOf(bytes: Uint8Array): Promise<string[]> {
  return (await entriesOf(bytes)).map(({ path }) => path);
}

describe("packFolder", () => {
  it("names the archive by the hash of its bytes", async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, files);
    const { name, bytes } = await packFolder(folder.path);
    expect(name).toBe(`${createHash("sha256").update(bytes).digest("hex")}.tgz`);
  });

  it("packs the same files alike, whatever their order, times and umask", async () => {
    await using first = await temporaryFolder();
    await using second = await temporaryFolder();
    await writeFiles(first.path, files);
    await writeFiles(second.path, Object.fromEntries(Object.entries(files).reverse()));
    for (const path of Object.keys(files)) {
      await utimes(join(second.path, path), 1, 1);
      await chmod(join(second.path, path), 0o600);
    }
    await chmod(join(second.path, "lib"), 0o700);
    const [one, other] = [await packFolder(first.path), await packFolder(second.path)];
    expect(other.name).toBe(one.name);
    expect(Buffer.compare(other.bytes, one.bytes)).toBe(0);
  });

  it.each([
    ["a changed byte", { ...files, "lib/b.ts": "B" }],
    ["a changed name", { "server.ts": "export {};\n", "lib/d.ts": "b", "lib/a/c.ts": "c", "package.json": "{}" }],
    ["one file more", { ...files, "z.ts": "" }],
  ])("gives another name for %s", async (_what, changed) => {
    await using first = await temporaryFolder();
    await using second = await temporaryFolder();
    await writeFiles(first.path, files);
    await writeFiles(second.path, changed);
    expect((await packFolder(second.path)).name).not.toBe((await packFolder(first.path)).name);
  });

  it("keeps whether a file is a program", async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, files);
    await chmod(join(folder.path, "server.ts"), 0o750);
    const entries = await entriesOf((await packFolder(folder.path)).bytes);
    expect(entries.find(({ path }) => path === "server.ts")?.mode).toBe(0o755);
    expect(entries.find(({ path }) => path === "package.json")?.mode).toBe(0o644);
  });

  it("packs nested folders by relative paths, and nothing that is made from other files", async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      ...files,
      "node_modules/x/index.js": "x",
      "lib/node_modules/y.js": "y",
      ".git/HEAD": "ref",
      ".env.example": "A=1",
    });
    await mkdir(join(folder.path, "empty"));
    const paths = await pathsOf((await packFolder(folder.path)).bytes);
    expect(paths).toEqual([".env.example", "lib/a/c.ts", "lib/b.ts", "package.json", "server.ts"]);
  });

  it("takes a name that begins with @ for a name", async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "@types/x.d.ts": "declare module 'x';", "@.tar": "no archive" });
    const paths = await pathsOf((await packFolder(folder.path)).bytes);
    expect(paths).toEqual(["@.tar", "@types/x.d.ts"]);
  });

  it("keeps names that are long or not ASCII", async () => {
    const long = `${"deep/".repeat(30)}file.ts`;
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { [long]: "1", "größe/表.sql": "2" });
    expect(await pathsOf((await packFolder(folder.path)).bytes)).toEqual([long, "größe/表.sql"]);
  });

  it("packs a file under both its names, and follows no symbolic link out of the folder", async () => {
    await using folder = await temporaryFolder();
    await using linked = await temporaryFolder();
    await writeFiles(folder.path, { "a.txt": "same", "b.txt": "same" });
    await writeFiles(linked.path, { "a.txt": "same" });
    await link(join(linked.path, "a.txt"), join(linked.path, "b.txt"));
    await symlink("/etc/hosts", join(linked.path, "hosts"));
    expect((await packFolder(linked.path)).name).toBe((await packFolder(folder.path)).name);
  });

  it("packs an empty folder", async () => {
    await using folder = await temporaryFolder();
    expect(await pathsOf((await packFolder(folder.path)).bytes)).toEqual([]);
  });

  it("fails for a folder that is not there", async () => {
    await expect(packFolder("/nowhere/at/all")).rejects.toThrow(/ENOENT/);
  });
});
