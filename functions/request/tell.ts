import type { PubsubClient } from "../../google/clients/pubsub.ts";
import { canonicalJson } from "../../spec/names.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";

/** What telling works with. */
export interface TellClients {
  readonly pubsub: Pick<PubsubClient, "publish">;
  readonly installation: InstallationEnvironment;
}

/** What is told of an environment outside its runs. */
export interface Tidings {
  readonly environment: string;
  readonly run: string;
  /** What tells it from the run's other events; the same for the same tidings, so that they count once. */
  readonly occasion: string;
  readonly type: "expiring" | "rebuild-skipped";
  /** RFC 3339, by Google's clock. */
  readonly time: string;
  readonly data: object;
}

/** Publishes an event as the workflow publishes its own: structured, in the order of its environment. */
export async function tell({ pubsub, installation }: TellClients, tidings: Tidings): Promise<void> {
  const { environment, run, occasion, type, time, data } = tidings;
  const { project } = installation;
  const event = {
    specversion: "1.0",
    id: `${run}/${occasion}`,
    source: `//alloyrun/projects/${project}/environments/${environment}`,
    type: `dev.alloyrun.${type}`,
    subject: environment,
    time,
    datacontenttype: "application/json",
    data: { run, environment, ...data },
  };
  await pubsub.publish(`projects/${project}/topics/alloyrun-events`, {
    data: Buffer.from(canonicalJson(event)).toString("base64"),
    attributes: { environment, run, type },
    orderingKey: environment,
  });
}
