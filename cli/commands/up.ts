import type { ExitCode } from "../exit-code.ts";
import { exitCodes } from "../exit-code.ts";
import { findInstallation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { uploadFolders } from "../upload.ts";
import { type ChangeOptions, type LifeOptions, toBody } from "./change.ts";
import { requestAndWatch } from "./run.ts";
import { readSpec } from "./validate.ts";

/** Builds the environment of a spec, or brings it to what the spec says. */
export async function up(
  file: string,
  { ttl, ...options }: ChangeOptions & LifeOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const checked = await readSpec(file, terminal);
  if (!checked) return exitCodes.invalid;
  const { spec, text } = checked;
  const installation = await findInstallation(spec);
  const folders = await uploadFolders(installation, file, spec);
  const body = { action: "up", spec: text, folders, timeToLive: ttl, ...toBody(options) } as const;
  return (await requestAndWatch(installation, body, terminal)).exitCode;
}
