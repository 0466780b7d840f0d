import type { ObjectWrite, StorageClient, StorageObject } from "../../google/clients/storage.ts";

/** A bucket in memory that keeps Cloud Storage's rules of generations. */
export interface MemoryStorage extends StorageClient {
  /** Texts by object name. */
  readonly texts: () => Readonly<Record<string, string>>;
}

interface Kept {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly generation: string;
  readonly timeCreated: string;
}

/** Makes an empty bucket; every write is a second after the one before. */
export function createMemoryStorage(): MemoryStorage {
  const objects = new Map<string, Kept>();
  let writes = 0;
  const generationOf = (object: string) => objects.get(object)?.generation ?? "0";
  const toObject = (name: string, { generation, timeCreated, bytes }: Kept): StorageObject => ({
    name,
    generation,
    timeCreated,
    size: String(bytes.length),
  });
  return {
    texts: () => Object.fromEntries([...objects].map(([name, { text }]) => [name, text])),
    async getObject(_bucket, object) {
      const kept = objects.get(object);
      return kept && toObject(object, kept);
    },
    async readText(_bucket, object) {
      const kept = objects.get(object);
      return kept && { text: kept.text, generation: kept.generation, readAt: "2026-01-01T00:00:00.000Z" };
    },
    async readBytes(_bucket, object) {
      return objects.get(object)?.bytes;
    },
    async write({ object, content, ifGenerationMatch }: ObjectWrite) {
      if (ifGenerationMatch !== undefined && ifGenerationMatch !== generationOf(object)) return undefined;
      writes += 1;
      const timeCreated = new Date(writes * 1000).toISOString();
      const bytes = Buffer.from(content);
      const kept = { text: bytes.toString("utf8"), bytes, generation: String(writes), timeCreated };
      objects.set(object, kept);
      return toObject(object, kept);
    },
    async deleteObject(_bucket, object, ifGenerationMatch) {
      if (ifGenerationMatch !== undefined && ifGenerationMatch !== generationOf(object)) return false;
      return objects.delete(object);
    },
    async listObjects(_bucket, prefix) {
      return [...objects].filter(([name]) => name.startsWith(prefix)).map(([name, kept]) => toObject(name, kept));
    },
  };
}
