import type { StorageClient } from "../../google/clients/storage.ts";
import { type Json, type JsonObject, toObject } from "../../google/json.ts";
import type { Generations, Serving } from "../../plan/generation.ts";
import { inputOf } from "../../plan/step-input.ts";
import { objectOf } from "../../spec/objects.ts";
import type { OwnService } from "../cloud-run/own-services.ts";
import { readStored } from "../entry/read.ts";
import type { StoredPlan, StoredRequest } from "../entry/stored.ts";

/** What was seen of what an environment answers from. */
export interface Seen {
  /** Under the name that the plan gives to the service; absent when nothing serves there. */
  readonly serving?: Serving;
  /** Under whatever names. */
  readonly own: readonly OwnService[];
}

/** What the service's function has told the workflow. */
export function toSeen(body: JsonObject): Seen {
  const told = toObject(body.serving) ?? {};
  const serving = toServing(told);
  const own = Array.isArray(told.own) ? told.own.flatMap(toOwnService) : [];
  return { ...(serving && { serving }), own };
}

/**
 * What serves: what people are answered from by the URL that the environment was ready with last. Where nothing is under that
 * name, what the plan's own service answers from, and where that serves nothing either, what all others do.
 *
 * @param ready the plan that the environment was ready with last
 */
export function servingBy({ serving, own }: Seen, ready: Pick<StoredPlan, "steps"> | undefined): Serving | undefined {
  const { service: named } = inputOf(ready, "service");
  return own.find(({ service }) => service === named)?.serving ?? serving ?? onlyOneOf(own);
}

/** What several services answer from, where that is the same. */
function onlyOneOf(own: readonly OwnService[]): Serving | undefined {
  const [first, ...others] = own.flatMap(({ serving }) => serving ?? []);
  return first && others.every((other) => sameServing(first, other)) ? first : undefined;
}

/** Whether both are the same database of the same instance. */
export function sameServing(one: Serving | undefined, other: Serving | undefined): boolean {
  return one?.database === other?.database && one?.instance === other?.instance;
}

/** What the runs were to end with that moved traffic last: whatever serves by now, it may have been written to. */
export async function openedFor(
  storage: Pick<StorageClient, "readText">,
  { bucket, own }: Pick<Seen, "own"> & { readonly bucket: string },
): Promise<readonly Generations[]> {
  const runs = new Set(own.flatMap(({ openedBy }) => openedBy ?? []));
  const found = await Promise.all(
    [...runs].map((run) => readStored<StoredRequest>(storage, bucket, objectOf.request(run))),
  );
  return found.flatMap((request) => request?.value.target ?? []);
}

function toServing(told: JsonObject): Serving | undefined {
  const { database, instance } = told;
  return typeof database === "string" && typeof instance === "string" ? { database, instance } : undefined;
}

function toOwnService(told: Json): readonly OwnService[] {
  const { service, serving, openedBy } = toObject(told) ?? {};
  if (typeof service !== "string") return [];
  const known = toServing(toObject(serving) ?? {});
  return [{ service, ...(known && { serving: known }), ...(typeof openedBy === "string" && { openedBy }) }];
}
