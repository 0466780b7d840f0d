import type { StorageClient } from "../../google/clients/storage.ts";
import { accountEmail, installationAccountId } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import { readLedger } from "../entry/ledger.ts";
import { readStored } from "../entry/read.ts";
import type { StoredRequest } from "../entry/stored.ts";
import { inParts } from "../in-parts.ts";

type Asked = Pick<StoredRequest, "requestedBy" | "onBehalfOf" | "joinedBy" | "resumedBy">;

/** Everybody who has asked for a run in their own name: also who joined it, and who resumed it. */
export function requestersOf({ requestedBy, onBehalfOf, joinedBy = [], resumedBy = [] }: Asked): readonly string[] {
  return [...new Set([requestedBy, ...(onBehalfOf === undefined ? [] : [onBehalfOf]), ...joinedBy, ...resumedBy])];
}

/**
 * Everybody who has asked for a run, and may not approve it. A schedule asks for nothing of its own accord: of a rebuild that
 * it has asked for, or joined, they are also all who asked for the runs by which it stands in the environment's spec as it does.
 */
export async function allRequestersOf(
  storage: Pick<StorageClient, "readText">,
  { bucket, project }: { readonly bucket: string; readonly project: string },
  request: Asked & Pick<StoredRequest, "action" | "environment">,
): Promise<readonly string[]> {
  const own = requestersOf(request);
  const isScheduled = own.includes(accountEmail(project, installationAccountId("scheduler")));
  if (!isScheduled || request.action !== "rebuild") return own;
  const ledger = await readLedger(storage, bucket, request.environment);
  const runs = ledger?.value.scheduledBy?.runs ?? [];
  const askers = await Array.fromAsync(
    inParts(runs, async (run) => {
      const found = await readStored<StoredRequest>(storage, bucket, objectOf.request(run));
      return found ? requestersOf(found.value) : [];
    }),
  );
  return [...new Set([...own, ...askers.flat()])];
}
