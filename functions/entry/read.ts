import type { Guard } from "../../google/auth.ts";
import type { StorageClient } from "../../google/clients/storage.ts";
import { parseJson, toObject } from "../../google/json.ts";
import { canonicalJson } from "../../spec/names.ts";
import { StepError } from "../error.ts";

/** A JSON object of the bucket with the generation that it was read at. */
export interface Stored<Value> {
  readonly value: Value;
  readonly generation: string;
  /** RFC 3339, by Google's clock. */
  readonly readAt: string;
}

/** Reads one of our own JSON objects; undefined when there is none. */
export async function readStored<Value extends object>(
  storage: Pick<StorageClient, "readText">,
  bucket: string,
  object: string,
): Promise<Stored<Value> | undefined> {
  const found = await storage.readText(bucket, object);
  const value = found && toObject(parseJson(found.text));
  return value && { value: value as object as Value, generation: found.generation, readAt: found.readAt };
}

/** Where an object lies, and at which generation it must still be; `"0"` when there must be none. */
export interface Place {
  readonly bucket: string;
  readonly object: string;
  readonly ifGenerationMatch?: string;
}

/** Writes one of our own objects as canonical JSON. Gives its generation; undefined when another was faster. */
export async function writeStored(storage: StorageClient, place: Place, value: object): Promise<string | undefined> {
  const written = await storage.write({ ...place, content: canonicalJson(value), contentType: "application/json" });
  return written && (written.generation ?? "");
}

/**
 * Writes one of our own objects unless it is there. Whoever may add and not replace is refused where there is one already,
 * instead of being told that another was faster.
 */
export async function writeOnce(
  storage: StorageClient,
  { bucket, object }: Omit<Place, "ifGenerationMatch">,
  value: object,
): Promise<void> {
  if (await storage.getObject(bucket, object)) return;
  try {
    await writeStored(storage, { bucket, object, ifGenerationMatch: "0" }, value);
  } catch (caught) {
    if (!(await storage.getObject(bucket, object))) throw caught;
  }
}

/**
 * Changes one of our own objects by reading, editing and writing it until nobody comes in between.
 *
 * @param place with the guard of whoever may write only under a lock: asked after each reading, so that what another holder has
 * written since is never edited
 * @param edit gives the new value; the very value that it got, or undefined, when nothing is to be written
 * @returns what is stored now
 * @throws StepError UNAVAILABLE, retryable, when others were faster five times
 */
export async function editStored<Value extends object>(
  storage: StorageClient,
  { bucket, object, guard }: Omit<Place, "ifGenerationMatch"> & { readonly guard?: Guard },
  edit: (found: Value | undefined) => Value | undefined,
): Promise<Value | undefined> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const found = await readStored<Value>(storage, bucket, object);
    const wanted = edit(found?.value);
    if (wanted === undefined || wanted === found?.value) return found?.value;
    await guard?.();
    const ifGenerationMatch = found?.generation ?? "0";
    if ((await writeStored(storage, { bucket, object, ifGenerationMatch }, wanted)) !== undefined) return wanted;
  }
  throw beingChanged(bucket, object);
}

/**
 * Deletes one of our own objects, if there is one, as whoever holds the lock: what another holder has written since is never
 * deleted. Where there is none it is tried all the same, so that a right that is missing is not missed later.
 *
 * @throws StepError UNAVAILABLE, retryable, when others were faster five times; what the guard throws
 */
export async function deleteUnderLock(
  storage: StorageClient,
  { bucket, object, guard }: Omit<Place, "ifGenerationMatch"> & { readonly guard: Guard },
): Promise<void> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const found = await storage.getObject(bucket, object);
    if (!found && attempt > 1) return;
    await guard();
    if (await storage.deleteObject(bucket, object, found?.generation ?? "0")) return;
  }
  throw beingChanged(bucket, object);
}

/** What whoever asks again gets past: others were faster than this write. */
export function beingChanged(bucket: string, object: string): StepError {
  const message = `gs://${bucket}/${object} is being changed by several at once`;
  return new StepError({ code: "UNAVAILABLE", reason: "CONCURRENT_WRITE", resource: object, message });
}

/** The environments of which something lies below a prefix: `{prefix}{environment}.json`. */
export async function listNames(
  storage: Pick<StorageClient, "listObjects">,
  bucket: string,
  prefix: string,
): Promise<readonly string[]> {
  const objects = await storage.listObjects(bucket, prefix);
  return objects.flatMap(({ name }) => name?.slice(prefix.length).match(/^(.+)\.json$/)?.[1] ?? []);
}
