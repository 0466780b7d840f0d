import type { StorageClient } from "../../google/clients/storage.ts";
import type { WorkflowExecutionsClient } from "../../google/clients/workflow-executions.ts";
import { parseJson, toObject } from "../../google/json.ts";
import { canonicalJson } from "../../spec/names.ts";
import { objectOf } from "../../spec/objects.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { editStored } from "../entry/read.ts";
import type { StoredRequest } from "../entry/stored.ts";
import { StepError } from "../error.ts";

/** What accepting a request works with. */
export interface AcceptClients {
  readonly storage: StorageClient;
  readonly executions: WorkflowExecutionsClient;
  readonly installation: InstallationEnvironment;
}

/** A request as it was noted. */
export interface Noted {
  readonly request: StoredRequest;
  /** When the note was read or written, RFC 3339 by Google's clock. */
  readonly readAt: string;
}

/** Reads the note of a request by the id of its run. */
export async function readRequest(
  { storage, installation }: Pick<AcceptClients, "storage" | "installation">,
  run: string,
): Promise<Noted | undefined> {
  const found = await storage.readText(installation.bucket, objectOf.request(run));
  const request = found && toObject(parseJson(found.text));
  return request && { request: request as object as StoredRequest, readAt: found.readAt };
}

/** Notes a request under its key, unless it is noted already; then gives that note. */
export async function note(request: StoredRequest, { storage, installation }: AcceptClients): Promise<Noted> {
  const place = { bucket: installation.bucket, object: objectOf.request(request.run) };
  const content = canonicalJson(request);
  const written = await storage.write({ ...place, content, contentType: "application/json", ifGenerationMatch: "0" });
  if (written) return { request, readAt: written.updated ?? "" };
  const noted = await readRequest({ storage, installation }, request.run);
  if (noted) return noted;
  throw new StepError({
    code: "UNAVAILABLE",
    reason: "NOT_NOTED",
    message: `request ${request.run} could not be noted`,
  });
}

/** Changes the note of a request, whoever else does so at the same moment; gives it as it is then. */
export async function editRequest(
  request: StoredRequest,
  clients: Pick<AcceptClients, "storage" | "installation">,
  edit: (present: StoredRequest) => StoredRequest,
): Promise<StoredRequest> {
  const place = requestPlace(request.run, clients);
  const edited = await editStored<StoredRequest>(clients.storage, place, (present) => edit(present ?? request));
  return edited ?? request;
}

/** Where the note of a request lies. */
function requestPlace(run: string, { installation }: Pick<AcceptClients, "installation">) {
  return { bucket: installation.bucket, object: objectOf.request(run) };
}
