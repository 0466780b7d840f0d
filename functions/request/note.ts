import type { StorageClient } from "../../google/clients/storage.ts";
import type { WorkflowExecutionsClient } from "../../google/clients/workflow-executions.ts";
import { parseJson, toObject } from "../../google/json.ts";
import { canonicalJson } from "../../spec/names.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { requestObject } from "../entry/ledger.ts";
import type { StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";

/** What accepting a request works with. */
export interface AcceptClients {
  readonly storage: StorageClient;
  readonly executions: WorkflowExecutionsClient;
  readonly installation: InstallationEnvironment;
}

/** A request as it was noted, with the generation of the note. */
export interface Noted {
  readonly request: StoredRequest;
  readonly generation: string;
  /** When the note was read or written, RFC 3339 by Google's clock. */
  readonly readAt: string;
}

/** Reads the note of a request by the id of its run. */
export async function readRequest(
  { storage, installation }: Pick<AcceptClients, "storage" | "installation">,
  run: string,
): Promise<Noted | undefined> {
  const found = await storage.readText(installation.bucket, requestObject(run));
  const request = found && toObject(parseJson(found.text));
  return request && { request: request as object as StoredRequest, generation: found.generation, readAt: found.readAt };
}

/** Notes a request under its key, unless it is noted already; then gives that note. */
export async function note(request: StoredRequest, { storage, installation }: AcceptClients): Promise<Noted> {
  const place = { bucket: installation.bucket, object: requestObject(request.run) };
  const content = canonicalJson(request);
  const written = await storage.write({ ...place, content, contentType: "application/json", ifGenerationMatch: "0" });
  if (written?.generation) return { request, generation: written.generation, readAt: written.updated ?? "" };
  const noted = await readRequest({ storage, installation }, request.run);
  if (noted) return noted;
  throw new StepError({
    code: "UNAVAILABLE",
    reason: "NOT_NOTED",
    message: `request ${request.run} could not be noted`,
  });
}

/** Notes the execution that was started for a request; gives the note that another call of the same key wrote first. */
export async function noteExecution(
  { request, generation }: Noted,
  execution: string,
  { storage, installation }: AcceptClients,
): Promise<StoredRequest> {
  const started = { ...request, execution };
  const written = await storage.write({
    bucket: installation.bucket,
    object: requestObject(request.run),
    content: canonicalJson(started),
    contentType: "application/json",
    ifGenerationMatch: generation,
  });
  if (written) return started;
  return (await readRequest({ storage, installation }, request.run))?.request ?? started;
}

/** Where the note of a request lies. */
export function requestPlace(run: string, { installation }: Pick<AcceptClients, "installation">) {
  return { bucket: installation.bucket, object: requestObject(run) };
}
