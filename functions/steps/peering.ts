import { type AlloyDbListClient, connectAlloyDbList, type ListedCluster } from "../../google/clients/alloydb-list.ts";
import { connectCompute } from "../../google/clients/compute.ts";
import { connectResourceManager } from "../../google/clients/resource-manager.ts";
import { connectServiceNetworking } from "../../google/clients/service-networking.ts";
import { isAbsent } from "../../google/error.ts";
import type { Change } from "../../plan/change.ts";
import { type PeeringInput, peeringStep } from "../../plan/steps/peering.ts";
import { idOf } from "../../spec/names.ts";
import { done, expecting, held, leave, leftAlone, notYet, pending } from "../answer.ts";
import { creation, deletion, update } from "../changes.ts";
import type { OperationFailure, Pending, Removed, Run, StepResponse } from "../contract.ts";
import { StepError } from "../error.ts";
import { codeOfFailure } from "../failure.ts";
import type { Log } from "../log.ts";
import { answerInUse, deleteUnlessInUse, isInUse } from "../network/in-use.ts";
import {
  type ObservedPeering,
  observePeering,
  type PeeringClients,
  peeringName,
  refuseUnconnected,
  refuseUnfitRange,
} from "../network/peering.ts";
import { isOwn } from "../ownership.ts";
import { requestIdOf } from "../request-id.ts";
import { implementStep } from "../step.ts";
import { unlessDisabled, unlessFailed } from "../waiting.ts";

const seconds = { range: 10, connection: 60, disconnection: 15 };

/** How long a connection may be refused to go before the peering is removed without it. */
const patienceSeconds = 3600;

type Clients = PeeringClients & { readonly alloydb: AlloyDbListClient };

/**
 * Reserves the range, connects the network to Google's services, and is done when the network itself shows the peering
 * as ACTIVE: a connection may be listed while its peering is gone.
 *
 * Takes about 70 seconds. While AlloyDB still holds something, the connection cannot be deleted, which lasts minutes to
 * hours after the cluster is gone. After an hour of that, and when no cluster is listed for the network, the peering is
 * removed without it; what stays at the producer's then is told.
 * @see https://cloud.google.com/vpc/docs/configure-private-services-access
 */
export const peering = implementStep(
  peeringStep,
  {
    alloydb: connectAlloyDbList,
    compute: connectCompute,
    resourceManager: connectResourceManager,
    serviceNetworking: connectServiceNetworking,
  },
  {
    async plan(input, clients) {
      const observed = await unlessDisabled(observePeering(input, clients));
      if (observed) refuseUnfitRange(input, observed);
      if (observed && input.existing) refuseUnconnected(input, observed);
      return toChanges(input, observed);
    },

    async ensure(input, clients, { run, failures }) {
      const observed = await observePeering(input, clients);
      refuseUnfitRange(input, observed);
      if (input.existing) refuseUnconnected(input, observed);
      const changes = toChanges(input, observed);
      if (input.range && !observed.range) {
        return { ...(await reserve(input, clients, run)), changes: changes.slice(0, 1) };
      }
      if (changes.length > 0) return { ...(await connect(input, clients, { observed, failures })), changes };
      if (observed.peering?.state === "ACTIVE") return done(toOutput(observed));
      const says = `the peering of ${input.network} is ${observed.peering?.state}: ${observed.peering?.stateDetails}`;
      return notYet({ reason: says, retryAfterSeconds: 5 });
    },

    async planRemoval(input, clients) {
      const observed = input.existing ? undefined : await observePeering(input, clients);
      if (!observed) return [];
      const { range } = observed;
      const released = range && isOwn(range, input.ownership) ? [rangeDeletion(input)] : [];
      return [...(ownsConnection(input, observed) ? [connectionDeletion(input)] : []), ...released];
    },

    async remove(input, clients, { run, failures, log }) {
      if (input.existing) return done({});
      const observed = await observePeering(input, clients);
      const work = { input, observed, clients, run };
      const [failure] = failures.filter(isInUse);
      if (failure && !isOfConnection(failure)) return answerInUse(input.network, failure.message);
      if (!ownsConnection(input, observed)) return release(work, log);
      const operation = failure ? undefined : await disconnect(work);
      if (operation) return operation;
      if (!(await mayAbandon(work))) return held(`Google has not released the connection of ${input.network} yet`);
      return observed.peering ? abandon(work) : release(work, log);
    },

    mends: (failure, action) => (action === "remove" ? isInUse(failure) : mayConnectAgain(failure)),
  },
);

