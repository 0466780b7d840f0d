import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Container } from "./container.ts";
import { StartError } from "./container.ts";
import { type Image, type Images, parseImageReference } from "./image.ts";
import { installation } from "./runtime.ts";

/** A process to start: program, arguments, working directory and the image's own variables. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Tells whether an image can be run here: pushed to this local cloud, or one that it knows by itself. */
export function imageExists(images: Images, reference: string): boolean {
  return isAuthProxy(reference) || images.resolve(reference) !== undefined;
}

/**
 * The program of a container.
 *
 * @throws StartError when its image does not exist
 */
export function toProgram(images: Images, container: Container): Program {
  if (isAuthProxy(container.image)) return authProxy(container);
  const image = images.resolve(container.image);
  if (!image) {
    const message = `Image '${container.image}' not found.`;
    throw new StartError({ container: container.name, reason: "image", message });
  }
  const [command = "node", ...args] = toCommand(image, container);
  const cwd = container.workingDir && existsSync(container.workingDir) ? container.workingDir : image.directory;
  return { command: command === "node" ? process.execPath : command, args, cwd, env: toEnvironment(image) };
}

function toCommand(image: Image, { command = [], args = [] }: Container): readonly string[] {
  return command.length > 0 ? [...command, ...args] : [...image.command, ...args];
}

/**
 * An image has its own programs, not this machine's: a gcloud that happens to be installed here, for one, would be asked
 * for the project by every client library.
 */
function toEnvironment(image: Image): Record<string, string> {
  const path = [join(image.directory, "node_modules", ".bin"), dirname(process.execPath)];
  return { PATH: path.join(":"), ...image.env };
}

/**
 * The Auth Proxy's published image is not pulled: the binary that `ALLOYDB_AUTH_PROXY` names is run in its place, or
 * the stand-in that comes with the local cloud.
 *
 * @see https://github.com/GoogleCloudPlatform/alloydb-auth-proxy
 */
function authProxy({ args = [] }: Container): Program {
  const binary = process.env.ALLOYDB_AUTH_PROXY;
  const env = { PATH: dirname(process.execPath) };
  if (binary) return { command: binary, args, cwd: "/", env };
  const entry = join(installation, "local", "auth-proxy", "main.ts");
  return { command: process.execPath, args: [entry, ...args], cwd: installation, env };
}

function isAuthProxy(reference: string): boolean {
  return parseImageReference(reference).repository.split("/").at(-1) === "alloydb-auth-proxy";
}
