/** The part of a history's entry that tells whether it is billed. */
export interface StepEntry {
  readonly entryId: string;
  readonly routine: string;
  readonly step: string;
  readonly stepType: string;
  readonly navigationInfo: { readonly parent?: string };
}

/** Steps as they are billed. */
export interface StepCount {
  /** Steps inside Google Cloud: calls of its APIs and functions, and all that calls nobody. */
  readonly internal: number;
  /** Steps that wait for a callback; our workflows call nobody outside. */
  readonly external: number;
}

/**
 * Counts what Google bills of a history: every step that was executed, once for each try. What a history keeps besides of
 * one step, under its own name, is the same step: the branch of a switch that was taken, the iterations of a loop, the
 * branches of a parallel step, the inside of a try.
 *
 * @see https://cloud.google.com/workflows/pricing
 */
export function countSteps(entries: readonly StepEntry[]): StepCount {
  const byId = new Map(entries.map((entry) => [entry.entryId, entry]));
  const isPart = ({ step, routine, navigationInfo: { parent = "" } }: StepEntry) => {
    const above = byId.get(parent);
    return above?.step === step && above.routine === routine;
  };
  const billed = entries.filter((entry) => entry.stepType === "STEP_RETRY" || !isPart(entry));
  const external = billed.filter(({ routine, step }) => routine === "awaitApproval" && step === "wait").length;
  return { internal: billed.length - external, external };
}
