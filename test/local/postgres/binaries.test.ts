import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { locateBinaries } from "../../../local/postgres/binaries.ts";

const asRoot = process.getuid?.() === 0 ? it : it.skip;
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "alloyrun-test-"));
  chmodSync(directory, 0o755);
});

afterEach(() => {
  delete process.env.ALLOYRUN_POSTGRES_BIN;
  rmSync(directory, { recursive: true });
});

describe("locateBinaries", () => {
  it("takes the installed binaries where they lie, and writes nothing beside them", async () => {
    const native = async () => path.dirname((await locateBinaries(path.join(directory, "work"))).directory);
    const before = readdirSync(path.join(await native(), "lib"));
    expect(readdirSync(path.join(await native(), "lib"))).toEqual(before);
    expect((await native()).startsWith(directory)).toBe(false);
  });

  asRoot("copies them for a user who cannot reach them", async () => {
    const closed = path.join(directory, "closed");
    mkdirSync(closed, { mode: 0o700 });
    const { directory: bin } = await locateBinaries(path.join(directory, "first"));
    cpSync(path.dirname(bin), path.join(closed, "native"), { recursive: true });
    const work = path.join(directory, "work");
    const found = await locateBinaries(work, path.join(closed, "native"));
    expect(found.directory).toBe(path.join(work, "native", "bin"));
    expect(statSync(found.directory).uid).toBe(found.user.uid);
  });

  asRoot("names the folder that the server's user cannot pass through", async () => {
    const closed = path.join(directory, "closed");
    mkdirSync(closed, { mode: 0o700 });
    await expect(locateBinaries(path.join(closed, "work"))).rejects.toThrow(`cannot pass through ${closed}: `);
  });

  it("takes the directory that ALLOYRUN_POSTGRES_BIN names, or says that it cannot", async () => {
    process.env.ALLOYRUN_POSTGRES_BIN = path.join(directory, "nowhere");
    await expect(locateBinaries(path.join(directory, "work"))).rejects.toThrow("nowhere");
  });
});
