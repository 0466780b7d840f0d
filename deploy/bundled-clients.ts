import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Plugin } from "esbuild";
import type { INamespace } from "protobufjs";
import { messagesOf } from "./client-messages.ts";

/**
 * Gives each official client in a bundle its own copy of the package's message definitions, with no more in it than that
 * client's service can reach. Packages have one file for all services and versions of an API, and before the first call
 * google-gax builds descriptors of everything in the file that it is given: that is most of what a first call costs.
 *
 * A copy depends on the client and on the file alone, not on what else is bundled, so a bundle is the same however it came
 * about. Where a client cannot be understood any more, the build fails.
 *
 * Beside those, google-gax loads its own messages of IAM and of locations in a static form, only to hand them on to whoever
 * wants them. No client does, so they stay outside; whoever begins to fails a test, and is refused here.
 */
export const bundledClients: Plugin = {
  name: "bundled-clients",
  setup(build) {
    build.onResolve({ filter: /\/protos\/(protos|iam_service|locations|operations)\.json$/ }, ({ path, importer }) => {
      const file = join(dirname(importer), path);
      return { path: file, suffix: `${suffixSign}${relative(dirname(file), importer)}` };
    });
    build.onLoad({ filter: /\.json$/ }, async ({ path, suffix }) => {
      if (!suffix.startsWith(suffixSign)) return undefined;
      const client = join(dirname(path), suffix.slice(suffixSign.length));
      const [source, text] = await Promise.all([readFile(client, "utf8"), readFile(path, "utf8")]);
      const kept = messagesOf(source, JSON.parse(text) as INamespace);
      return { contents: `module.exports = JSON.parse(${JSON.stringify(JSON.stringify(kept))});`, loader: "js" };
    });
    build.onLoad({ filter: /\/google-gax\/build\/protos\/(iam_service|locations)\.js$/ }, () => ({
      contents: `exports.__esModule = true;
Object.defineProperty(exports, "google", { get() { throw new Error("static messages are not bundled"); } });`,
    }));
  },
};

const suffixSign = "?";

/** The file on disk behind an input as esbuild names it. */
export function fileOfInput(input: string): string {
  return input.replace(/\?.*$/, "");
}
