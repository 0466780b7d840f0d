import { isJsonObject, type JsonObject } from "../../../local/json.ts";
import { testProject } from "../../support/local-cloud.ts";
import type { Answer, Caller } from "./caller.ts";

/**
 * Waits for the operation of an answer, and reads it as its API gives it.
 *
 * @param host host of the operations, or `compute`; undefined for answers that are no operations
 * @returns the operation as it ended, or the answer's value
 * @throws Error for a refusal
 */
export async function settle(
  caller: Caller,
  host: string | undefined,
  { value, refusal }: Answer,
): Promise<JsonObject> {
  if (refusal) throw new Error(`${refusal.code}: ${refusal.message}`);
  if (host === undefined) return value;
  const read = host === "compute" ? await waitCompute(caller, value) : await readOperation(caller, host, value);
  if (read.refusal) throw new Error(`${read.refusal.code}: ${read.refusal.message}`);
  if (read.value.done !== true && read.value.status !== "DONE") throw new Error(`${value.name} has not ended`);
  return read.value;
}

async function readOperation(caller: Caller, host: string, { name = "" }: JsonObject): Promise<Answer> {
  await caller.untilEnded(host, String(name));
  return await caller.call(`${host} google.longrunning.Operations.GetOperation`, { name });
}

function waitCompute(caller: Caller, { name = "", region, zone }: JsonObject): Promise<Answer> {
  const request = { project: testProject, operation: name };
  const last = (link: unknown) => String(link).split("/").at(-1) ?? "";
  const service = (scope: string) => `google.cloud.compute.v1.${scope}Operations.Wait`;
  if (region) return caller.call(service("Region"), { ...request, region: last(region) });
  if (zone) return caller.call(service("Zone"), { ...request, zone: last(zone) });
  return caller.call(service("Global"), request);
}

/** The error that an operation ended with, if any. */
export function failureOf({ error }: JsonObject): string | undefined {
  return isJsonObject(error) ? JSON.stringify(error) : undefined;
}
