import { canonicalJson, sha256 } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import { readStored, writeStored } from "../entry/read.ts";
import type { ChangeRecord, StoredChange } from "../entry/stored.ts";
import { changeIdPrefix } from "../record/chain.ts";
import { keyReused } from "./key.ts";
import type { ViewClients } from "./run-view.ts";

/** Who changes an environment outside its runs, and under which key. */
export interface Changer {
  /** E-mail address, as Google verified it. */
  readonly by: string;
  /** The caller's `Idempotency-Key`. */
  readonly key: string;
}

/** A change as it is asked for. */
export interface AskedChange extends Changer {
  readonly change: ChangeRecord["change"];
  readonly environment: string;
  /** What the caller sent: the same key with another body is refused. */
  readonly body: object;
}

/**
 * Makes a change once for each key of a caller. The key is held before anything is done, with what is to be done, so that
 * who asks again after a crash goes on with the very same, and who asks again later changes nothing.
 *
 * @param prepare gives what is to be done, or throws, when there is nothing to hold the key for
 * @param apply does it, all of it, however often it is called with the same
 * @throws StepError ALREADY_EXISTS, reason `KEY_REUSED`, for a key that was used for something else
 */
export async function changeOnce(
  asked: AskedChange,
  clients: Pick<ViewClients, "storage" | "installation">,
  {
    prepare,
    apply,
  }: {
    readonly prepare: () => Promise<
      Pick<StoredChange, "at" | "reason" | "until" | "seconds" | "generation" | "isDone">
    >;
    readonly apply: (held: StoredChange) => Promise<void>;
  },
): Promise<void> {
  const { change, environment, body, by, key } = asked;
  const { storage, installation } = clients;
  const id = `${changeIdPrefix}${sha256(`${by}\n${key}`).slice(0, 32)}`;
  const place = { bucket: installation.bucket, object: objectOf.request(id) };
  const bodyHash = sha256(canonicalJson({ change, environment, body }));
  let held = await readStored<StoredChange>(storage, place.bucket, place.object);
  if (!held) {
    const note: StoredChange = { ...{ id, change, of: environment, requestedBy: by, bodyHash }, ...(await prepare()) };
    await writeStored(storage, { ...place, ifGenerationMatch: "0" }, note);
    held = await readStored<StoredChange>(storage, place.bucket, place.object);
  }
  if (!held || held.value.bodyHash !== bodyHash) throw keyReused();
  if (held.value.isDone) return;
  await apply(held.value);
  await writeStored(storage, { ...place, ifGenerationMatch: held.generation }, { ...held.value, isDone: true });
}
