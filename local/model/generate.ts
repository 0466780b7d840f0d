import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { collect } from "./collect.ts";
import type { Model } from "./model.ts";
import { readDefinitions } from "./read.ts";
import { writeTypes } from "./types.ts";

/** Folder of the generated files. */
export const generatedDirectory = fileURLToPath(new URL("./generated/", import.meta.url));

/** Everything that is generated from the definitions: text by file name. */
export function generate(): Map<string, string> {
  const collected = collect(readDefinitions());
  return new Map([["model.json", writeModel(collected.model)], ...writeTypes(collected)]);
}

/** JSON with a line for each route, method and type, so that a change shows as a change of those lines. */
function writeModel({ routes, ...tables }: Model): string {
  const rows = routes.map((route) => JSON.stringify(route)).join(",\n");
  const sections = Object.entries(tables).map(([name, table]) => {
    const lines = Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1));
    return `"${name}":{\n${lines.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",\n")}\n}`;
  });
  return `{"routes":[\n${rows}\n],\n${sections.join(",\n")}}\n`;
}

function write(): void {
  const files = generate();
  mkdirSync(generatedDirectory, { recursive: true });
  for (const stale of readdirSync(generatedDirectory)) if (!files.has(stale)) rmSync(`${generatedDirectory}${stale}`);
  for (const [name, text] of files) writeFileSync(`${generatedDirectory}${name}`, text);
}

if (import.meta.main) write();
