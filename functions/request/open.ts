import { isUnderWay } from "../../google/under-way.ts";
import { objectOf } from "../../spec/objects.ts";
import { beingChanged, readStored, type Stored, writeStored } from "../entry/read.ts";
import type { StoredOpenRuns, StoredRequest } from "../entry/stored.ts";
import { inParts } from "../in-parts.ts";
import { type AcceptClients, readRequest } from "./note.ts";

/**
 * The runs of an environment that have not ended, in the order in which they were asked for: those that only plan, are
 * deciding, await approval, wait for their turn or work.
 */
export async function listOpen(environment: string, clients: AcceptClients): Promise<readonly StoredRequest[]> {
  return openOnes(await readOpen(environment, clients), clients);
}

/**
 * Enters a run among the open ones of its environment before its execution is started, unless an identical one is open:
 * then gives that one, to join. What is of no environment is listed nowhere. Of two that come at the same moment the second sees the first.
 *
 * @param isIdentical whether an open request asks for the very same; none does when omitted
 * @throws StepError UNAVAILABLE, retryable, when others were faster five times
 */
export async function enterOpen(
  { run, environment }: StoredRequest,
  clients: AcceptClients,
  isIdentical: (open: StoredRequest) => boolean = () => false,
): Promise<StoredRequest | undefined> {
  if (environment === "") return undefined;
  const place = { bucket: clients.installation.bucket, object: objectOf.open(environment) };
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const found = await readOpen(environment, clients);
    if (found?.value.runs.includes(run)) return undefined;
    const open = await openOnes(found, clients);
    const identical = open.find(isIdentical);
    if (identical) return identical;
    const wanted: StoredOpenRuns = { runs: [...open.map((each) => each.run), run] };
    const ifGenerationMatch = found?.generation ?? "0";
    if ((await writeStored(clients.storage, { ...place, ifGenerationMatch }, wanted)) !== undefined) return undefined;
  }
  throw beingChanged(place.bucket, place.object);
}

function readOpen(environment: string, { storage, installation }: AcceptClients) {
  return readStored<StoredOpenRuns>(storage, installation.bucket, objectOf.open(environment));
}

async function openOnes(
  found: Stored<StoredOpenRuns> | undefined,
  clients: AcceptClients,
): Promise<readonly StoredRequest[]> {
  const read = async (run: string) => {
    const request = (await readRequest(clients, run))?.request;
    return request && (await isOpen(request, clients)) ? request : undefined;
  };
  const all = await Array.fromAsync(inParts(found?.value.runs ?? [], read));
  return all.filter((request) => request !== undefined);
}

/** One without an execution is about to get it, or gets it from whoever asks again. */
async function isOpen({ execution }: StoredRequest, { executions }: AcceptClients): Promise<boolean> {
  if (execution === undefined) return true;
  return isUnderWay(await executions.getExecution(execution));
}