async function reserve(input: PeeringInput, { compute }: PeeringClients, run: Run): Promise<Pending> {
  const { name = "", address, prefixLength } = input.range ?? {};
  const { ownership, network } = input;
  const kind = { purpose: "VPC_PEERING", addressType: "INTERNAL", description: ownership.mark, network };
  const wanted = { ...kind, address, prefixLength };
  const operation = await compute.insertGlobalAddress(name, wanted, requestIdOf(run, "insert", name));
  return pending({ operations: [expecting(seconds.range, operation)], reason: `reserving ${name}` });
}

/**
 * Creates the connection, gives it the range beside those that it has, or brings back its peering. A leftover of an earlier network of the same
 * name is not listed, yet keeps its ranges from being created anew; they are replaced instead.
 */
async function connect(
  input: PeeringInput,
  clients: PeeringClients,
  { observed, failures }: { readonly observed: ObservedPeering; readonly failures: readonly OperationFailure[] },
): Promise<Pending> {
  const { serviceNetworking } = clients;
  const reservedPeeringRanges = [...(await otherRanges(input, observed, clients)), ...rangesOf(input)];
  const wanted = { network: observed.numbered, reservedPeeringRanges };
  const patch = () => serviceNetworking.patchConnection(wanted);
  const create = () => serviceNetworking.createConnection(wanted);
  const restore = () => serviceNetworking.createConnection({ network: observed.numbered, reservedPeeringRanges: [] });
  const choose = () => {
    if (observed.connection) return hasRanges(input, observed) ? restore() : patch();
    if (failures.some(isLeftover)) return patch();
    return unlessFailed(["FAILED_PRECONDITION", "INVALID_ARGUMENT"], create()).then((created) => created ?? patch());
  };
  const operations = [expecting(seconds.connection, await choose())];
  return pending({ operations, reason: `connecting ${input.network} to Google's services` });
}

/** Ranges that somebody added to the connection, as far as they are still reserved: a patch must name all that stay. */
async function otherRanges(input: PeeringInput, { connection }: ObservedPeering, { compute }: PeeringClients) {
  const addresses = `${input.network.split("/global/")[0]}/global/addresses`;
  const others = (connection?.reservedPeeringRanges ?? []).filter((range) => !rangesOf(input).includes(range));
  const found = await Promise.all(others.map((range) => compute.getGlobalAddress(`${addresses}/${range}`)));
  return others.filter((_, index) => found[index] !== undefined);
}

interface Work {
  readonly input: PeeringInput;
  readonly observed: ObservedPeering;
  readonly clients: Clients;
  readonly run: Run;
}

/** Whether there is a connection, or what it left on the network, that is the environment's own to remove. */
function ownsConnection({ ownership }: PeeringInput, { connection, network, peering }: ObservedPeering): boolean {
  return (connection !== undefined || peering !== undefined) && network !== undefined && isOwn(network, ownership);
}

/** Asks for the connection's deletion; gives nothing when that is refused at once, for something still uses it. */
async function disconnect({ input, clients: { serviceNetworking }, observed }: Work): Promise<Pending | undefined> {
  const deleting = serviceNetworking.deleteConnection(observed.numbered).catch((caught: unknown) => {
    throw isAbsent(caught) ? outlived(input, caught) : caught;
  });
  const operation = await unlessFailed(["FAILED_PRECONDITION"], deleting);
  if (!operation) return undefined;
  const changes = [connectionDeletion(input)];
  const operations = [expecting(seconds.disconnection, operation)];
  return pending({ operations, reason: `disconnecting ${input.network} from Google's services`, changes });
}

/**
 * Whether the producer has been given its time and no cluster uses the network any more: then the consumer's half of the
 * peering may go without the connection, which is what keeps the network.
 */
async function mayAbandon({ input, clients, run }: Work): Promise<boolean> {
  if (run.heldSince === undefined || run.now - run.heldSince < patienceSeconds) return false;
  const project = input.network.split("/")[1] ?? "";
  const clusters = await clients.alloydb.listClusters(`projects/${project}/locations/-`);
  const uses = ({ networkConfig, network }: ListedCluster) =>
    idOf(networkConfig?.network || network || "") === idOf(input.network);
  return !clusters.some(uses);
}

