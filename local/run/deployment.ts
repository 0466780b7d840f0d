import type { Collection } from "../store.ts";
import type { RunContext } from "./context.ts";

/** The latest change of a service: collection `run.deployments`, keyed by the service's full name. */
interface Deployment {
  /** Full name of the operation that carries it out. */
  readonly operation: string;
}

/** The latest change of each service. */
export function deployments({ cloud }: RunContext): Collection<Deployment> {
  return cloud.store.collection<Deployment>("run.deployments");
}
