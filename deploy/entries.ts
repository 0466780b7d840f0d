import type { Marked } from "../google/clients/marked.ts";
import type { StorageClient } from "../google/clients/storage.ts";
import { parseJson, toObject } from "../google/json.ts";
import { environmentLabel, installationLabel } from "../spec/names.ts";

/** Where environments of an installation are looked up, and which. */
export interface Known {
  /** Bucket of the installation, whose name is its mark as well. */
  readonly bucket: string;
  readonly environments: Iterable<string>;
}

/** Reads JSON objects of a bucket, each undefined where it is not there or is no object. */
export function readerOf(storage: Pick<StorageClient, "readText">, bucket: string) {
  return async <Value extends object>(object: string): Promise<Value | undefined> => {
    const text = (await storage.readText(bucket, object))?.text;
    return toObject(parseJson(text ?? "")) as object | undefined as Value | undefined;
  };
}

/** Whether a resource bears the mark of an environment of an installation. */
export function isMarkedFor(
  environment: string,
  installation: string,
  { labels = {} }: Pick<Marked, "labels">,
): boolean {
  return labels[installationLabel] === installation && labels[environmentLabel] === environment;
}
