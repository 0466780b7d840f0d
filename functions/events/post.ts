import { StepError } from "../error.ts";

/** One delivery to a webhook. */
export interface Delivery {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Posts to a webhook. @throws StepError UNAVAILABLE, reason `NOT_TAKEN`, unless it is taken */
export type Post = (delivery: Delivery) => Promise<void>;

/** Shorter than the time after which Pub/Sub delivers again. */
const timeoutMs = 20_000;

/**
 * Posts once, without following redirections: what is not answered 2xx in time is delivered again by Pub/Sub. Neither the
 * receiver's words nor the address come into the error, for they are not ours to log.
 */
export const post: Post = async ({ url, headers, body }) => {
  const status = await statusOf(url, { method: "POST", headers, body });
  if (typeof status === "number" && status >= 200 && status < 300) return;
  const said = typeof status === "number" ? `it answered ${status}` : status;
  const message = `the webhook did not take the event: ${said}. It is delivered again`;
  throw new StepError({ code: "UNAVAILABLE", reason: "NOT_TAKEN", message });
};

async function statusOf(url: string, request: RequestInit): Promise<number | string> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { ...request, redirect: "manual", signal });
    await response.body?.cancel();
    return response.status;
  } catch (caught) {
    const { cause = caught } = caught instanceof Error ? caught : {};
    return cause instanceof Error && "code" in cause
      ? `it was not reached (${cause.code})`
      : "it was not reached in time";
  }
}
