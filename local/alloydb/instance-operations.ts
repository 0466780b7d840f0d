import type { RunOperation } from "../api.ts";
import type { Instance } from "../model/generated/alloydb.ts";
import { getCluster } from "./clusters.ts";
import { type Context, emptyResponse, timed, toResponse } from "./context.ts";
import { placed } from "./instance-resource.ts";
import { getInstance, putInstance } from "./instances.ts";
import { clusterOf, parseName } from "./names.ts";
import { needsRestart } from "./node-settings.ts";
import { reservedRanges, takeAddress } from "./private-services.ts";

/** The work behind changes of instances. */
export function instanceOperations(context: Context): Readonly<Record<string, RunOperation>> {
  const { cloud, records, fleet } = context;

  function settle(name: string, resource: Instance): Instance {
    const record = getInstance(context, name);
    const updateTime = cloud.clock.timestamp();
    return putInstance(context, name, { ...record, resource: { ...resource, reconciling: false, updateTime } });
  }

  return {
    "instances.create": timed(cloud, async ({ input, latency }) => {
      const name = String(input.name);
      const { resource } = getInstance(context, name);
      try {
        const privateAddress = await reserveAddress(context, name);
        putInstance(context, name, { resource, privateAddress });
        await fleet.startInstance(name, { resource, privateAddress });
        await latency();
        fleet.attach(name);
        if (resource.activationPolicy === "NEVER") await fleet.stop(name);
        return toResponse(
          "Instance",
          input,
          settle(name, { ...placed(resource, privateAddress), state: stateOf(resource) }),
        );
      } catch (caught) {
        await fleet.removeInstance(name);
        settle(name, { ...resource, state: "FAILED" });
        throw caught;
      }
    }),
    "instances.update": timed(cloud, async ({ input, latency }) => {
      const name = String(input.name);
      const { resource: before, privateAddress = "" } = getInstance(context, name);
      const wanted = input.resource as Instance;
      await latency();
      const after = settle(name, { ...placed(wanted, privateAddress), state: stateOf(wanted) });
      if (after.state === "STOPPED") await fleet.stop(name);
      else if (before.state === "STOPPED" || needsRestart(before, after)) await fleet.restart(name);
      return toResponse("Instance", input, after);
    }),
    "instances.restart": timed(cloud, async ({ input, latency }) => {
      const name = String(input.name);
      await latency();
      await fleet.restart(name);
      return toResponse("Instance", input, settle(name, getInstance(context, name).resource));
    }),
    // What happens to a node whose machine stops: nobody reaches it until it is back.
    "instances.injectFault": timed(cloud, async ({ input, latency }) => {
      const name = String(input.name);
      await fleet.stop(name);
      await latency();
      await fleet.restart(name);
      return toResponse("Instance", input, settle(name, getInstance(context, name).resource));
    }),
    "instances.delete": timed(cloud, async ({ input, latency }) => {
      const name = String(input.name);
      await latency();
      await fleet.removeInstance(name);
      records.instances.delete(name);
      return emptyResponse;
    }),
  };
}

function stateOf({ activationPolicy }: Instance): "READY" | "STOPPED" {
  return activationPolicy === "NEVER" ? "STOPPED" : "READY";
}

async function reserveAddress({ cloud, records }: Context, name: string): Promise<string> {
  const { network, allocatedIpRange } = getCluster({ records }, clusterOf(name));
  const ranges = await reservedRanges(cloud, network, allocatedIpRange);
  return takeAddress(records, { network, region: parseName(name).region, ranges });
}
