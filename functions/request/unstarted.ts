import { objectOf } from "../../spec/objects.ts";
import { listNames } from "../entry/read.ts";
import type { StoredRequest } from "../entry/stored.ts";
import { inParts } from "../in-parts.ts";
import { createLog } from "../log.ts";
import { type AcceptClients, readRequest } from "./note.ts";
import { listOpen } from "./open.ts";
import { start } from "./start.ts";

/** Until then whoever noted a request may still be about to start it. */
const graceSeconds = 120;

/** Nobody expects any more what was asked longer ago. */
const mostSeconds = 24 * 3600;

/** Whether whoever noted a request, or made it free for another execution, could start none. */
export function isUnstarted({ execution, joined }: StoredRequest): boolean {
  return execution === undefined && joined === undefined;
}

/**
 * Begins what was noted and never started, since whoever noted it died right then or was refused an execution, and nobody
 * has asked again: it was asked for within a day. What cannot be started now is tried again the next time.
 */
export async function beginUnstarted(clients: AcceptClients): Promise<void> {
  const environments = await listNames(clients.storage, clients.installation.bucket, "open/");
  for await (const open of inParts(environments, (environment) => listOpen(environment, clients))) {
    for (const request of open.filter(isUnstarted)) await begin(request, clients);
  }
}

async function begin({ run, environment }: StoredRequest, clients: AcceptClients): Promise<void> {
  const log = createLog({ run, environment });
  try {
    const [noted, object] = await Promise.all([
      readRequest(clients, run),
      clients.storage.getObject(clients.installation.bucket, objectOf.request(run)),
    ]);
    if (!noted || !isUnstarted(noted.request)) return;
    const seconds = (Date.parse(noted.readAt) - Date.parse(object?.timeCreated ?? noted.readAt)) / 1000;
    if (seconds < graceSeconds || seconds > mostSeconds) return;
    await start(noted.request, clients);
    log("INFO", `begun by the sweep, ${Math.round(seconds)} s after it was noted`);
  } catch (caught) {
    log("WARNING", `cannot be begun: ${caught instanceof Error ? caught.message : String(caught)}`);
  }
}
