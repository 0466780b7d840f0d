import { describe, expect, it } from "@jest/globals";
import { readSources, type SourceFile } from "./support/imports.ts";

/** Which folders a folder's files may import. The order is the path of the data. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  spec: ["spec"],
  plan: ["spec", "plan"],
  google: ["google"],
  functions: ["spec", "plan", "google", "functions"],
  deploy: ["spec", "plan", "google", "deploy"],
  cli: ["spec", "plan", "google", "deploy", "functions", "cli"],
  local: ["local"],
};

/** The one place where the command line meets the local Google Cloud. */
const bridge = /^cli\/local\//;

const product = ["spec", "plan", "google", "functions", "deploy", "cli"];
const sources = readSources([...product, "local"]);
const folderOf = (path: string) => path.split("/")[0] ?? "";

describe("the import rule", () => {
  it("lets every file import only from the folders before it", () => {
    const broken = sources.flatMap((file) =>
      file.all
        .filter((target) => !(allowed[folderOf(file.path)] ?? []).includes(folderOf(target)))
        .filter((target) => !(bridge.test(file.path) && folderOf(target) === "local"))
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("keeps every API of the local cloud from importing another", () => {
    const table = sources.find((file) => file.path === "local/apis.ts");
    const folders = (table?.values ?? []).map((path) => path.match(/^local\/([a-z]+)\//)?.[1]);
    const apis = new Set<string | undefined>(folders.filter((folder) => folder !== undefined));
    expect(apis.size).toBeGreaterThan(10);
    const broken = sources
      .filter((file) => file.path.startsWith("local/") && apis.has(file.path.split("/")[1]))
      .flatMap((file) =>
        file.all
          .filter((target) => target.startsWith("local/") && apis.has(target.split("/")[1]))
          .filter((target) => target.split("/")[1] !== file.path.split("/")[1])
          .map((target) => `${file.path} imports ${target}`),
      );
    expect(broken).toEqual([]);
  });

  it("has no cycle", () => {
    expect(findCycle(sources)).toEqual([]);
  });

  it("finds a cycle where there is one", () => {
    const file = (path: string, values: string[]): SourceFile => ({
      path,
      text: "",
      values,
      all: values,
      packages: [],
    });
    expect(findCycle([file("a.ts", ["b.ts"]), file("b.ts", ["c.ts"]), file("c.ts", ["b.ts"])])).toEqual([
      "b.ts",
      "c.ts",
      "b.ts",
    ]);
  });
});

describe("the product", () => {
  const files = sources.filter((file) => product.includes(folderOf(file.path)) && !bridge.test(file.path));

  it("decides nothing by its process's clock", () => {
    const clocks = files
      .filter((file) => folderOf(file.path) !== "cli")
      .filter((file) => /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/.test(file.text))
      .map((file) => file.path);
    expect(clocks).toEqual([]);
  });

  it("names no address of a local cloud", () => {
    const addresses = files
      .filter((file) => folderOf(file.path) !== "cli")
      .filter((file) => /apiEndpoint|_EMULATOR_HOST|https?:\/\/(localhost|127\.0\.0\.1)/.test(file.text));
    expect(addresses.map((file) => file.path)).toEqual([]);
  });
});

describe("every source file", () => {
  it("is one concept of at most 400 lines", () => {
    const long = sources.filter(
      (file) => file.text.split("\n").length > 401 && !file.text.includes("biome-ignore format: a table"),
    );
    expect(long.map((file) => file.path)).toEqual([]);
  });

  it("is erasable TypeScript without escape hatches", () => {
    const escapes = sources.filter((file) => /@ts-(ignore|nocheck|expect-error)|\bas any\b|: any\b/.test(file.text));
    expect(escapes.map((file) => file.path)).toEqual([]);
  });
});

/** The first cycle of run-time imports, as a path that ends where it began; empty when there is none. */
function findCycle(files: readonly SourceFile[]): string[] {
  const imports = new Map(files.map((file) => [file.path, file.values]));
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (finished.has(path)) return [];
    for (const next of imports.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    finished.add(path);
    return [];
  };
  for (const file of files) {
    const cycle = visit(file.path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
