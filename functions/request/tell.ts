import type { PubsubClient } from "../../google/clients/pubsub.ts";
import { canonicalJson } from "../../spec/names.ts";
import { toTimestamp } from "../../spec/timestamp.ts";
import type { InstallationEnvironment } from "../entry/installation.ts";
import type { StoredChange } from "../entry/stored.ts";
import type { EventData, EventType } from "../events/catalogue.ts";

/** What telling works with. */
export interface TellClients {
  readonly pubsub: Pick<PubsubClient, "publish">;
  readonly installation: Pick<InstallationEnvironment, "project">;
}

/** What is told, and not by the execution of a run. */
export interface Tidings<Type extends EventType> {
  readonly type: Type;
  /** The same for the same tidings, so that they count once. */
  readonly id: string;
  /** RFC 3339, by Google's clock. */
  readonly time: string;
  readonly data: EventData<Type>;
}

/**
 * Publishes an event as the workflow publishes its own: structured, in the order of its environment. One that is about no
 * environment comes in no order.
 */
export async function tell<Type extends EventType>(
  { pubsub, installation }: TellClients,
  { type, id, time, data }: Tidings<Type>,
): Promise<void> {
  const { project } = installation;
  const { environment, run }: { readonly environment?: string; readonly run?: string } = data;
  const event = {
    ...{ specversion: "1.0", id, type: `dev.alloyrun.${type}`, time, datacontenttype: "application/json", data },
    source: `//alloyrun/projects/${project}${environment === undefined ? "" : `/environments/${environment}`}`,
    ...(environment !== undefined && { subject: environment }),
  };
  await pubsub.publish(`projects/${project}/topics/alloyrun-events`, {
    data: Buffer.from(canonicalJson(event)).toString("base64"),
    attributes: { ...(environment !== undefined && { environment }), ...(run !== undefined && { run }), type },
    ...(environment !== undefined && { orderingKey: environment }),
  });
}

/** Tells what somebody has decided about an environment outside its runs. */
export function tellChange(clients: TellClients, change: StoredChange): Promise<void> {
  const { id, of: environment, requestedBy: by, reason = "", at } = change;
  const about = { id: `${environment}/${id}`, time: toTimestamp(at) };
  const until = toTimestamp(change.until ?? at);
  switch (change.change) {
    case "extend":
      return tell(clients, { ...about, type: "extended", data: { environment, by, until } });
    case "freeze":
      return tell(clients, { ...about, type: "frozen", data: { environment, by, reason, until } });
    case "unfreeze":
      return tell(clients, { ...about, type: "unfrozen", data: { environment, by } });
  }
}
