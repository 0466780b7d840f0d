import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { linkPackages, listPackages, readManifest } from "../../../local/workload/packages.ts";

let root: string;
const installed = () => join(root, "installation", "node_modules");
const app = () => join(root, "app");

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "packages-")));
  write("installation/node_modules/pg/package.json", { version: "8.23.1" });
  write("installation/node_modules/@scope/tool/package.json", { version: "1.0.5", bin: "cli.js" });
  write("installation/node_modules/@scope/tool/cli.js", {});
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, value: unknown): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), typeof value === "string" ? value : JSON.stringify(value));
}

function link() {
  const manifest = readManifest(app());
  if (!manifest) throw new Error("no package.json");
  return linkPackages(app(), manifest, installed());
}

describe("linkPackages", () => {
  it("links the declared packages with their commands and no other", () => {
    write("app/package.json", { dependencies: { "@scope/tool": "^1.0.0" } });
    expect(link()).toEqual({ packages: { "@scope/tool": "1.0.5" }, missing: [] });
    expect(realpathSync(join(app(), "node_modules/.bin/tool"))).toBe(join(installed(), "@scope/tool/cli.js"));
    expect(existsSync(join(app(), "node_modules/pg"))).toBe(false);
    expect(listPackages(app())).toEqual({ "@scope/tool": "1.0.5" });
  });

  it("names what is not installed or not at a fitting version", () => {
    write("app/package.json", { dependencies: { pg: "^7.0.0", express: "5" } });
    expect(link().missing).toEqual([
      { name: "pg", wanted: "^7.0.0", found: "8.23.1" },
      { name: "express", wanted: "5", found: undefined },
    ]);
  });

  it("goes by the lock file's version rather than by the range", () => {
    write("app/package.json", { dependencies: { pg: "^8.0.0" } });
    write("app/package-lock.json", { packages: { "": {}, "node_modules/pg": { version: "8.1.0" } } });
    expect(link().missing).toEqual([{ name: "pg", wanted: "8.1.0", found: "8.23.1" }]);
  });
});

describe("readManifest", () => {
  it("gives nothing without a package.json and refuses one that is no object", () => {
    expect(readManifest(app())).toBeUndefined();
    write("app/package.json", "[]");
    expect(() => readManifest(app())).toThrow("not a JSON object");
    write("app/package.json", "{");
    expect(() => readManifest(app())).toThrow(SyntaxError);
  });
});
