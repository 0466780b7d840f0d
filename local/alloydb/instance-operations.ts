import type { RunningOperation, RunOperation } from "../api.ts";
import type { JsonObject } from "../json.ts";
import type { Instance } from "../model/generated/alloydb.ts";
import { getCluster } from "./clusters.ts";
import { type Context, emptyResponse, timed, toResponse } from "./context.ts";
import { placed } from "./instance-resource.ts";
import { getInstance, putInstance } from "./instances.ts";
import { clusterOf, parseName } from "./names.ts";
import { needsRestart } from "./node-settings.ts";
import { reservedRanges, takeAddress } from "./private-services.ts";
import { drawSettled, shown } from "./settling.ts";

/** The work behind changes of instances. */
export function instanceOperations(context: Context): Readonly<Record<string, RunOperation>> {
  const { cloud, fleet } = context;
  return {
    "instances.create": timed(cloud, (operation) => create(context, operation)),
    "instances.update": timed(cloud, (operation) => update(context, operation)),
    "instances.delete": timed(cloud, (operation) => remove(context, operation)),
    "instances.restart": timed(cloud, (operation) => restart(context, operation)),
    // What happens to a node whose machine stops: nobody reaches it until it is back.
    "instances.injectFault": timed(cloud, async (operation) => {
      await fleet.stop(String(operation.input.name));
      return await restart(context, operation);
    }),
  };
}

async function create(context: Context, { input, latency }: RunningOperation): Promise<JsonObject> {
  const { fleet } = context;
  const name = String(input.name);
  const { resource, ...before } = getInstance(context, name);
  try {
    const privateAddress = before.privateAddress ?? (await reserveAddress(context, name));
    putInstance(context, name, { ...before, resource, privateAddress });
    if (!fleet.has(name)) await fleet.startInstance(name);
    await latency();
    fleet.attach(name);
    const state = stateOf(resource);
    if (state === "STOPPED") await fleet.stop(name);
    return toResponse("Instance", input, settle(context, name, { ...placed(resource, privateAddress), state }));
  } catch (caught) {
    await fleet.removeInstance(name);
    settle(context, name, { ...resource, state: "FAILED" });
    throw caught;
  }
}

async function update(context: Context, { input, latency }: RunningOperation): Promise<JsonObject> {
  const { fleet } = context;
  const name = String(input.name);
  const record = getInstance(context, name);
  const { resource: before, privateAddress = "" } = record;
  const wanted = input.resource as Instance;
  await latency().catch(settled(context, name));
  const after = { ...placed(wanted, privateAddress), state: stateOf(wanted) };
  putInstance(context, name, { ...record, resource: { ...after, reconciling: true } });
  if (after.state === "STOPPED") await fleet.stop(name);
  else if (before.state === "STOPPED" || needsRestart(before, after)) await fleet.restart(name);
  return toResponse("Instance", input, settle(context, name, after));
}

async function remove(context: Context, { input, latency }: RunningOperation): Promise<JsonObject> {
  const name = String(input.name);
  await latency().catch(settled(context, name));
  await context.fleet.removeInstance(name);
  context.records.instances.delete(name);
  return emptyResponse;
}

async function restart(context: Context, { input, latency }: RunningOperation): Promise<JsonObject> {
  const name = String(input.name);
  await latency().catch(settled(context, name));
  await context.fleet.restart(name);
  return toResponse("Instance", input, settle(context, name, getInstance(context, name).resource));
}

/** What to do when a change fails before it has begun: the instance is as before, and the failure goes on. */
function settled(context: Context, name: string): (caught: unknown) => never {
  return (caught) => {
    const { resource } = getInstance(context, name);
    settle(context, name, { ...resource, state: stateOf(resource) });
    throw caught;
  };
}

function settle(context: Context, name: string, resource: Instance): Instance {
  const updateTime = context.cloud.clock.timestamp();
  const settledAt = resource.state === "READY" ? drawSettled(context, name) : undefined;
  const settled = { ...resource, reconciling: false, updateTime };
  putInstance(context, name, { ...getInstance(context, name), settledAt, resource: settled });
  return shown(context, getInstance(context, name));
}

/** State of an instance that is as it was asked to be. */
export function stateOf({ activationPolicy }: Instance): "READY" | "STOPPED" {
  return activationPolicy === "NEVER" ? "STOPPED" : "READY";
}

async function reserveAddress({ cloud, records }: Context, name: string): Promise<string> {
  const { network, allocatedIpRange } = getCluster({ records }, clusterOf(name));
  const ranges = await reservedRanges(cloud, network, allocatedIpRange);
  return takeAddress(records, { network, region: parseName(name).region, ranges });
}
