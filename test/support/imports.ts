import { readdirSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder, absolute, with a slash at its end. */
export const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

/** A source file and what it imports. */
export interface SourceFile {
  /** Path relative to the project's folder. */
  readonly path: string;
  readonly text: string;
  /** Files of ours that it needs at run time. */
  readonly values: readonly string[];
  /** Files of ours that it imports in any way, types included. */
  readonly all: readonly string[];
  /** Packages and `node:` modules that it needs at run time. */
  readonly packages: readonly string[];
}

/** Every TypeScript file below the given folders, generated ones left out. */
export function readSources(folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) => listFiles(folder)).map(readSource);
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(projectFolder, path), "utf8");
  const values = specifiers(stripTypeScriptTypes(text, { mode: "strip" }));
  const resolve = (specifier: string) => normalize(join(dirname(path), specifier));
  const ours = (specifier: string) => specifier.startsWith(".");
  return {
    path,
    text,
    values: values.filter(ours).map(resolve),
    all: specifiers(text).filter(ours).map(resolve),
    packages: values.filter((specifier) => !ours(specifier)),
  };
}

function specifiers(text: string): string[] {
  const found = text.matchAll(/\b(?:import|export)\b[^"';]*?\bfrom\s*"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g);
  return [...found].map((match) => match[1] ?? match[2] ?? "");
}

function listFiles(folder: string): string[] {
  return readdirSync(join(projectFolder, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith(".ts") && !/(^|\/)(generated|node_modules)\//.test(path));
}
