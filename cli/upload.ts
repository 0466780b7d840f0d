import { packFolder } from "../deploy/pack.ts";
import type { RequestBody } from "../functions/api.ts";
import type { ObjectWrite, StorageClient } from "../google/clients/storage.ts";
import { ApiError } from "../google/error.ts";
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
    await add(storage, { bucket, object, content: bytes, contentType: "application/gzip", ifGenerationMatch: "0" });
    return object;
  };
  const [source, seed] = await Promise.all([
    service.source === undefined ? undefined : upload("sources", service.source),
    upload("seeds", database.seed.directory),
  ]);
  return { source, seed };
}

/**
 * Adds an object unless it is there. Whoever may add and not replace is refused where there is one already, and what is
 * under its hash is what they would have added.
 */
async function add(storage: StorageClient, wanted: ObjectWrite): Promise<void> {
  try {
    await storage.write(wanted);
  } catch (refused) {
    if (!(refused instanceof ApiError && refused.code === "PERMISSION_DENIED")) throw refused;
    // Whoever may not list is refused here, too, where there is nothing: then the first refusal is what counts.
    const found = await storage.getObject(wanted.bucket, wanted.object).catch(() => undefined);
    if (!found) throw refused;
  }
}
