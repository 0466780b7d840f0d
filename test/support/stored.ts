import { canonicalJson } from "../../spec/names.ts";
import type { MemoryStorage } from "./memory-storage.ts";

/** Puts an object into the bucket as our own code does. */
export async function put(storage: MemoryStorage, object: string, value: object): Promise<void> {
  await storage.write({ bucket: "b", object, content: canonicalJson(value), contentType: "application/json" });
}

/** What is stored as an object; undefined when nothing is. */
export function stored(storage: MemoryStorage, object: string) {
  const text = storage.texts()[object];
  return text === undefined ? undefined : JSON.parse(text);
}

/** A bucket in which somebody else does something once, right before an object is written. */
export function interruptedBefore(
  storage: MemoryStorage,
  interruption: { readonly object: string; readonly act: () => Promise<unknown> },
): MemoryStorage {
  let isPast = false;
  return {
    ...storage,
    async write(written) {
      if (!isPast && written.object === interruption.object) {
        isPast = true;
        await interruption.act();
      }
      return storage.write(written);
    },
  };
}
