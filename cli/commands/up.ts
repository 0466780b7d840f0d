import { packFolder } from "../../deploy/pack.ts";
import type { RequestBody } from "../../functions/api.ts";
import type { Spec } from "../../spec/schema.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { folderOf } from "../folders.ts";
import { findInstallation, type Installation } from "../installation.ts";
import type { Terminal } from "../terminal.ts";
import { requestAndWatch } from "./run.ts";
import { readSpec } from "./validate.ts";

/** Builds the environment of a spec, or brings it to what the spec says. */
export async function up(file: string, terminal: Terminal): Promise<ExitCode> {
  const checked = await readSpec(file, terminal);
  if (!checked) return exitCodes.invalid;
  const { spec, text } = checked;
  const installation = await findInstallation(spec.project, spec.region);
  const folders = await uploadFolders(installation, file, spec);
  const { exitCode } = await requestAndWatch(installation, { action: "up", spec: text, folders }, terminal);
  return exitCode;
}

/** Brings the folders that the spec names into the bucket under their hashes; what is there already is not sent again. */
async function uploadFolders(
  { storage, bucket }: Installation,
  file: string,
  { service, database }: Spec,
): Promise<RequestBody["folders"]> {
  const upload = async (prefix: "sources" | "seeds", folder: string): Promise<string> => {
    const { name, bytes } = await packFolder(folderOf(file, folder));
    const object = `${prefix}/${name}`;
    await storage.write({ bucket, object, content: bytes, contentType: "application/gzip", ifGenerationMatch: "0" });
    return object;
  };
  const [source, seed] = await Promise.all([
    service.source === undefined ? undefined : upload("sources", service.source),
    upload("seeds", database.seed.directory),
  ]);
  return { source, seed };
}
