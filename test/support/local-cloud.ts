import { isJsonObject, type JsonObject } from "../../local/json.ts";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "../../local/main.ts";

/** Project of the tests' local clouds. */
export const testProject = "test-project";

/** Starts a local cloud without the world, in which the APIs given (or all) are enabled for the tests' project. */
export async function startTestCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const local = await startLocalCloud({ project: testProject, offline: true, ...options });
  for (const { host } of local.apis) local.cloud.projects.setUsable(testProject, host, true);
  return local;
}

/** What a REST call is made with. */
export interface RestCall {
  /** Bearer token; the owner's unless given, none when empty. */
  readonly as?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a REST call was answered with. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
  readonly text: string;
}

/**
 * Calls an API of a local cloud over HTTP.
 *
 * @param target verb and address, for example `GET alloydb.googleapis.com/v1/projects/…`
 */
export async function rest(local: Pick<LocalCloud, "url">, target: string, call: RestCall = {}): Promise<RestAnswer> {
  const [method = "GET", address = ""] = target.split(" ");
  const { as = "owner", body } = call;
  const response = await fetch(`${local.url}/${address}`, {
    method,
    headers: { "content-type": "application/json", ...(as ? { authorization: `Bearer ${as}` } : {}), ...call.headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parse(text), text };
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The `error` of an answer. */
export function errorOf({ body }: RestAnswer): JsonObject {
  return isJsonObject(body.error) ? body.error : {};
}
