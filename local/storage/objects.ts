import { createHash } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import { crc32c } from "../crc32c.ts";
import type { Object as ObjectResource } from "../model/generated/storage-v1.ts";
import type { Collection } from "../store.ts";
import { type Buckets, etagOf } from "./buckets.ts";
import type { Contents } from "./contents.ts";
import { invalid, noObject, tooFast } from "./error.ts";
import { demandClass } from "./location.ts";
import { openTable } from "./object-table.ts";
import { demandConditions, type Preconditions } from "./precondition.ts";

/** Writes to one object that may come at once before they are held to one a second. */
const burst = 5;

/** An object as `storage.objects` has it by `{bucket}/{object}` while live, and with `#{generation}` after. */
export interface StoredObject extends ObjectResource {
  readonly name: string;
  readonly bucket: string;
  readonly generation: string;
  readonly metageneration: string;
  /** Id of what it holds, among the contents. */
  readonly file: string;
}

/** What to write. */
export interface ObjectWrite {
  readonly bucket: string;
  readonly name: string;
  readonly content: Buffer;
  /** What the caller says about the object; checksums are checked. */
  readonly resource: ObjectResource;
  readonly conditions: Preconditions;
}

/** Names one object, by default its live generation. */
export interface ObjectName {
  readonly bucket: string;
  readonly name: string;
  readonly generation?: string;
}

/** The objects of a local cloud. Reads see every write at once. */
export interface Objects {
  find(name: ObjectName): StoredObject | undefined;
  /** @throws ApiError 404 */
  demand(name: ObjectName): StoredObject;
  /** Objects whose names begin so, in order of name; with those that are no longer live, oldest first. */
  list(bucket: string, options: { readonly prefix: string; readonly versions: boolean }): readonly StoredObject[];
  /** Live objects whose names begin so, in order of name from behind a name on, one by one. */
  scan(bucket: string, names: { readonly prefix: string; readonly after?: string }): Iterable<StoredObject>;
  /** Whether nothing is left in a bucket, former versions included. */
  isEmpty(bucket: string): boolean;
  read(object: StoredObject): Promise<Buffer>;
  /** @throws ApiError 412, 429, 400 for a checksum that does not match */
  write(write: ObjectWrite): Promise<StoredObject>;
  /** Writes an object with other metadata, under a new metageneration. @throws ApiError 429 */
  patch(object: StoredObject): StoredObject;
  /** @throws ApiError 429 */
  delete(object: StoredObject, options: { readonly forGood: boolean }): Promise<void>;
  /** Ids of all contents in use. */
  contents(): readonly string[];
}

interface WriteRate {
  /** Clock time in milliseconds up to which the object's writes have been counted. */
  readonly countedUntil: number;
}

/** What objects are kept with. */
export interface ObjectsContext {
  readonly cloud: Cloud;
  readonly buckets: Buckets;
  readonly contents: Contents;
}

