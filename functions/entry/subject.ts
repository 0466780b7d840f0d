import type { Request } from "@google-cloud/functions-framework";
import { parseJson } from "../../google/json.ts";

/** What a call is about, as it says itself: for the log, and for nothing that is decided. */
export interface Subject {
  readonly run?: string;
  readonly environment?: string;
}

/** The run and environment that a call names in its path, its body or the message in that; even one that is refused. */
export function subjectOf({ path, body }: Pick<Request, "path" | "body">): Subject {
  const message = messageIn(body);
  const data = fieldOf(message, "data");
  return {
    run: firstName(runIn(path), fieldOf(data, "run"), fieldOf(body, "run")),
    environment: firstName(environmentIn(path), ...[data, message, body].map((each) => fieldOf(each, "environment"))),
  };
}

/** A question to the approvers is called by its run, twelve digits of a hash and, from the second on, the number of the attempt. */
function runIn(path: string): string | undefined {
  const [, run] = /^\/v1\/(?:runs|requests)\/([^/:]+)/.exec(path) ?? [];
  return run ?? /^\/v1\/approvals\/([^/:]+)-[0-9a-f]{12}(?:-\d+)?(?::|$)/.exec(path)?.[1];
}

function environmentIn(path: string): string | undefined {
  return /^\/v1\/(?:environments|hooks)\/([^/:]+)/.exec(path)?.[1];
}

/** What Pub/Sub pushes: a request, or an event whose data say what it is about. */
function messageIn(body: unknown): unknown {
  const data = fieldOf(fieldOf(body, "message"), "data");
  return typeof data === "string" ? parseJson(Buffer.from(data, "base64").toString("utf8")) : undefined;
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, field) : undefined;
}

/** The first that can be a name of ours, so that nobody writes a book into the log. */
function firstName(...candidates: readonly unknown[]): string | undefined {
  return candidates.filter((each) => typeof each === "string").find((text) => /^[a-z0-9][a-z0-9.-]{0,127}$/.test(text));
}
