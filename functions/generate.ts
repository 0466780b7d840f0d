import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { toOpenApi } from "./openapi.ts";

/*
 * Writes the description of the request function: `node functions/generate.ts`. A test holds the file equal to it.
 */

await writeFile(
  fileURLToPath(new URL("../docs/openapi.json", import.meta.url)),
  `${JSON.stringify(toOpenApi(), undefined, 2)}\n`,
);