async function abandon({ input, clients, run }: Work): Promise<Pending> {
  const { network } = input;
  const requestId = requestIdOf(run, "removePeering", network);
  const operation = await clients.compute.removePeering(network, peeringName, requestId);
  const changes = [deletion(`${network}/peerings/${peeringName}`, { expectedSeconds: seconds.disconnection })];
  const operations = [expecting(seconds.disconnection, operation)];
  return pending({ operations, reason: `removing the peering of ${network} without its connection`, changes });
}

/**
 * A peering whose connection is gone goes a moment later, or never. Without a connection there is nothing to wait for,
 * so that a person is to look what else may use it.
 */
function outlived({ network }: PeeringInput, cause: unknown): StepError {
  const [, project] = network.split("/");
  const command = `gcloud compute networks peerings delete ${peeringName} --network=${idOf(network)} --project=${project}`;
  return new StepError({
    code: "FAILED_PRECONDITION",
    reason: "PEERING_LEFT",
    retryable: true,
    resource: `${network}/peerings/${peeringName}`,
    message: `${network} still has the peering ${peeringName}, but no connection that could be deleted with it. When no AlloyDB cluster uses the network any more, run "${command}", then down again`,
    cause,
  });
}

/** The end of a removal: the range goes, and a connection that had to be left behind is told. */
async function release({ input, observed, clients: { compute }, run }: Work, log: Log): Promise<StepResponse<Removed>> {
  const { range } = observed;
  const name = input.range?.name ?? "";
  const isLeft = range !== undefined && !isOwn(range, input.ownership);
  if (!range || isLeft) {
    const answer = leave(isLeft ? [leftAlone(name, input.ownership)] : [], log);
    if (!ownsConnection(input, observed)) return answer;
    const says = `producer residue: Google still lists the private connection of ${input.network}`;
    log("WARNING", says);
    return { ...answer, output: { ...answer.output, degraded: [says] } };
  }
  const answer = await deleteUnlessInUse(name, () =>
    compute.deleteGlobalAddress(name, requestIdOf(run, "delete", name)),
  );
  if ("state" in answer) return answer;
  const changes = [rangeDeletion(input)];
  return pending({ operations: [expecting(seconds.range, answer)], reason: `releasing ${name}`, changes });
}

function rangeDeletion({ range }: PeeringInput): Change {
  return deletion(range?.name ?? "", { expectedSeconds: seconds.range });
}

function connectionDeletion(input: PeeringInput): Change {
  return deletion(connectionOf(input), { expectedSeconds: seconds.disconnection });
}

/** Compute, which releases the range, gives another code. */
function isOfConnection(failure: OperationFailure): boolean {
  return codeOfFailure(failure) === "FAILED_PRECONDITION";
}

/** Ranges of an earlier network of the same name are still held. Service Networking tells this only by its text. */
function isLeftover(failure: OperationFailure): boolean {
  return /modify allocated ranges/i.test(failure.message);
}

/** ALREADY_EXISTS: two creations met; the one that won is listed by now. */
function mayConnectAgain(failure: OperationFailure): boolean {
  return isLeftover(failure) || codeOfFailure(failure) === "ALREADY_EXISTS";
}

function toChanges(input: PeeringInput, observed: ObservedPeering | undefined): readonly Change[] {
  if (input.existing) return [];
  const reserved =
    input.range && !observed?.range ? [creation(input.range.name, { expectedSeconds: seconds.range })] : [];
  const effects = { expectedSeconds: seconds.connection };
  const name = connectionOf(input);
  if (!observed?.connection) return [...reserved, creation(name, effects)];
  if (!hasRanges(input, observed)) {
    const field = {
      path: "reservedPeeringRanges",
      from: observed.connection.reservedPeeringRanges,
      to: [...(observed.connection.reservedPeeringRanges ?? []), ...rangesOf(input)],
    };
    return [...reserved, update(name, [field], effects)];
  }
  if (!observed.peering)
    return [...reserved, update(name, [{ path: "peering", from: undefined, to: peeringName }], effects)];
  return reserved;
}

function hasRanges(input: PeeringInput, { connection }: ObservedPeering): boolean {
  return rangesOf(input).every((range) => connection?.reservedPeeringRanges?.includes(range));
}

function rangesOf({ range }: PeeringInput): readonly string[] {
  return range ? [idOf(range.name)] : [];
}

function connectionOf({ network }: PeeringInput): string {
  return `${network}/connections/${peeringName}`;
}

function toOutput({ connection }: ObservedPeering) {
  return { peering: peeringName, ranges: connection?.reservedPeeringRanges ?? [] };
}
