import type { Connect } from "../auth.ts";
import { isAbsent } from "../error.ts";
import { createRest } from "../rest.ts";

/** Callback endpoints of executions. @see https://cloud.google.com/workflows/docs/creating-callback-endpoints */
export interface CallbackClient {
  /** Wakes the execution up that waits at the endpoint; one that waits no more needs no waking. */
  readonly send: (url: string, body: object) => Promise<void>;
}

/** Opens callbacks. Only endpoints of Workflows itself are called, whatever the URL says. */
export const connectCallbacks: Connect<CallbackClient> = (auth) => (guard) => {
  const rest = createRest(auth, guard);
  return {
    async send(url, body) {
      if (new URL(url).hostname !== "workflowexecutions.googleapis.com") throw new TypeError(`${url} is no callback`);
      const site = { method: "workflowexecutions.callbacks.send", resource: url };
      await rest.fetchText({ method: "POST", url, body, site }).catch((caught: unknown) => {
        if (!isAbsent(caught)) throw caught;
      });
    },
  };
};
