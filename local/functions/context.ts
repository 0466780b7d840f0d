import type { Cloud } from "../cloud.ts";
import { ApiError } from "../error.ts";
import type { Function as CloudFunction } from "../model/generated/functions.ts";
import type { Collection } from "../store.ts";
import type { PlacedTrigger } from "./trigger.ts";

/** Host of the API, and of the full names of its resources. */
export const host = "cloudfunctions.googleapis.com";

/** Prefix of the `@type` of Cloud Functions' messages. */
export const typePrefix = "type.googleapis.com/google.cloud.functions.v2.";

/** What the parts of the emulated Cloud Functions share. */
export interface FunctionsContext {
  readonly cloud: Cloud;
  readonly functions: Collection<CloudFunction>;
  /** What carries events to functions, by the function's name. */
  readonly triggers: Collection<PlacedTrigger>;
}

/** Parts of `projects/{project}/locations/{region}/functions/{function}`. */
export interface FunctionName {
  readonly project: string;
  readonly region: string;
  readonly id: string;
  /** `projects/{project}/locations/{region}` */
  readonly parent: string;
  /** Full name of the Cloud Run service that runs the function. */
  readonly service: string;
  /** `{region}-{project}.cloudfunctions.net/{function}` */
  readonly address: string;
}

/** Takes a function's name apart; its service bears its id in lower case with hyphens. */
export function parseName(name: string): FunctionName {
  const [, project = "", , region = "", , id = ""] = name.split("/");
  const parent = `projects/${project}/locations/${region}`;
  const service = `${parent}/services/${id.toLowerCase().replaceAll("_", "-")}`;
  return { project, region, id, parent, service, address: `${region}-${project}.cloudfunctions.net/${id}` };
}

/** @throws ApiError NOT_FOUND */
export function demandFunction({ functions }: FunctionsContext, name: string): CloudFunction {
  const found = functions.get(name);
  if (!found) throw new ApiError({ code: "NOT_FOUND", message: `Resource '${name}' was not found` });
  return found;
}
