import type { Cloud } from "../cloud.ts";
import type { Collection } from "../store.ts";
import type { ObjectName, StoredObject } from "./objects.ts";

/** Where the records of objects lie: those that are live, and the former versions that their buckets keep. */
export interface ObjectTable {
  /** The live object of a name, or the generation asked for. */
  find(name: ObjectName): StoredObject | undefined;
  /** By name, and of one name the oldest first. */
  list(bucket: string, options: { readonly prefix: string; readonly versions: boolean }): readonly StoredObject[];
  /** Live objects whose names begin so, in order of name from behind a name on, one by one. */
  scan(bucket: string, names: { readonly prefix: string; readonly after?: string }): Iterable<StoredObject>;
  /** Whether nothing is left in a bucket, former versions included. */
  isEmpty(bucket: string): boolean;
  /** Makes an object the live one of its name. */
  put(object: StoredObject): StoredObject;
  keepFormer(object: StoredObject): void;
  /** Writes an object anew where its generation lies. */
  replace(object: StoredObject): StoredObject;
  /** Forgets a generation; tells whether it was live. */
  remove(object: StoredObject): boolean;
  /** Ids of the contents of all objects. */
  contents(): readonly string[];
}

/** Opens the records of a local cloud. */
export function openTable({ store }: Cloud): ObjectTable {
  const live: Collection<StoredObject> = store.collection("storage.objects");
  const former: Collection<StoredObject> = store.collection("storage.noncurrentObjects");
  const liveKey = ({ bucket, name }: ObjectName) => `${bucket}/${name}`;
  const formerKey = ({ bucket, name, generation = "" }: ObjectName) => `${bucket}/${name}#${generation}`;
  const isLive = (object: StoredObject) => live.get(liveKey(object))?.generation === object.generation;
  return {
    find(name) {
      const found = live.get(liveKey(name));
      const isWanted = name.generation === undefined || found?.generation === name.generation;
      return isWanted ? found : former.get(formerKey(name));
    },
    list(bucket, { prefix, versions }) {
      const tables = versions ? [live, former] : [live];
      return tables.flatMap((table) => table.list(`${bucket}/${prefix}`).map(([, object]) => object)).sort(byAge);
    },
    *scan(bucket, { prefix, after }) {
      const from = after === undefined ? undefined : `${bucket}/${after}`;
      for (const [, object] of live.scan(`${bucket}/${prefix}`, from)) yield object;
    },
    isEmpty: (bucket) => live.count(`${bucket}/`) + former.count(`${bucket}/`) === 0,
    put: (object) => live.put(liveKey(object), object),
    keepFormer: (object) => void former.put(formerKey(object), object),
    replace: (object) => (isLive(object) ? live.put(liveKey(object), object) : former.put(formerKey(object), object)),
    remove(object) {
      const wasLive = isLive(object);
      if (wasLive) live.delete(liveKey(object));
      else former.delete(formerKey(object));
      return wasLive;
    },
    contents: () => [live, former].flatMap((table) => table.list().map(([, { file }]) => file)),
  };
}

function byAge(a: StoredObject, b: StoredObject): number {
  return compare(a.name, b.name) || compare(a.generation.padStart(20, "0"), b.generation.padStart(20, "0"));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
