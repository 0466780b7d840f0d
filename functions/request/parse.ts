import { type JsonObject, textOf, toObject } from "../../google/json.ts";
import type { RequestBody } from "../api.ts";
import { badField } from "../parse.ts";

const actions: readonly RequestBody["action"][] = ["up", "down", "sweep", "check"];
const levels: readonly NonNullable<RequestBody["level"]>[] = ["app", "data", "database", "all"];
const fields = new Set(["action", "environment", "spec", "folders", "level", "reason", "teardown"]);
const environmentName = /^[a-z][-a-z0-9]{0,29}$/;

/**
 * Checks the body of `POST /v1/requests`.
 *
 * @throws StepError INVALID_ARGUMENT naming the field
 */
export function parseRequestBody(body: JsonObject): RequestBody {
  for (const field of Object.keys(body)) if (!fields.has(field)) throw badField(field, "is not known");
  for (const field of ["environment", "spec", "reason", "teardown"]) {
    if (body[field] !== undefined && textOf(body[field]) === undefined) throw badField(field, "must be a text");
  }
  const action = actions.find((known) => known === body.action);
  if (!action) throw badField("action", `must be one of ${actions.join(", ")}`);
  const level = levels.find((known) => known === body.level);
  if (body.level !== undefined && !level) throw badField("level", `must be one of ${levels.join(", ")}`);
  const environment = textOf(body.environment);
  if (environment !== undefined && !environmentName.test(environment)) throw badField("environment", "is no name");
  if (action === "down" && environment === undefined) throw badField("environment", "must name the environment");
  return {
    action,
    level,
    environment,
    spec: textOf(body.spec),
    reason: textOf(body.reason),
    teardown: textOf(body.teardown),
    folders: parseFolders(body),
  };
}

function parseFolders(body: JsonObject): RequestBody["folders"] {
  if (body.folders === undefined) return undefined;
  const folders = toObject(body.folders);
  if (!folders) throw badField("folders", "must be an object");
  const unknown = Object.keys(folders).find((field) => field !== "source" && field !== "seed");
  if (unknown !== undefined) throw badField(`folders.${unknown}`, "is not known");
  return { source: packed(folders, "source", "sources"), seed: packed(folders, "seed", "seeds") };
}

function packed(folders: JsonObject, field: string, prefix: string): string | undefined {
  const object = textOf(folders[field]);
  if (object === undefined || isPacked(object, prefix)) return object;
  throw badField(`folders.${field}`, `must look like ${prefix}/<sha256>.tgz`);
}

/** Whether a text names a packed folder in the bucket, below `sources` or `seeds`. */
export function isPacked(text: string, prefix: string): boolean {
  return new RegExp(`^${prefix}/[0-9a-f]{64}\\.tgz$`).test(text);
}
