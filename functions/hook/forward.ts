import type { RunSiteClient } from "../../google/clients/run-site.ts";
import { type JsonObject, parseJson, toObject } from "../../google/json.ts";
import { functionUrl } from "../../spec/names.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import { StepError } from "../error.ts";

/** What forwarding works with. */
export interface ForwardClients {
  readonly site: Pick<RunSiteClient, "post">;
  readonly installation: Pick<InstallationEnvironment, "projectNumber" | "region">;
}

/** What the request function answered. */
export interface ForwardedAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** A request function that starts for the first time takes a few seconds; ours may take two minutes. */
const timeoutSeconds = 60;

/**
 * Asks the request function in the name of the public door's own account, and gives its answer whatever it is.
 *
 * @throws StepError UNAVAILABLE when it was not that function which answered: its door opens minutes after it was made
 */
export async function forward(
  { path, body, key }: { readonly path: string; readonly body: JsonObject; readonly key?: string },
  { site, installation }: ForwardClients,
): Promise<ForwardedAnswer> {
  const audience = functionUrl("request", installation);
  const headers: Record<string, string> = key === undefined ? {} : { "idempotency-key": encodeURIComponent(key) };
  const answer = await site.post({ url: `${audience}${path}`, audience, timeoutSeconds, headers, body });
  const said = toObject(parseJson(answer.body));
  if (said) return { status: answer.status, body: said };
  const message = `the request function is not to be reached (HTTP ${answer.status}): try again in a few minutes`;
  throw new StepError({ code: "UNAVAILABLE", reason: "NOT_REACHED", message });
}
