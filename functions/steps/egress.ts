import { type Connector, connectVpcAccess, type VpcAccessClient } from "../../google/clients/vpc-access.ts";
import { pricesOf } from "../../plan/prices.ts";
import { type ConnectorInput, type EgressInput, egressStep } from "../../plan/steps/egress.ts";
import { idOf } from "../../spec/names.ts";
import { done, expecting, notYet, pending } from "../answer.ts";
import { creation, deletion, differences, type MutableField, replacement, update } from "../changes.ts";
import { StepError } from "../error.ts";
import { implementStep } from "../step.ts";
import { unlessDisabled } from "../waiting.ts";

const creatingSeconds = 150;
const deletingSeconds = 60;

const mutableFields: readonly MutableField<ConnectorInput, Connector>[] = [
  { path: "minInstances", wanted: (input) => input.minInstances, observed: (found) => found.minInstances },
  { path: "maxInstances", wanted: (input) => input.maxInstances, observed: (found) => found.maxInstances },
  { path: "machineType", wanted: (input) => input.machineType, observed: (found) => found.machineType },
];

/**
 * Makes the Serverless VPC Access connector. Direct VPC egress needs nothing beside the subnetwork, which `network` has
 * checked; its addresses go hours after the last revision, so it is the subnetwork whose removal waits.
 *
 * Takes about two and a half minutes. A connector takes no labels; its subnetwork, which serves nothing else, tells whose
 * it is. One in the state ERROR never recovers and blocks its name, so it is deleted and made anew.
 * @see https://cloud.google.com/vpc/docs/configure-serverless-vpc-access
 */
export const egress = implementStep(
  egressStep,
  { vpcAccess: connectVpcAccess },
  {
    async plan(input, { vpcAccess }) {
      if (input.kind === "direct") return [];
      const found = await unlessDisabled(vpcAccess.getConnector(input.connector));
      if (found) refuseForeign(input, found);
      return toChanges(input, found);
    },

    async ensure(input, { vpcAccess }) {
      if (input.kind === "direct") return done(toOutput(input));
      const found = await vpcAccess.getConnector(input.connector);
      if (found) refuseForeign(input, found);
      const changes = toChanges(input, found);
      if (!found) return { ...(await create(input, vpcAccess)), changes };
      if (found.state !== "READY" && found.state !== "ERROR") return waitWhileChanging(found);
      if (mustReplace(input, found)) return { ...(await remove(input, vpcAccess)), changes };
      return changes.length > 0 ? { ...(await patch(input, vpcAccess)), changes } : done(toOutput(input));
    },

    async remove(input, { vpcAccess }) {
      if (input.kind === "direct") return done({});
      const found = await vpcAccess.getConnector(input.connector);
      if (!found || !isOnSubnetwork(input, found)) return done({});
      if (found.state === "DELETING" || found.state === "CREATING") return waitWhileChanging(found);
      const effects = { expectedSeconds: deletingSeconds, costPerDay: -costOf({ ...input, ...sizeOf(found) }) };
      return { ...(await remove(input, vpcAccess)), changes: [deletion(input.connector, effects)] };
    },
  },
);

async function create(input: ConnectorInput, vpcAccess: VpcAccessClient) {
  const { connector, minInstances, maxInstances, machineType } = input;
  const [subnetProject, project] = [projectOf(input.subnetwork), projectOf(connector)];
  const subnet = { name: idOf(input.subnetwork), ...(subnetProject !== project && { projectId: subnetProject }) };
  const operation = await vpcAccess.createConnector(connector, { subnet, minInstances, maxInstances, machineType });
  return pending({ operations: [expecting(creatingSeconds, operation)], reason: `creating ${connector}` });
}

/** Minimum and maximum are accepted together only, so that all fields are sent when one differs. */
async function patch(input: ConnectorInput, vpcAccess: VpcAccessClient) {
  const { connector, minInstances, maxInstances, machineType } = input;
  const fields = mutableFields.map(({ path }) => path);
  const operation = await vpcAccess.patchConnector(connector, { minInstances, maxInstances, machineType }, fields);
  return pending({ operations: [expecting(creatingSeconds, operation)], reason: `changing ${connector}` });
}

async function remove({ connector }: ConnectorInput, vpcAccess: VpcAccessClient) {
  const operation = await vpcAccess.deleteConnector(connector);
  return pending({ operations: [expecting(deletingSeconds, operation)], reason: `deleting ${connector}` });
}

function waitWhileChanging({ name, state }: Connector) {
  return notYet({ reason: `${name} is ${state}`, retryAfterSeconds: 10 });
}

/** A connector never gets smaller: the API refuses a lower maximum. */
function mustReplace(input: ConnectorInput, found: Connector): boolean {
  return found.state === "ERROR" || (found.maxInstances ?? 0) > input.maxInstances;
}

function toChanges(input: ConnectorInput, found: Connector | undefined) {
  const { connector } = input;
  if (!found) return [creation(connector, { expectedSeconds: creatingSeconds, costPerDay: costOf(input) })];
  const fields = differences(mutableFields, input, found);
  const costPerDay = costOf(input) - costOf({ ...input, ...sizeOf(found) });
  if (mustReplace(input, found)) {
    const effects = { downtime: true, expectedSeconds: creatingSeconds + deletingSeconds, costPerDay };
    return [{ ...replacement(connector, effects), fields }];
  }
  return fields.length > 0 ? [update(connector, fields, { expectedSeconds: creatingSeconds, costPerDay })] : [];
}

function sizeOf({ minInstances = 0, maxInstances = 0, machineType = "" }: Connector) {
  return { minInstances, maxInstances, machineType };
}

function costOf(input: ConnectorInput): number {
  const region = input.connector.split("/")[3] ?? "";
  return egressStep.costPerDay?.(input, pricesOf(region).prices) ?? 0;
}

function isOnSubnetwork(input: ConnectorInput, { subnet }: Connector): boolean {
  return subnet?.name === idOf(input.subnetwork);
}

function refuseForeign(input: ConnectorInput, found: Connector): void {
  if (isOnSubnetwork(input, found)) return;
  const { connector: resource, subnetwork } = input;
  const message = `${resource} exists on ${found.subnet?.name ?? "a range of its own"}, not on ${subnetwork}; it was left as it is. Choose another name in the spec.`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "FOREIGN_RESOURCE", resource, message });
}

function projectOf(name: string): string {
  return name.split("/")[1] ?? "";
}

function toOutput(input: EgressInput) {
  if (input.kind === "connector") return { vpcAccess: { connector: input.connector } };
  return { vpcAccess: { network: input.network, subnetwork: input.subnetwork } };
}
