import { readFileSync } from "node:fs";
import { loadSpec } from "../../spec/load.ts";
import { SpecError, type SpecProblem } from "../../spec/problem.ts";
import type { Spec } from "../../spec/schema.ts";

/** The article's environment, as the example has it. */
export const exampleText = readFileSync("examples/users/environment.yaml", "utf8");

/** The smallest useful spec. */
export const smallestText = `apiVersion: alloyrun/v1
kind: Environment
metadata: { name: staging }
spec:
  project: my-project
  region: asia-northeast1
  database: { seed: { directory: ./seed } }
  service: { source: ./app }
`;

/** Files by folder, as `loadSpec` is to find them. */
export type Folders = Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>;

/** An application and a seed, as the example has them. */
export const exampleFolders: Folders = {
  "./app": { "server.ts": "export {};\n" },
  "./seed": { "001_users.sql": "CREATE TABLE users (id varchar(128));\nINSERT INTO users VALUES ('3');\n" },
};

/** Loads a text with folders that lie in memory. */
export function load(text: string | Uint8Array, folders: Folders = exampleFolders): Promise<Spec> {
  return loadSpec(text, {
    list: async (folder) => {
      const files = folders[folder];
      return files && Object.keys(files);
    },
    read: async (folder, path) => Buffer.from(folders[folder]?.[path] ?? ""),
  });
}

/** The problems of a text; an empty list when it is a spec. */
export async function problemsOf(text: string | Uint8Array, folders?: Folders): Promise<readonly SpecProblem[]> {
  try {
    await load(text, folders);
    return [];
  } catch (error) {
    if (error instanceof SpecError) return error.problems;
    throw error;
  }
}

/** The example with one piece of its text replaced; the piece must be there. */
export function edit(from: string, to: string, text = exampleText): string {
  if (!text.includes(from)) throw new Error(`the example does not contain ${from}`);
  return text.replace(from, () => to);
}

/** Line on which a piece of text begins, counted from 1. */
export function lineOf(text: string, piece: string): number {
  return text.slice(0, text.indexOf(piece)).split("\n").length;
}
