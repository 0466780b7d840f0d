import type { Revision } from "../model/generated/run.ts";
import { createGate } from "../workload/gate.ts";
import { Instance } from "../workload/instance.ts";
import { Pool } from "../workload/pool.ts";
import { demandFound, type RunContext } from "./context.ts";
import { idOf, parseName } from "./names.ts";
import { toWorkload } from "./revision-workload.ts";

/** Label that Google puts on the services behind functions. */
export const functionLabel = "goog-managed-by";

/** A deployment brings up many functions at once: a few at a time are sooner up than all together, and smaller. */
const functionStarts = createGate(4);

/** The instances of a revision; made when first asked for. */
export function poolOf(context: RunContext, name: string): Pool {
  const found = context.pools.get(name);
  if (found) return found;
  const pool = createPool(context, demandFound(context.revisions.get(name), "revision", name));
  context.pools.set(name, pool);
  return pool;
}

/** Ends the instances of a revision. */
export async function removePool({ pools }: RunContext, name: string): Promise<void> {
  const pool = pools.get(name);
  pools.delete(name);
  await pool?.stop();
}

function createPool(context: RunContext, revision: Revision): Pool {
  const { name = "", scaling, maxInstanceRequestConcurrency = 80 } = revision;
  const { options } = context;
  return new Pool({
    start: () =>
      isFunction(revision)
        ? functionStarts.run(() => startInstance(context, revision))
        : startInstance(context, revision),
    concurrency: maxInstanceRequestConcurrency,
    maxInstances: scaling?.maxInstanceCount ?? 100,
    minInstances: () => (receivesTraffic(context, name) ? (scaling?.minInstanceCount ?? 0) : 0),
    idleMs: isFunction(revision) ? options.functionIdleMs : options.idleMs,
  });
}

async function startInstance(context: RunContext, revision: Revision): Promise<Instance> {
  const workload = await toWorkload(context, revision);
  const instance = new Instance({ runtime: context.runtime, workload, kind: "service" });
  await instance.start();
  return instance;
}

/** Whether a revision serves a function, which is ended sooner when idle since there are many. */
function isFunction({ labels }: Revision): boolean {
  return labels?.[functionLabel] === "cloudfunctions";
}

function receivesTraffic({ services }: RunContext, revision: string): boolean {
  const { parent, id } = parseName(revision);
  const statuses = services.get(`${parent}/services/${id}`)?.trafficStatuses ?? [];
  return statuses.some((status) => status.revision === idOf(revision));
}
