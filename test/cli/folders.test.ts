import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { createFolderReader, folderOf } from "../../cli/folders.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeFiles } from "../support/write-files.ts";

describe("folderOf", () => {
  it("finds a folder beside the spec, wherever the command was given", () => {
    expect(folderOf("/home/ann/users/environment.yaml", "./seed")).toBe("/home/ann/users/seed");
    expect(folderOf("/home/ann/users/environment.yaml", "../seed")).toBe("/home/ann/seed");
    expect(folderOf("users/environment.yaml", "seed")).toBe(join(process.cwd(), "users/seed"));
  });

  it("takes an absolute folder as it is", () => {
    expect(folderOf("/home/ann/environment.yaml", "/srv/seed")).toBe("/srv/seed");
  });
});

describe("createFolderReader", () => {
  it("lists all files below a folder, with slashes", async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "seed/001.sql": "", "seed/more/002.sql": "", "other.sql": "" });
    const reader = createFolderReader(join(folder.path, "environment.yaml"));
    expect([...((await reader.list("./seed")) ?? [])].sort()).toEqual(["001.sql", "more/002.sql"]);
  });

  it("tells a folder that is not there, or is a file, from an empty one", async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { file: "x" });
    const reader = createFolderReader(join(folder.path, "environment.yaml"));
    expect(await reader.list("nowhere")).toBeUndefined();
    expect(await reader.list("file")).toBeUndefined();
    expect(await reader.list(".")).toEqual(["file"]);
  });

  it("reads a file's bytes", async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { "seed/001.sql": "SELECT 'é';" });
    const reader = createFolderReader(join(folder.path, "environment.yaml"));
    expect(Buffer.from(await reader.read("./seed", "001.sql")).toString()).toBe("SELECT 'é';");
  });
});
