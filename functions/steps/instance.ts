import { connectAlloyDb } from "../../google/clients/alloydb.ts";
import { connectSecretManager } from "../../google/clients/secret-manager.ts";
import { clusterStep } from "../../plan/steps/cluster.ts";
import { type InstanceInput, instanceStep } from "../../plan/steps/instance.ts";
import { inGeneration } from "../alloydb/generation.ts";
import {
  ensureInstance,
  planInstance,
  planRemovals,
  removeInstances,
  type WantedInstance,
} from "../alloydb/instance.ts";
import { awaitAnswer, ensureLogin } from "../alloydb/login.ts";
import { refuseSecondPrimary } from "../alloydb/second-primary.ts";
import { done } from "../answer.ts";
import { implementStep, outputOf } from "../step.ts";
import { unlessDisabled } from "../waiting.ts";

/**
 * Ensures the primary instance and the application's login. Takes about eight minutes, two nodes eleven.
 *
 * @see https://cloud.google.com/alloydb/docs/reference/rest/v1/projects.locations.clusters.instances
 */
export const instance = implementStep(
  instanceStep,
  { alloydb: connectAlloyDb, secretManager: connectSecretManager },
  {
    async plan(first, { alloydb }, { run }) {
      const input = inGeneration(first, run);
      const observed = await unlessDisabled(alloydb.getInstance(input.instance));
      if (!observed) await refuseSecondPrimary(input, alloydb);
      return planInstance(toWanted(input), observed);
    },

    async ensure(first, clients, context) {
      const input = inGeneration(first, context.run);
      const { adminVersion } = outputOf(clusterStep, context.outputs);
      const ensured = await ensureInstance(toWanted(input), { alloydb: clients.alloydb, context });
      if ("waiting" in ensured) return ensured.waiting;
      const silent = await awaitAnswer(input, adminVersion, clients);
      if (silent) return silent;
      const { version, changes } = await ensureLogin(input, clients);
      const { ipAddress, uid } = ensured.ready;
      return done(
        { instance: input.instance, ipAddress: ipAddress ?? "", uid: uid ?? "", applicationVersion: version },
        changes,
      );
    },

    planRemoval: (input, { alloydb }, { run }) => planRemovals(input, { alloydb, run }),

    /** The user goes with the cluster. */
    async remove(input, { alloydb }, context) {
      return removeInstances(input, { alloydb, context });
    },
  },
);

function toWanted(input: InstanceInput): WantedInstance {
  const { cpuCount, machineType, flags, availability, zone, ownership } = input;
  return {
    name: input.instance,
    cpuCount,
    machineType,
    flags,
    kind: { type: "PRIMARY", availability, zone },
    ownership,
    expectedSeconds: instanceStep.expectedSeconds(input),
  };
}
