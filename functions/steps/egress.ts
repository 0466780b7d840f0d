import { type ComputeClient, connectCompute } from "../../google/clients/compute.ts";
import { type Connector, connectVpcAccess, type VpcAccessClient } from "../../google/clients/vpc-access.ts";
import type { Change } from "../../plan/change.ts";
import { pricesOf } from "../../plan/prices.ts";
import { type ConnectorInput, type EgressInput, egressStep } from "../../plan/steps/egress.ts";
import { expectedSeconds, removalSeconds } from "../../spec/expected.ts";
import { idOf } from "../../spec/names.ts";
import { done, expecting, leave, notYet, pending } from "../answer.ts";
import { creation, deletion, differences, type MutableField, replacement, update } from "../changes.ts";
import { StepError } from "../error.ts";
import { isOwn } from "../ownership.ts";
import { implementStep, type StepContext } from "../step.ts";
import { unlessDisabled } from "../waiting.ts";

interface Clients {
  readonly vpcAccess: VpcAccessClient;
  readonly compute: ComputeClient;
}

const creatingSeconds = expectedSeconds.connector;
const deletingSeconds = removalSeconds.egress;

const mutableFields: readonly MutableField<ConnectorInput, Connector>[] = [
  { path: "minInstances", wanted: (input) => input.minInstances, observed: (found) => found.minInstances },
  { path: "maxInstances", wanted: (input) => input.maxInstances, observed: (found) => found.maxInstances },
  { path: "machineType", wanted: (input) => input.machineType, observed: (found) => found.machineType },
];

/**
 * Makes the Serverless VPC Access connector. Direct VPC egress needs nothing beside the subnetwork, which `network` has
 * checked; its addresses go hours after the last revision, so it is the subnetwork whose removal waits.
 *
 * Takes about two and a half minutes. A connector takes no labels: the mark of its subnetwork, which serves nothing else,
 * tells whose it is. In an existing network the subnetwork is not ours; there only a connector under the name that
 * alloyrun gives by itself is taken for the environment's own, and any other is used as it is. One in the state ERROR never recovers and blocks its name, so it is deleted and made anew.
 * @see https://cloud.google.com/vpc/docs/configure-serverless-vpc-access
 */
