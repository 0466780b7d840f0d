import type { StorageClient } from "../../google/clients/storage.ts";
import { parseSpec } from "../../spec/load.ts";
import { objectOf } from "../../spec/objects.ts";
import type { WebhookSpec } from "../../spec/schema.ts";
import { readStored } from "../entry/read.ts";
import type { StoredRequest } from "../entry/stored.ts";
import type { EnvironmentEvent } from "./event.ts";

/** Where an event goes. */
export interface Destination {
  readonly webhook: WebhookSpec;
  /** When that was read, in seconds since the epoch by Google's clock. */
  readonly now: number;
  /** Whether it is the environment's own: a spec that was only asked for may name anybody's address. */
  readonly isStored: boolean;
}

/**
 * Where an environment's event goes: to the webhook of its stored spec, whatever the run would change about that; before
 * there is one, to that of the spec which the run was asked with. Undefined when there is none.
 *
 * @throws SpecError when the spec is none any more
 */
export async function destinationOf(
  storage: Pick<StorageClient, "readText">,
  bucket: string,
  { environment, run }: Pick<EnvironmentEvent, "environment" | "run">,
): Promise<Destination | undefined> {
  if (environment === undefined) return undefined;
  const stored = await storage.readText(bucket, objectOf.spec(environment));
  const found = stored ?? (await specOfRun(storage, bucket, run));
  const webhook = found && parseSpec(found.text).notify.webhook;
  return webhook && { webhook, now: Date.parse(found.readAt) / 1000, isStored: stored !== undefined };
}

async function specOfRun(storage: Pick<StorageClient, "readText">, bucket: string, run: string | undefined) {
  if (run === undefined) return undefined;
  const request = await readStored<StoredRequest>(storage, bucket, objectOf.request(run));
  const text = request?.value.spec;
  return text === undefined ? undefined : { text, readAt: request?.readAt ?? "" };
}
