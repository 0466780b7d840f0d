import { setTimeout as pause } from "node:timers/promises";
import { strToU8, zipSync } from "fflate";
import { isJsonObject, type JsonObject } from "../../local/json.ts";
import type { LocalCloud } from "../../local/main.ts";

/** Real milliseconds between two looks at the deployment. */
const gapMs = 15;

const host = "https://cloudfunctions.googleapis.com/v2";
const manifest = { main: "index.js", dependencies: { "@google-cloud/functions-framework": "^5.0.0" } };
const source = `require("@google-cloud/functions-framework").http("hello", (request, response) => response.send("hello"));`;

/** A function to deploy, in asia-northeast1. */
export interface DeployedFunction {
  readonly project: string;
  readonly id: string;
}

/**
 * Deploys a function that answers `hello` as a client of the API does: a signed upload, a create, and looks at its
 * operation.
 *
 * @returns the function as it is served
 */
export async function deployFunction({ cloud }: LocalCloud, { project, id }: DeployedFunction): Promise<JsonObject> {
  async function send(method: string, address: string, body: Buffer, type = "application/json"): Promise<JsonObject> {
    const headers = { authorization: "Bearer owner", "content-type": type };
    const answer = await cloud.fetch({ method, url: new URL(address), headers, body });
    if (answer.status !== 200) throw new Error(`${method} ${address}: ${answer.status} ${answer.body}`);
    const text = answer.body.toString();
    const value: unknown = text === "" ? {} : JSON.parse(text);
    return isJsonObject(value) ? value : {};
  }
  const post = (address: string, body: JsonObject) => send("POST", address, Buffer.from(JSON.stringify(body)));
  const functions = `${host}/projects/${project}/locations/asia-northeast1/functions`;
  const { uploadUrl, storageSource } = await post(`${functions}:generateUploadUrl`, {});
  const files = { "index.js": strToU8(source), "package.json": strToU8(JSON.stringify(manifest)) };
  await send("PUT", String(uploadUrl), Buffer.from(zipSync(files)), "application/zip");
  const buildConfig = { runtime: "nodejs24", entryPoint: "hello", source: { storageSource } };
  const { name } = await post(`${functions}?functionId=${id}`, { buildConfig, environment: "GEN_2" });
  for (;;) {
    const { done, error, response } = await send("GET", `${host}/${String(name)}`, Buffer.alloc(0));
    if (error !== undefined) throw new Error(JSON.stringify(error));
    if (done === true) return isJsonObject(response) ? response : {};
    await pause(gapMs);
  }
}
