import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { toJsonSchema } from "./json-schema.ts";
import { toReference } from "./reference.ts";

/*
 * Writes what is generated from the schema: `node spec/generate.ts`. A test holds the files equal to it.
 */

await write("./generated/environment.schema.json", `${JSON.stringify(toJsonSchema(), undefined, 2)}\n`);
await write("../docs/spec.md", toReference());

async function write(path: string, text: string): Promise<void> {
  const file = fileURLToPath(new URL(path, import.meta.url));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
