import { isJsonObject, type JsonObject } from "../../local/json.ts";
import type { LocalCloud } from "../../local/main.ts";
import { type RestCall, rest } from "./local-cloud.ts";

/**
 * Calls a method and, when it starts a long-running operation, waits until that is done.
 *
 * @returns the answer, the operation as its API shows it, or the refusal's body
 */
export async function operate(local: LocalCloud, target: string, call: RestCall = {}): Promise<JsonObject> {
  return await ended(local, target, (await rest(local, target, call)).body);
}

/** Waits until what a call was answered with is done, if it is an operation, and gives it as its API then shows it. */
export async function ended(local: LocalCloud, target: string, started: JsonObject): Promise<JsonObject> {
  const [, host = "", version = ""] = /^\w+ ([^/]+)\/([^/]+)/.exec(target) ?? [];
  const { name, selfLink, done } = started;
  if (typeof selfLink === "string" && selfLink.includes("/operations/")) {
    const path = selfLink.replace("https://www.googleapis.com/compute/v1/", "compute.googleapis.com/compute/v1/");
    return (await rest(local, `POST ${path}/wait`)).body;
  }
  if (typeof name !== "string" || done === true || !/(^|\/)operations\//.test(name)) return started;
  const { clock, operations } = local.cloud;
  await clock.working((hold) => operations.wait(host, name, 600_000, hold));
  return (await rest(local, `GET ${host}/${version}/${name}`)).body;
}

/** A member of a JSON object that is an object itself; an empty one when it is not there. */
export function member(value: JsonObject, name: string): JsonObject {
  const found = value[name];
  return isJsonObject(found) ? found : {};
}
