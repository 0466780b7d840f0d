import type { Call, TypedHandlers } from "../api.ts";
import type { Cloud } from "../cloud.ts";
import type { ComputeMethods, Instance, Operation } from "../model/generated/compute.ts";
import { invalid } from "./error.ts";
import { type InstanceRequest, instanceKind, instancePath } from "./instance-kind.ts";
import { changeResource, type Kind } from "./kind.ts";
import { idempotent } from "./operation.ts";
import { demand, demandReady, type Resources } from "./resources.ts";

/** A change of a machine's state. */
interface Turn {
  readonly verb: string;
  /** States that it may begin in. */
  readonly from: readonly string[];
  /** State on the way; none for what leaves the state as it is. */
  readonly through?: string;
  readonly to: string;
}

/** @see https://cloud.google.com/compute/docs/instances/instance-lifecycle */
const turns = {
  start: { verb: "start", from: ["TERMINATED", "RUNNING"], through: "STAGING", to: "RUNNING" },
  stop: { verb: "stop", from: ["RUNNING", "TERMINATED"], through: "STOPPING", to: "TERMINATED" },
  suspend: { verb: "suspend", from: ["RUNNING"], through: "SUSPENDING", to: "SUSPENDED" },
  resume: { verb: "resume", from: ["SUSPENDED"], through: "PROVISIONING", to: "RUNNING" },
  reset: { verb: "reset", from: ["RUNNING"], to: "RUNNING" },
} as const satisfies Record<string, Turn>;

/** Methods that turn virtual machines on and off: a change of their records. */
export function instancePowerMethods(cloud: Cloud, resources: Resources): TypedHandlers<ComputeMethods> {
  const kind = instanceKind(cloud, resources);
  const by = (change: Turn) =>
    idempotent(cloud, (request: InstanceRequest & { readonly requestId?: string }, call) =>
      turn(cloud, kind, { call, path: instancePath(request), change }),
    );
  return {
    "google.cloud.compute.v1.Instances.Start": by(turns.start),
    "google.cloud.compute.v1.Instances.Stop": by(turns.stop),
    "google.cloud.compute.v1.Instances.Suspend": by(turns.suspend),
    "google.cloud.compute.v1.Instances.Resume": by(turns.resume),
    "google.cloud.compute.v1.Instances.Reset": by(turns.reset),
  };
}

interface TurnRequest {
  readonly call: Call;
  readonly path: string;
  readonly change: Turn;
}

function turn(cloud: Cloud, kind: Kind<Instance>, { call, path, change }: TurnRequest): Operation {
  const instance = demand(kind.collection, path);
  demandReady(cloud, path);
  const { status = "" } = instance;
  if (!change.from.includes(status)) {
    throw invalid("instance", path, `The instance is ${status}: it cannot ${change.verb}.`);
  }
  if (change.through) kind.collection.put(path, { ...instance, status: change.through });
  return changeResource(cloud, kind, { call, path, verb: change.verb, changed: { status: change.to } });
}
