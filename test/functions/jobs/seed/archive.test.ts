import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { readSeedFiles } from "../../../../functions/jobs/seed/archive.ts";
import { nameOf, pack } from "./pack.ts";

describe("readSeedFiles", () => {
  it("gives the SQL files in the order of their paths, whatever their order in the archive", async () => {
    const packed = pack({ "010-b.sql": "B", "002-a.sql": "A", "README.md": "no", "sub/001.sql": "S" });
    const files = await readSeedFiles(nameOf(packed), packed);
    expect(files.map(({ name, text }) => [name, text])).toEqual([
      ["002-a.sql", "A"],
      ["010-b.sql", "B"],
      ["sub/001.sql", "S"],
    ]);
  });

  it("gives each file the checksum of its bytes", async () => {
    const packed = pack({ "1.sql": "SELECT 1" });
    const [file] = await readSeedFiles(nameOf(packed), packed);
    expect(file?.checksum).toBe(createHash("sha256").update("SELECT 1").digest("hex"));
  });

  it("refuses bytes that are not those the object's name promises", async () => {
    const packed = pack({ "1.sql": "SELECT 1" });
    const other = nameOf(pack({ "1.sql": "SELECT 2" }));
    await expect(readSeedFiles(other, packed)).rejects.toMatchObject({ kind: "checksum" });
  });

  it("refuses what is no archive", async () => {
    const packed = Buffer.from("not a tarball");
    await expect(readSeedFiles(nameOf(packed), packed)).rejects.toMatchObject({ kind: "archive" });
  });

  it("names a file that is not text", async () => {
    const packed = pack({ "1.sql": Buffer.from([0xff, 0xfe, 0x00]) });
    await expect(readSeedFiles(nameOf(packed), packed)).rejects.toMatchObject({
      kind: "archive",
      message: expect.stringContaining("1.sql"),
    });
  });
});
