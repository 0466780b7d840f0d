import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { toEventReference } from "./events/reference.ts";
import { toEventJsonSchema } from "./events/schema.ts";
import { toOpenApi } from "./openapi.ts";

/*
 * Writes what is generated of functions: `node functions/generate.ts`: the description of the request function, and that of
 * events. Tests hold the files equal to it.
 */

await write("openapi.json", toJson(toOpenApi()));
await write("events.schema.json", toJson(toEventJsonSchema()));
await write("events.md", toEventReference());

function write(name: string, text: string): Promise<void> {
  return writeFile(fileURLToPath(new URL(`../docs/${name}`, import.meta.url)), text);
}

function toJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
