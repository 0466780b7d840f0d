import { parseSpec } from "../../spec/load.ts";
import { canonicalJson } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import type { Spec } from "../../spec/schema.ts";
import type { Installation } from "../installation.ts";

/** What is to be told of a file whose spec is not the stored one, by which is planned; undefined when it says the same. */
export async function tellStored(
  { storage, bucket }: Pick<Installation, "storage" | "bucket">,
  { file, spec, of }: { readonly file: string; readonly spec: Spec; readonly of: "rebuild" | "down" },
): Promise<string | undefined> {
  const planned = `A ${of} is planned by the stored spec of ${spec.name}`;
  // Not everybody who may ask may read the bucket, and what is stored there may be of another version.
  const stored = await storage.readText(bucket, objectOf.spec(spec.name)).catch(() => undefined);
  const same = stored && isSame(stored.text, spec);
  if (same === undefined) return `${planned}, not by ${file}.`;
  if (same) return undefined;
  return `${planned}, and ${file} says something else: that counts only after an up.`;
}

function isSame(stored: string, spec: Spec): boolean | undefined {
  try {
    return canonicalJson(withoutFolders(parseSpec(stored))) === canonicalJson(withoutFolders(spec));
  } catch {
    return undefined;
  }
}

/** The stored spec names packed folders where the file names those beside it. */
function withoutFolders(spec: Spec): object {
  const { service, database } = spec;
  const source = service.source === undefined ? undefined : "packed";
  const seed = { ...database.seed, directory: "packed" };
  return { ...spec, service: { ...service, source }, database: { ...database, seed } };
}
