import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { toPlanJsonSchema } from "./view/plan-document.ts";

/*
 * Writes the schema of what `alloyrun plan --json` answers: `node cli/generate.ts`. A test holds the file equal to it.
 */

await writeFile(
  fileURLToPath(new URL("../docs/plan.schema.json", import.meta.url)),
  `${JSON.stringify(toPlanJsonSchema(), undefined, 2)}\n`,
);
