import type { RevisionTemplate, Service } from "../../google/clients/run.ts";
import type { Change, FieldChange } from "../../plan/change.ts";
import { pricesOf } from "../../plan/prices.ts";
import { type ServiceInput, serviceStep } from "../../plan/steps/service.ts";
import { idOf, revisionId } from "../../spec/names.ts";
import { creation, update } from "../changes.ts";
import { refuseForeign } from "../ownership.ts";
import { applicationContainer, type RevisionParts, toTemplate } from "./template.ts";

/**
 * What would be done to the service. What other steps have yet to give (image, database, instance) is taken to be what
 * the service has now; those steps plan their own changes.
 */
export function planService(input: ServiceInput, observed: Service | undefined): readonly Change[] {
  const effects = { expectedSeconds: serviceStep.expectedSeconds(input) };
  if (!observed) return [creation(input.service, { ...effects, costPerDay: costOf(input) })];
  refuseForeign(observed, input.service, input.ownership);
  const parts = partsOf(observed.template ?? {}, input);
  const wanted = parts && revisionId(idOf(input.service), toTemplate(input, parts));
  const present = idOf(observed.latestCreatedRevision ?? "");
  if (wanted !== undefined && present.startsWith(wanted) && !isFailed(observed)) return [];
  const field: FieldChange = { path: "template.revision", from: present, to: wanted ?? "unknown" };
  return [update(input.service, [field], effects)];
}

/** A revision that failed is made again under the next name; one that is still starting has not failed. */
function isFailed({ reconciling, latestCreatedRevision, latestReadyRevision }: Service): boolean {
  return !reconciling && latestCreatedRevision !== latestReadyRevision;
}

function costOf(input: ServiceInput): number {
  return serviceStep.costPerDay?.(input, pricesOf(input.service.split("/")[3] ?? "").prices) ?? 0;
}

/** Outputs of other steps as the service's present template shows them; undefined when it is not one that we made. */
function partsOf(template: RevisionTemplate, input: ServiceInput): RevisionParts | undefined {
  const [app, proxy] = template.containers ?? [];
  const database = app?.env?.find(({ name }) => name === "DB_NAME")?.value;
  const instance = proxy?.args?.[0];
  const vpcAccess = vpcAccessOf(template);
  if (app?.name !== applicationContainer || !app.image || !database || !instance || !vpcAccess) return undefined;
  return { image: app.image, database, instance, vpcAccess, applicationVersion: passwordVersionOf(template, input) };
}

function vpcAccessOf({ vpcAccess }: RevisionTemplate): RevisionParts["vpcAccess"] | undefined {
  if (vpcAccess?.connector) return { connector: vpcAccess.connector };
  const [direct] = vpcAccess?.networkInterfaces ?? [];
  if (!direct?.network || !direct.subnetwork) return undefined;
  return { network: direct.network, subnetwork: direct.subnetwork };
}

function passwordVersionOf({ containers }: RevisionTemplate, { service }: ServiceInput): string | undefined {
  const variable = containers?.[0]?.env?.find(({ name }) => name === "DB_PASS");
  const reference = variable?.valueSource?.secretKeyRef;
  if (!reference?.secret || !reference.version) return undefined;
  const project = service.split("/")[1];
  return `projects/${project}/secrets/${idOf(reference.secret)}/versions/${reference.version}`;
}
