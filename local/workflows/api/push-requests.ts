import type { Call } from "../../api.ts";
import type { Cloud } from "../../cloud.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../../http.ts";
import { isJsonObject, type JsonObject } from "../../json.ts";
import { invalid } from "./names.ts";

const path = /^\/v1\/(projects\/[^/]+\/locations\/[^/]+\/workflows\/[^/]+):triggerPubsubExecution$/;
const mode = "__GCP_CloudEventsMode";

/** Whether an address is where Pub/Sub pushes messages that start executions. */
export function isPushEndpoint({ pathname }: URL): boolean {
  return path.test(pathname);
}

/**
 * Answers a message that a subscription of Eventarc has pushed. The endpoint's query says what kind of event it is, and
 * the body has more than the method's request: what Pub/Sub wraps a message in.
 *
 * @returns `undefined` for a request to anything else, and for one in the method's own form
 */
export async function answerPush(cloud: Cloud, request: HttpRequest, call: Call): Promise<HttpResponse | undefined> {
  const [, workflow] = path.exec(request.url.pathname) ?? [];
  const GCPCloudEventsMode = request.url.searchParams.get(mode);
  if (workflow === undefined || GCPCloudEventsMode === null || request.method !== "POST") return undefined;
  const { subscription, message } = parse(request.body);
  if (!isJsonObject(message)) throw invalid("the body is no message that Pub/Sub pushes");
  const { data, attributes, messageId, publishTime, orderingKey } = message;
  const sent = { data, attributes, messageId, publishTime, orderingKey };
  const method = "google.cloud.workflows.executions.rest.Executions.TriggerPubsubExecution";
  const trigger = { workflow, subscription, message: sent, GCPCloudEventsMode };
  return jsonResponse(200, await cloud.call(method, trigger, call.principal));
}

function parse(body: Buffer): JsonObject {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    if (isJsonObject(parsed)) return parsed;
  } catch {
    // Refused below, like anything else that is no message.
  }
  return {};
}
