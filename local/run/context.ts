import type { Cloud } from "../cloud.ts";
import { type DrawnIds, openIds } from "../drawn-ids.ts";
import { ApiError } from "../error.ts";
import type { Execution, Job, Revision, Service, Task } from "../model/generated/run.ts";
import type { Random } from "../random.ts";
import type { Collection } from "../store.ts";
import type { Pool } from "../workload/pool.ts";
import { type Runtime, runtimeOf } from "../workload/runtime.ts";

/** Host of the API, and of the full names of its resources. */
export const host = "run.googleapis.com";

/** Prefix of the `@type` of Cloud Run's messages. */
export const typePrefix = "type.googleapis.com/google.cloud.run.v2.";

/** Options of the emulated Cloud Run. */
export interface RunOptions {
  /** Real milliseconds without a request after which an instance ends; default 10 000. */
  readonly idleMs?: number;
  /** The same for the services behind functions; default 15 000, so that an installation that was just made is warm. */
  readonly functionIdleMs?: number;
}

/** How a running execution is ended. */
interface RunningExecution {
  readonly abort: AbortController;
  /** Resolves when it has been recorded as completed. */
  readonly completed: Promise<void>;
}

/** What the parts of the emulated Cloud Run share. */
export interface RunContext {
  readonly cloud: Cloud;
  readonly runtime: Runtime;
  readonly options: Required<RunOptions>;
  readonly services: Collection<Service>;
  readonly revisions: Collection<Revision>;
  readonly jobs: Collection<Job>;
  readonly executions: Collection<Execution>;
  readonly tasks: Collection<Task>;
  /** Uids and names of resources, by the full name of the resource or of what they belong to. */
  readonly ids: DrawnIds;
  /** What decides which revision serves a service's next request. */
  readonly drawsOf: (service: string) => Random;
  /** Instances of revisions, by the revision's name. */
  readonly pools: Map<string, Pool>;
  /** Executions that run, by name. */
  readonly running: Map<string, RunningExecution>;
}

/** Opens the collections of Cloud Run. */
export function createContext(cloud: Cloud, { idleMs = 10_000, functionIdleMs = 15_000 }: RunOptions): RunContext {
  const { store } = cloud;
  return {
    cloud,
    runtime: runtimeOf(cloud),
    options: { idleMs, functionIdleMs },
    services: store.collection("run.services"),
    revisions: store.collection("run.revisions"),
    jobs: store.collection("run.jobs"),
    executions: store.collection("run.executions"),
    tasks: store.collection("run.tasks"),
    ids: openIds(cloud, "run"),
    drawsOf: createTrafficDraws(cloud),
    pools: new Map(),
    running: new Map(),
  };
}

/** A source of its own for each service, so that requests to one change nothing for another. */
function createTrafficDraws({ random }: Cloud): RunContext["drawsOf"] {
  const sources = new Map<string, Random>();
  return (service) => {
    const source = sources.get(service) ?? random.fork(`traffic of ${service}`);
    sources.set(service, source);
    return source;
  };
}

/** @throws ApiError NOT_FOUND in the words of Cloud Run */
export function demandFound<T>(resource: T | undefined, kind: string, name: string): T {
  if (resource !== undefined) return resource;
  throw new ApiError({ code: "NOT_FOUND", message: `${kind} "${name}" not found` });
}

/** @throws ApiError ABORTED when an etag was given and is not the present one */
export function demandEtag(given: string | undefined, present: string | undefined): void {
  if (!given || given === present) return;
  throw new ApiError({
    code: "ABORTED",
    message: `Conflict: etag ${given} was given but the present one is ${present}.`,
  });
}