/** Opens the objects of a local cloud. */
export function openObjects({ cloud, buckets, contents }: ObjectsContext): Objects {
  const { clock } = cloud;
  const table = openTable(cloud);
  const countWrite = openRates(cloud);

  /** What was live becomes a former version where the bucket keeps them, and goes otherwise. */
  async function retire(object: StoredObject): Promise<void> {
    if (!buckets.find(object.bucket)?.versioning?.enabled) return contents.discard(object.file);
    table.keepFormer({ ...object, timeDeleted: clock.timestamp() });
  }

  /** The content's id, kept only when the conditions still hold once it is stored: somebody may have written meanwhile. */
  async function store({ bucket, name, content, conditions }: ObjectWrite): Promise<string> {
    demandConditions(table.find({ bucket, name }), conditions);
    const file = await contents.write(content);
    try {
      demandConditions(table.find({ bucket, name }), conditions);
      countWrite({ bucket, name });
      return file;
    } catch (caught) {
      await contents.discard(file);
      throw caught;
    }
  }

  return {
    find: table.find,
    demand(name) {
      const object = table.find(name);
      if (!object) throw noObject(name.bucket, name.name);
      return object;
    },
    list: table.list,
    scan: table.scan,
    isEmpty: table.isEmpty,
    read: (object) => contents.read(object.file),
    async write(wanted) {
      if (wanted.resource.storageClass !== undefined) demandClass(wanted.resource.storageClass);
      const checksums = checksumsOf(wanted.content, wanted.resource);
      const file = await store(wanted);
      const replaced = table.find({ bucket: wanted.bucket, name: wanted.name });
      const written = table.put({
        ...toStored(wanted, { file, now: clock.timestamp() }),
        ...checksums,
        generation: nextGeneration(clock.now(), replaced),
      });
      if (replaced) await retire(replaced);
      return written;
    },
    patch(object) {
      countWrite(object);
      const metageneration = String(BigInt(object.metageneration) + 1n);
      return table.replace({ ...object, metageneration, updated: clock.timestamp() });
    },
    async delete(object, { forGood }) {
      countWrite(object);
      const wasLive = table.remove(object);
      if (wasLive && !forGood) return retire(object);
      await contents.discard(object.file);
    },
    contents: table.contents,
  };
}

/** Google allows an object about one change a second, and a few at once now and then. */
function openRates({ clock, store }: Cloud): (name: ObjectName) => void {
  const rates: Collection<WriteRate> = store.collection("storage.writeRates");
  return ({ bucket, name }) => {
    const key = `${bucket}/${name}`;
    const now = clock.now();
    const counted = Math.max(rates.get(key)?.countedUntil ?? 0, now - burst * 1000);
    if (counted + 1000 > now) throw tooFast(bucket, name);
    rates.put(key, { countedUntil: counted + 1000 });
  };
}

function toStored(
  { bucket, name, content, resource }: ObjectWrite,
  { file, now }: { readonly file: string; readonly now: string },
): Omit<StoredObject, "generation"> {
  return {
    ...{ contentType: "application/octet-stream", storageClass: "STANDARD" },
    ...resource,
    ...{ bucket, name, metageneration: "1", file, size: String(content.length) },
    ...{ timeCreated: now, updated: now, timeStorageClassUpdated: now, timeFinalized: now },
  };
}

/** Microseconds since the epoch, always more than that of the object which is replaced. */
function nextGeneration(nowMs: number, replaced: StoredObject | undefined): string {
  const present = BigInt(replaced?.generation ?? 0);
  const now = BigInt(Math.floor(nowMs * 1000));
  return String(now > present ? now : present + 1n);
}

/** What is put together of others has no MD5. */
function checksumsOf(content: Buffer, sent: ObjectResource): { readonly md5Hash?: string; readonly crc32c: string } {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32c(content));
  if (sent.componentCount !== undefined) return { crc32c: sum.toString("base64") };
  const checksums = { md5Hash: createHash("md5").update(content).digest("base64"), crc32c: sum.toString("base64") };
  if (sent.md5Hash && sent.md5Hash !== checksums.md5Hash) {
    throw invalid(`Provided MD5 hash "${sent.md5Hash}" doesn't match calculated MD5 hash "${checksums.md5Hash}".`);
  }
  if (sent.crc32c && sent.crc32c !== checksums.crc32c) {
    throw invalid(`Provided CRC32C "${sent.crc32c}" doesn't match calculated CRC32C "${checksums.crc32c}".`);
  }
  return checksums;
}

/** An object as the API shows it. */
export function toObject({ file: _, ...object }: StoredObject): ObjectResource {
  const { bucket, name, generation, metageneration } = object;
  const path = `b/${bucket}/o/${encodeURIComponent(name)}`;
  return {
    kind: "storage#object",
    id: `${bucket}/${name}/${generation}`,
    selfLink: `https://www.googleapis.com/storage/v1/${path}`,
    mediaLink: `https://storage.googleapis.com/download/storage/v1/${path}?generation=${generation}&alt=media`,
    ...object,
    etag: etagOf(generation, metageneration),
  };
}
