import { expect } from "@jest/globals";
import { isJsonObject, type JsonObject } from "../../../local/json.ts";
import { look } from "./loops.ts";
import type { Wire, WireAnswer } from "./wire.ts";

const region = "asia-northeast1";
const host = `${region}-run.googleapis.com`;
const isDone = ({ done }: JsonObject) => done === true;

/** The long poll of a service's operation, whose response is the service. */
export async function waitService(wire: Wire, { status, body }: WireAnswer): Promise<JsonObject> {
  expect({ status, body }).toMatchObject({ status: 200 });
  const id = textAt(body, "metadata", "annotations", "run.googleapis.com/operation-id");
  expect(id).toMatch(/^[0-9a-f-]{36}$/);
  const operation = `${host}/v1/projects/${wire.project}/locations/${region}/operations/${id}`;
  const poll = () => wire.send(`POST ${operation}:wait`, { body: { timeout: "30s" } });
  const { response, error } = await look(poll, isDone);
  // Two more looks follow the one that found it done.
  await look(poll, isDone);
  expect(error).toBeUndefined();
  return isJsonObject(response) ? response : {};
}

/** The text at a path of fields; empty where there is none. */
export function textAt(value: unknown, ...[first, ...rest]: readonly string[]): string {
  if (first === undefined) return String(value);
  return isJsonObject(value) ? textAt(value[first], ...rest) : "";
}
