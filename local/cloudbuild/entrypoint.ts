import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../workload/packages.ts";

/**
 * The command that an application is started with: what the builder was told, the Procfile's `web`, package.json's
 * `start` script, its `main`, or `server.js` or `index.js`.
 *
 * @throws Error when there is none of these, or the file named is not there
 * @see https://cloud.google.com/docs/buildpacks/nodejs#application_entrypoint
 */
export function chooseCommand(directory: string, manifest: Manifest, told: string | undefined): readonly string[] {
  const script = told ?? procfileWeb(directory) ?? manifest.scripts.start;
  if (script !== undefined) return toCommand(directory, script);
  const file = [manifest.main, "server.js", "index.js"].find(
    (name) => name !== undefined && existsSync(join(directory, name)),
  );
  if (manifest.main !== undefined && file !== manifest.main) {
    throw new Error(`package.json names "${manifest.main}" as main, but there is no such file`);
  }
  if (file === undefined) {
    throw new Error(
      'no entry point: package.json has neither a "start" script nor "main", and there is no server.js or index.js',
    );
  }
  return ["node", file];
}

function procfileWeb(directory: string): string | undefined {
  const file = join(directory, "Procfile");
  if (!existsSync(file)) return undefined;
  return /^web:\s*(.+)$/m.exec(readFileSync(file, "utf8"))?.[1]?.trim();
}

/**
 * Plain commands are run as such, so that signals reach the application; the rest goes through a shell that hands its
 * place to the last command.
 */
function toCommand(directory: string, script: string): readonly string[] {
  if (/[^\w\s./:=@,+-]/.test(script.replace(/&&/g, ""))) return ["sh", "-c", script];
  const commands = script.split("&&").map((command) => command.trim());
  const words = (commands.at(-1) ?? "").split(/\s+/);
  if (commands.length > 1) return ["sh", "-c", [...commands.slice(0, -1), `exec ${words.join(" ")}`].join(" && ")];
  if (words[0]?.includes("=")) return ["sh", "-c", `exec env ${script}`];
  demandFile(directory, words);
  return words;
}

/** `node FILE` whose file is missing would fail at every start: better once, here. */
function demandFile(directory: string, [program, file]: readonly string[]): void {
  if (program !== "node" || file === undefined || file.startsWith("-")) return;
  const found = [file, `${file}.js`, join(file, "index.js")].some((name) => existsSync(join(directory, name)));
  if (!found) throw new Error(`the start command names "${file}", but there is no such file`);
}
