import { createHash } from "node:crypto";
import { stripTypeScriptTypes } from "node:module";

/** jest transformer that erases types exactly as `node file.ts` does, so lines and columns stay true. */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: "strip" }) }),
  getCacheKey: (source, file, options) =>
    createHash("sha1")
      .update([process.version, file, source, options.instrument, options.supportsStaticESM].join("\0"))
      .digest("hex"),
};
