import { parseDocument } from "yaml";
import type { StorageClient } from "../../google/clients/storage.ts";
import { parseSpec } from "../../spec/load.ts";
import { objectOf } from "../../spec/objects.ts";
import { SpecError } from "../../spec/problem.ts";
import type { Spec } from "../../spec/schema.ts";
import type { RequestBody } from "../api.ts";
import { StepError } from "../error.ts";
import { isPacked } from "./parse.ts";

/** A spec with the folders that it names, as they lie in the bucket. */
export interface PackedSpec {
  readonly spec: Spec;
  /** The text to store: it names the packed folders, so that it is enough to build the environment again. */
  readonly text: string;
  readonly source?: string;
  readonly seed?: string;
}

/**
 * Reads a spec that came with a request.
 *
 * @throws SpecError for what is wrong in it; StepError when a folder that it names has not been packed
 */
export function packSpec(text: string, folders: RequestBody["folders"]): PackedSpec {
  const spec = parseSpec(text);
  const document = parseDocument(text);
  const source = spec.service.source && packedFolder("sources", folders?.source ?? spec.service.source);
  const seed = packedFolder("seeds", folders?.seed ?? spec.database.seed.directory);
  if (source) document.setIn(["spec", "service", "source"], source);
  document.setIn(["spec", "database", "seed", "directory"], seed);
  return { spec, text: String(document), source, seed };
}

/**
 * Reads the spec that an environment was last built from.
 *
 * @throws StepError NOT_FOUND when there is none
 */
export async function readSpec(
  storage: StorageClient,
  { bucket, environment }: { readonly bucket: string; readonly environment: string },
): Promise<PackedSpec> {
  const found = await storage.readText(bucket, objectOf.spec(environment));
  // Word for word, so that a run can tell later whether it is still this one.
  if (found) return { ...packSpec(found.text, undefined), text: found.text };
  throw new StepError({
    code: "NOT_FOUND",
    reason: "UNKNOWN_ENVIRONMENT",
    resource: environment,
    message: `no environment ${environment} is known here: send its spec with action up first`,
  });
}

/** Whether a stored spec is there and is none for this version: another schema, or not as it was written. */
export function isUnreadable(caught: unknown): boolean {
  return caught instanceof SpecError || (caught instanceof StepError && caught.reason === "FOLDER_NOT_PACKED");
}

function packedFolder(prefix: "sources" | "seeds", object: string): string {
  if (isPacked(object, prefix)) return object;
  const message = `the folder ${object} must be packed into the bucket, and named by folders.${prefix.slice(0, -1)}, first`;
  throw new StepError({ code: "INVALID_ARGUMENT", reason: "FOLDER_NOT_PACKED", message });
}
