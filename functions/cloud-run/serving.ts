import type { Revision, RunServicesClient, Service } from "../../google/clients/run.ts";
import type { Serving } from "../../plan/generation.ts";
import { applicationContainer, rebuildLabel } from "./template.ts";
import { servingRevision } from "./traffic.ts";

/** The revision that serves; undefined when none does. */
export async function readServing(
  service: Service | undefined,
  services: Pick<RunServicesClient, "getRevision">,
): Promise<Revision | undefined> {
  const id = service && servingRevision(service);
  return id === undefined ? undefined : services.getRevision(`${service?.name}/revisions/${id}`);
}

/** The database and instance that a revision names; undefined when it is not one that we made. */
export function servingOf({ containers }: Pick<Revision, "containers">): Serving | undefined {
  const [app, proxy] = containers ?? [];
  const database = app?.env?.find(({ name }) => name === "DB_NAME")?.value;
  const instance = proxy?.args?.[0];
  return app?.name === applicationContainer && database && instance ? { database, instance } : undefined;
}

/** The rebuild that made a revision; its content is named by it. */
export function rebuildOf(revision: Pick<Revision, "labels"> | undefined): string | undefined {
  return revision?.labels?.[rebuildLabel];
}
