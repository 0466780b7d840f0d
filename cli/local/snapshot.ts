import { resolve } from "node:path";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { askAdmin } from "./admin.ts";

/** Copies the state of the local Google Cloud that is running into a directory, and prints its path. */
export async function takeSnapshot(directory: string, port?: number): Promise<ExitCode> {
  const place = resolve(directory);
  await askAdmin({ port, method: "POST", page: "snapshot", body: { directory: place } });
  process.stdout.write(`${place}\n`);
  return exitCodes.ok;
}
