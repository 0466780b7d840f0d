import { connectAlloyDb } from "../../google/clients/alloydb.ts";
import { type ReadPoolInput, readPoolStep } from "../../plan/steps/read-pool.ts";
import { inGeneration } from "../alloydb/generation.ts";
import {
  ensureInstance,
  planInstance,
  planRemovals,
  removeInstances,
  type WantedInstance,
} from "../alloydb/instance.ts";
import { done } from "../answer.ts";
import { implementStep } from "../step.ts";
import { unlessDisabled } from "../waiting.ts";

/**
 * Ensures the read pool beside the primary instance. Takes about seven minutes.
 *
 * @see https://cloud.google.com/alloydb/docs/instance-read-pool-create
 */
export const readPool = implementStep(
  readPoolStep,
  { alloydb: connectAlloyDb },
  {
    async plan(first, { alloydb }, { run }) {
      const input = inGeneration(first, run);
      return planInstance(toWanted(input), await unlessDisabled(alloydb.getInstance(input.instance)));
    },

    async ensure(first, { alloydb }, context) {
      const input = inGeneration(first, context.run);
      const ensured = await ensureInstance(toWanted(input), { alloydb, context });
      if ("waiting" in ensured) return ensured.waiting;
      return done({ instance: input.instance, ipAddress: ensured.ready.ipAddress ?? "" });
    },

    planRemoval: (input, { alloydb }, { run }) => planRemovals(input, { alloydb, run }),

    async remove(input, { alloydb }, context) {
      return removeInstances(input, { alloydb, context });
    },
  },
);

function toWanted(input: ReadPoolInput): WantedInstance {
  const { cpuCount, machineType, flags, nodeCount, ownership } = input;
  return {
    name: input.instance,
    cpuCount,
    machineType,
    flags,
    kind: { type: "READ_POOL", nodeCount },
    ownership,
    expectedSeconds: readPoolStep.expectedSeconds(input),
  };
}
