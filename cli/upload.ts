import { packFolder } from "../deploy/pack.ts";
import type { RequestBody } from "../functions/api.ts";
import type { Spec } from "../spec/schema.ts";
import { folderOf } from "./folders.ts";
import type { Installation } from "./installation.ts";

/** Brings the folders that a spec names into the bucket under their hashes; what is there already is not sent again. */
export async function uploadFolders(
  { storage, bucket }: Pick<Installation, "storage" | "bucket">,
  file: string,
  { service, database }: Pick<Spec, "service" | "database">,
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
