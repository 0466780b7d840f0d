import type { RecordHead, StoredRequest } from "../../functions/entry/stored.ts";
import { changeIdPrefix } from "../../functions/record/chain.ts";
import type { WorkflowExecutionsClient } from "../../google/clients/workflow-executions.ts";
import { ApiError } from "../../google/error.ts";
import { parseJson, textOf, toObject } from "../../google/json.ts";
import { type AuditedBucket, inParts } from "./records.ts";

/** Reads executions; absent where the auditor may read the bucket alone. */
export type ExecutionReader = Pick<WorkflowExecutionsClient, "getExecution">;

/** The runs of an environment that were requested and, where executions may be read, which records they ended with. */
export interface Requested {
  readonly runs: number;
  /** What the results of executions say, which nobody can change who writes to the bucket; undefined when not allowed. */
  readonly heads?: readonly RecordHead[];
}

/**
 * Reads the requests of an environment and the results of their executions. Google keeps those for 90 days; what is under
 * way, or ended without a result, says nothing.
 */
export async function readRequested(
  { storage, bucket }: AuditedBucket,
  environment: string,
  executions: ExecutionReader | undefined,
): Promise<Requested> {
  const listed = await storage.listObjects(bucket, "requests/");
  const ofRuns = listed.filter(({ name = "" }) => !name.startsWith(`requests/${changeIdPrefix}`));
  const all = await inParts(ofRuns, async ({ name = "" }) => {
    const text = (await storage.readText(bucket, name))?.text ?? "";
    return toObject(parseJson(text)) as object | undefined as StoredRequest | undefined;
  });
  const requests = all.filter((request) => request?.environment === environment);
  const heads =
    executions &&
    (await readHeads(
      requests.flatMap((request) => request?.execution ?? []),
      executions,
    ));
  return { runs: requests.length, ...(heads && { heads }) };
}

async function readHeads(names: readonly string[], executions: ExecutionReader) {
  try {
    const heads = await inParts(names, async (name) => headOf(await executions.getExecution(name)));
    return heads.filter((head) => head !== undefined);
  } catch (caught) {
    if (caught instanceof ApiError && caught.code === "PERMISSION_DENIED") return undefined;
    throw caught;
  }
}

/** A run that failed raises what another one gives. */
function headOf(execution: Awaited<ReturnType<ExecutionReader["getExecution"]>>): RecordHead | undefined {
  const given = toObject(parseJson(execution?.result ?? execution?.error ?? ""));
  const { id, sha256 } = toObject(given?.record) ?? {};
  const head = { id: textOf(id), sha256: textOf(sha256) };
  return head.id === undefined || head.sha256 === undefined ? undefined : { id: head.id, sha256: head.sha256 };
}