export const egress = implementStep(
  egressStep,
  { vpcAccess: connectVpcAccess, compute: connectCompute },
  {
    async plan(input, clients) {
      if (input.kind === "direct") return [];
      const found = await unlessDisabled(clients.vpcAccess.getConnector(input.connector));
      if (input.provenBy === "nothing") return noChanges(input, found);
      if (found) await refuseForeign(input, found, clients);
      return toChanges(input, found);
    },

    async ensure(input, clients, { log }) {
      const { vpcAccess } = clients;
      if (input.kind === "direct") return done(toOutput(input));
      const found = await vpcAccess.getConnector(input.connector);
      if (input.provenBy === "nothing") return useAsItIs(input, found, log);
      if (found) await refuseForeign(input, found, clients);
      const changes = toChanges(input, found);
      if (!found) return { ...(await create(input, vpcAccess)), changes };
      if (found.state !== "READY" && found.state !== "ERROR") return waitWhileChanging(found);
      if (mustReplace(input, found)) return { ...(await remove(input, vpcAccess)), changes };
      return changes.length > 0 ? { ...(await patch(input, vpcAccess)), changes } : done(toOutput(input));
    },

    async planRemoval(input, clients) {
      const found = input.kind === "direct" ? undefined : await clients.vpcAccess.getConnector(input.connector);
      return input.kind === "connector" && found && (await isOurs(input, found, clients))
        ? [connectorDeletion(input, found)]
        : [];
    },

    async remove(input, clients, { log }) {
      const { vpcAccess } = clients;
      if (input.kind === "direct") return done({});
      const found = await vpcAccess.getConnector(input.connector);
      if (!found) return done({});
      if (!(await isOurs(input, found, clients))) {
        return leave(
          [`nothing proves that ${input.connector} is of ${input.ownership.mark}; it was left as it is`],
          log,
        );
      }
      if (found.state === "DELETING" || found.state === "CREATING") return waitWhileChanging(found);
      return { ...(await remove(input, vpcAccess)), changes: [connectorDeletion(input, found)] };
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

function connectorDeletion(input: ConnectorInput, found: Connector): Change {
  const costPerDay = -costOf({ ...input, ...sizeOf(found) });
  return deletion(input.connector, { expectedSeconds: deletingSeconds, costPerDay });
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

/** Takes a connector of somebody else's, as soon as it is ready. */
function useAsItIs(input: ConnectorInput, found: Connector | undefined, log: StepContext["log"]) {
  refuseUnfit(input, found);
  if (found.state !== "READY") return waitWhileChanging(found);
  const differs = differences(mutableFields, input, found).map(({ path, from }) => `${path} is ${from}`);
  if (differs.length > 0)
    log("WARNING", `${input.connector} is not the environment's own; ${differs.join(", ")} stays`);
  return done(toOutput(input));
}

function noChanges(input: ConnectorInput, found: Connector | undefined): readonly [] {
  refuseUnfit(input, found);
  return [];
}

/** Whether it is the environment's own, and not only of the same name. */
async function isOurs(input: ConnectorInput, found: Connector, { compute }: Clients): Promise<boolean> {
  if (subnetworkOf(found, input) !== input.subnetwork || input.provenBy === "nothing") return false;
  return input.provenBy === "name" || isOwn((await compute.getSubnetwork(input.subnetwork)) ?? {}, input.ownership);
}

/** Full name of the connector's subnetwork; a connector lies in its subnetwork's region. */
function subnetworkOf({ subnet }: Connector, { connector }: ConnectorInput): string | undefined {
  if (!subnet?.name) return undefined;
  const project = subnet.projectId || projectOf(connector);
  return `projects/${project}/regions/${connector.split("/")[3]}/subnetworks/${subnet.name}`;
}

async function refuseForeign(input: ConnectorInput, found: Connector, clients: Clients): Promise<void> {
  if (await isOurs(input, found, clients)) return;
  const { ownership, connector } = input;
  const on = subnetworkOf(found, input) ?? "a range of its own";
  const says = `exists on ${on}, and nothing proves that it is of ${ownership.mark}; it was left as it is. Choose another name in the spec.`;
  throw refusal("FOREIGN_RESOURCE", connector, says);
}

/** Lets pass a connector of somebody else's that serves the environment. */
function refuseUnfit(input: ConnectorInput, found: Connector | undefined): asserts found is Connector {
  const { connector, subnetwork } = input;
  const mine = "leave out its name in the spec, and alloyrun makes one of its own";
  if (!found)
    throw refusal("UNFIT_NETWORK", connector, `does not exist; in an existing network it must be there: ${mine}`);
  const on = subnetworkOf(found, input) ?? "a range of its own";
  if (on !== subnetwork)
    throw refusal("UNFIT_NETWORK", connector, `is on ${on}, not on ${subnetwork}: name its subnet, or ${mine}`);
  if (found.state === "ERROR")
    throw refusal("UNFIT_NETWORK", connector, `is in the state ERROR: make it anew, or ${mine}`);
}

function refusal(reason: "FOREIGN_RESOURCE" | "UNFIT_NETWORK", resource: string, says: string): StepError {
  return new StepError({ code: "FAILED_PRECONDITION", reason, resource, message: `${resource} ${says}` });
}

function projectOf(name: string): string {
  return name.split("/")[1] ?? "";
}

function toOutput(input: EgressInput) {
  if (input.kind === "connector") return { vpcAccess: { connector: input.connector } };
  return { vpcAccess: { network: input.network, subnetwork: input.subnetwork } };
}
