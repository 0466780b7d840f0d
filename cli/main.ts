import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// What this version's files compile to is kept beside its packages, where it can be: the next command starts in half the time.
enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/alloyrun", import.meta.url)));
await import("./run.ts");
