import type { Revision, RevisionTemplate, RunServicesClient, Service } from "../../google/clients/run.ts";
import type { Serving } from "../../plan/generation.ts";
import type { ServiceInput } from "../../plan/steps/service.ts";
import { idOf } from "../../spec/names.ts";
import { applicationContainer, type RevisionParts, rebuildLabel } from "./template.ts";
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

/** Outputs of other steps as a revision shows them; undefined when it is not one that we made. */
export function partsOf(present: RevisionTemplate | Revision, input: ServiceInput): RevisionParts | undefined {
  const image = present.containers?.[0]?.image;
  const serving = servingOf(present);
  const vpcAccess = vpcAccessOf(present);
  if (!serving || !image || !vpcAccess) return undefined;
  return { ...serving, image, vpcAccess, applicationVersion: passwordVersionOf(present, input) };
}

function vpcAccessOf({ vpcAccess }: RevisionTemplate | Revision): RevisionParts["vpcAccess"] | undefined {
  if (vpcAccess?.connector) return { connector: vpcAccess.connector };
  const [direct] = vpcAccess?.networkInterfaces ?? [];
  if (!direct?.network || !direct.subnetwork) return undefined;
  return { network: direct.network, subnetwork: direct.subnetwork };
}

function passwordVersionOf({ containers }: RevisionTemplate | Revision, { service }: ServiceInput): string | undefined {
  const variable = containers?.[0]?.env?.find(({ name }) => name === "DB_PASS");
  const reference = variable?.valueSource?.secretKeyRef;
  if (!reference?.secret || !reference.version) return undefined;
  const project = service.split("/")[1];
  return `projects/${project}/secrets/${idOf(reference.secret)}/versions/${reference.version}`;
}
