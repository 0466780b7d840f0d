import { type ComputeClient, connectCompute } from "../../google/clients/compute.ts";
import type { Change } from "../../plan/change.ts";
import { type NetworkInput, type NetworkOutput, networkStep } from "../../plan/steps/network.ts";
import { done, expecting, held, leave, leftAlone, pending } from "../answer.ts";
import { creation, deletion, update } from "../changes.ts";
import type { Pending, PendingOperation, Run } from "../contract.ts";
import { answerInUse, deleteUnlessInUse, isInUse, orNone } from "../network/in-use.ts";
import {
  foreignIn,
  type ObservedNetwork,
  type ObservedSubnetwork,
  observeNetwork,
  ownParts,
  refuseUnfit,
} from "../network/observe.ts";
import { requestIdOf } from "../request-id.ts";
import { implementStep } from "../step.ts";
import { unlessDisabled } from "../waiting.ts";

const seconds = { network: 20, subnetwork: 12 };

/**
 * Makes the VPC network and its subnetworks. A network that was there before is only checked.
 *
 * Takes about 30 seconds. Subnetworks are not created automatically, and Private Google Access is turned on, because the
 * Auth Proxy reaches Google's APIs from inside.
 * @see https://cloud.google.com/vpc/docs/create-modify-vpc-networks
 */
export const network = implementStep(
  networkStep,
  { compute: connectCompute },
  {
    async plan(input, { compute }) {
      const observed = await unlessDisabled(observeNetwork(input, compute));
      if (observed) refuseUnfit(input, observed);
      return toChanges(input, observed ?? nothingOf(input));
    },

    async ensure(input, { compute }, { run }) {
      const observed = await observeNetwork(input, compute);
      refuseUnfit(input, observed);
      const changes = toChanges(input, observed);
      if (changes.length === 0) return done(toOutput(input));
      if (observed.network) return { ...(await makeSubnetworks(input, { compute, run, observed })), changes };
      return { ...(await makeNetwork(input, compute, run)), changes: changes.slice(0, 1) };
    },

    async planRemoval(input, { compute }) {
      const observed = input.existing ? undefined : await observeNetwork(input, compute);
      if (!observed) return [];
      const { ownsNetwork, ownSubnetworks } = ownParts(input, observed);
      const names = ownSubnetworks.map(({ wanted }) => wanted.name);
      return [...names.map(subnetworkDeletion), ...(ownsNetwork ? [networkDeletion(input)] : [])];
    },

    async remove(input, { compute }, { run, failures, log }) {
      if (input.existing) return done({});
      const [failure] = failures.filter(isInUse);
      if (failure) {
        const othersIn = async () => foreignIn(await compute.getNetwork(input.network), input, compute);
        return answerInUse(input.network, failure.message, await orNone(othersIn));
      }
      const observed = await observeNetwork(input, compute);
      const { ownsNetwork, ownSubnetworks, foreign } = ownParts(input, observed);
      if (ownSubnetworks.length > 0) return removeSubnetworks(ownSubnetworks, compute, run);
      if (ownsNetwork) return removeNetwork(input, { compute, run, observed });
      return leave(
        foreign.map((name) => leftAlone(name, input.ownership)),
        log,
      );
    },

    mends: (failure, action) => action === "remove" && isInUse(failure),
  },
);

interface Work {
  readonly compute: ComputeClient;
  readonly run: Run;
  readonly observed: ObservedNetwork;
}

async function makeNetwork(input: NetworkInput, compute: ComputeClient, run: Run): Promise<Pending> {
  const wanted = {
    description: input.ownership.mark,
    autoCreateSubnetworks: false,
    routingConfig: { routingMode: "REGIONAL" },
  };
  const operation = await compute.insertNetwork(input.network, wanted, requestIdOf(run, "insert", input.network));
  return pending({ operations: [expecting(seconds.network, operation)], reason: `creating ${input.network}` });
}

