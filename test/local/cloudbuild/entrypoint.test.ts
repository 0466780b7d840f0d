import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { chooseCommand } from "../../../local/cloudbuild/entrypoint.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "entrypoint-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

const put = (name: string, text = "") => writeFileSync(join(directory, name), text);

function choose({ start, main, told }: { start?: string; main?: string; told?: string } = {}): readonly string[] {
  const scripts: Record<string, string> = start === undefined ? {} : { start };
  return chooseCommand(directory, { main, scripts, dependencies: {}, devDependencies: {}, locked: {} }, told);
}

describe("chooseCommand", () => {
  it("prefers what the builder was told, then the Procfile, the start script, main, and the usual names", () => {
    for (const name of ["index.js", "server.js", "main.js", "start.js"]) put(name);
    expect(choose()).toEqual(["node", "server.js"]);
    expect(choose({ main: "main.js" })).toEqual(["node", "main.js"]);
    expect(choose({ main: "main.js", start: "node start.js --fast" })).toEqual(["node", "start.js", "--fast"]);
    put("Procfile", "worker: node w.js\nweb: node index.js\n");
    expect(choose({ start: "node start.js" })).toEqual(["node", "index.js"]);
    expect(choose({ start: "node start.js", told: "node server.js" })).toEqual(["node", "server.js"]);
  });

  it("gives a shell's last command the shell's place, so that signals reach it", () => {
    expect(choose({ start: "node a.js && node b.js" })).toEqual(["sh", "-c", "node a.js && exec node b.js"]);
    expect(choose({ start: "MODE=x node b.js" })).toEqual(["sh", "-c", "exec env MODE=x node b.js"]);
    expect(choose({ start: 'node -e "1"' })).toEqual(["sh", "-c", 'node -e "1"']);
  });

  it("refuses what could never start", () => {
    expect(() => choose()).toThrow("no entry point");
    expect(() => choose({ main: "gone.js" })).toThrow('"gone.js" as main');
    expect(() => choose({ start: "node gone.js" })).toThrow('names "gone.js"');
  });
});
