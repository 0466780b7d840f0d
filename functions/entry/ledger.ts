import type { ObjectWrite, StorageClient } from "../../google/clients/storage.ts";
import { parseJson, toObject } from "../../google/json.ts";
import { canonicalJson, idOf } from "../../spec/names.ts";
import type { Run } from "../contract.ts";
import { StepError } from "../error.ts";
import { fenceGuard } from "../fence.ts";
import type { StoredEnvironment, StoredRequest } from "./stored.ts";

/** An execution that wants to work for a request. */
export interface Claimant {
  readonly bucket: string;
  readonly run: string;
  /** Full name of the execution. */
  readonly execution: string;
}

/** Whose a request is: the claimant's, or that of the execution which claimed it before. */
export type RequestClaim =
  | { readonly state: "mine"; readonly request: StoredRequest }
  | { readonly state: "joined"; readonly execution: string };

/**
 * Claims a request for one execution, so that two that were started for it never both work.
 *
 * @throws StepError FAILED_PRECONDITION when there is no such request: only the request function starts executions
 */
export async function claimRequest(storage: StorageClient, claimant: Claimant): Promise<RequestClaim> {
  const object = `requests/${claimant.run}.json`;
  for (let attempt = 1; attempt <= 3; attempt++) {
    const found = await storage.readText(claimant.bucket, object);
    const request = found && (toObject(parseJson(found.text)) as object as StoredRequest | undefined);
    if (!found || !request) throw notRequested(claimant);
    if (request.execution !== undefined) {
      // The API names executions under the project's number, the workflow itself under its id.
      const isMine = idOf(request.execution) === idOf(claimant.execution);
      return isMine ? { state: "mine", request } : { state: "joined", execution: request.execution };
    }
    const content = canonicalJson({ ...request, execution: claimant.execution });
    const place = { bucket: claimant.bucket, object, ifGenerationMatch: found.generation };
    if (await storage.write({ ...place, content, contentType: "application/json" })) return { state: "mine", request };
  }
  throw new StepError({
    code: "UNAVAILABLE",
    reason: "REQUEST_SETTLING",
    message: `request ${claimant.run} is being noted`,
  });
}

/**
 * Whether the teardown that a sweep found is still what it was: an environment that was asked for again meanwhile is not
 * taken down.
 */
export async function isTeardownCurrent(
  storage: StorageClient,
  { bucket, request }: { readonly bucket: string; readonly request: StoredRequest },
): Promise<boolean> {
  if (request.teardown === undefined) return true;
  const found = await storage.getObject(bucket, `teardowns/${request.environment}.json`);
  return found?.generation === request.teardown;
}

/**
 * Writes what the environment is from now on, under its lock: the spec that was asked for, and the plan among those by
 * which something of it may have been made. A removal takes all of them down.
 *
 * @returns hashes of the plans, the present one first
 */
export async function enterLedger(
  storage: StorageClient,
  { run, request }: { readonly run: Pick<Run, "id" | "environment" | "fence">; readonly request: StoredRequest },
): Promise<readonly string[]> {
  const { bucket = "" } = run.fence ?? {};
  const { environment, planHash = "", action, spec } = request;
  const object = ledgerObject(environment);
  const found = await storage.readText(bucket, object);
  const known = (found && (toObject(parseJson(found.text)) as object as StoredEnvironment | undefined))?.plans ?? [];
  const plans = [planHash, ...known.filter((hash) => hash !== planHash)];
  if (action !== "up") return plans;
  const guard = fenceGuard(run, storage);
  const write = async (wanted: Omit<ObjectWrite, "bucket">) => {
    await guard();
    if (await storage.write({ bucket, ...wanted })) return;
    const message = `gs://${bucket}/${wanted.object} changed meanwhile`;
    throw new StepError({ code: "ABORTED", reason: "CONCURRENT_WRITE", message });
  };
  if (plans.join() !== known.join()) {
    const content = canonicalJson({ plans } satisfies StoredEnvironment);
    await write({ object, content, contentType: "application/json", ifGenerationMatch: found?.generation ?? "0" });
  }
  const specObject = `specs/${environment}.yaml`;
  const stored = spec === undefined ? undefined : await storage.readText(bucket, specObject);
  if (spec !== undefined && stored?.text !== spec) {
    const ifGenerationMatch = stored?.generation ?? "0";
    await write({ object: specObject, content: spec, contentType: "application/yaml", ifGenerationMatch });
  }
  await guard();
  await storage.deleteObject(bucket, `teardowns/${environment}.json`);
  return plans;
}

/** Where the plans lie by which something of an environment may have been made. */
export function ledgerObject(environment: string): string {
  return `environments/${environment}.json`;
}

function notRequested({ run, execution }: Claimant): StepError {
  const message = `execution ${execution} works for no request (${run}): ask through alloyrun's request function`;
  return new StepError({ code: "FAILED_PRECONDITION", reason: "NOT_REQUESTED", message });
}