async function makeSubnetworks(input: NetworkInput, { compute, run, observed }: Work): Promise<Pending> {
  const unready = observed.subnetworks.filter(({ found }) => !found?.privateIpGoogleAccess);
  const operations = await Promise.all(
    unready.map((subnetwork) => makeSubnetwork(input, { compute, run, subnetwork })),
  );
  return pending({ operations, reason: `preparing ${unready.map(({ wanted }) => wanted.name).join(", ")}` });
}

async function makeSubnetwork(
  input: NetworkInput,
  work: Pick<Work, "compute" | "run"> & { readonly subnetwork: ObservedSubnetwork },
): Promise<PendingOperation> {
  const { compute, run } = work;
  const { wanted, found } = work.subnetwork;
  const requestId = requestIdOf(run, found ? "setPrivateIpGoogleAccess" : "insert", wanted.name);
  if (found) return expecting(seconds.subnetwork, await compute.setPrivateIpGoogleAccess(wanted.name, requestId));
  const body = {
    description: input.ownership.mark,
    network: input.network,
    ipCidrRange: wanted.range,
    privateIpGoogleAccess: true,
  };
  return expecting(seconds.subnetwork, await compute.insertSubnetwork(wanted.name, body, requestId));
}

async function removeSubnetworks(
  subnetworks: readonly ObservedSubnetwork[],
  compute: ComputeClient,
  run: Run,
): Promise<Pending> {
  const names = subnetworks.map(({ wanted }) => wanted.name);
  const answers = await Promise.all(
    names.map((name) =>
      deleteUnlessInUse(name, () => compute.deleteSubnetwork(name, requestIdOf(run, "delete", name))),
    ),
  );
  const operations = answers.flatMap((answer) => ("state" in answer ? [] : [expecting(seconds.subnetwork, answer)]));
  const changes = names.map(subnetworkDeletion);
  const refused = answers.find((answer) => "state" in answer);
  return operations.length === 0 && refused
    ? refused
    : pending({ operations, reason: "deleting subnetworks", changes });
}

/** A network that still has a peering is left alone: deleting it would leak the producer's side for ever. */
async function removeNetwork(input: NetworkInput, { compute, run, observed }: Work): Promise<Pending> {
  const { network: name } = input;
  const [peering] = observed.network?.peerings ?? [];
  if (peering) return held(`${name} still has the peering ${peering.name}`);
  const remove = () => compute.deleteNetwork(name, requestIdOf(run, "delete", name));
  const answer = await deleteUnlessInUse(name, remove, () => foreignIn(observed.network, input, compute));
  if ("state" in answer) return answer;
  const changes = [networkDeletion(input)];
  return pending({ operations: [expecting(seconds.network, answer)], reason: `deleting ${name}`, changes });
}

function subnetworkDeletion(name: string): Change {
  return deletion(name, { expectedSeconds: seconds.subnetwork });
}

function networkDeletion({ network }: NetworkInput): Change {
  return deletion(network, { expectedSeconds: seconds.network });
}

function toChanges(input: NetworkInput, { network: found, subnetworks }: ObservedNetwork): readonly Change[] {
  const created = found ? [] : [creation(input.network, { expectedSeconds: seconds.network })];
  return [...created, ...subnetworks.flatMap(toSubnetworkChanges)];
}

function toSubnetworkChanges({ wanted, found }: ObservedSubnetwork): readonly Change[] {
  const effects = { expectedSeconds: seconds.subnetwork };
  if (!found) return [creation(wanted.name, effects)];
  if (found.privateIpGoogleAccess) return [];
  return [update(wanted.name, [{ path: "privateIpGoogleAccess", from: false, to: true }], effects)];
}

function nothingOf(input: NetworkInput): ObservedNetwork {
  return { subnetworks: input.subnetworks.map((wanted) => ({ wanted })) };
}

function toOutput(input: NetworkInput): NetworkOutput {
  return { network: input.network, subnetworks: input.subnetworks.map(({ name }) => name) };
}
