import type { PlanStep } from "./plan.ts";
import type { ClusterInput } from "./steps/cluster.ts";
import type { InstanceInput } from "./steps/instance.ts";
import type { RetireInput } from "./steps/retire.ts";
import type { SeedInput } from "./steps/seed.ts";
import type { ServiceInput } from "./steps/service.ts";
import type { VerifyInput } from "./steps/verify.ts";

/** The steps whose inputs are looked up in plans that are stored. */
interface StoredInputs {
  readonly cluster: ClusterInput;
  readonly instance: InstanceInput;
  readonly retire: RetireInput;
  readonly seed: SeedInput;
  readonly service: ServiceInput;
  readonly verify: VerifyInput;
}

/**
 * The input of one step of a stored plan, which another version may have written, so that fields may be absent. Empty where the
 * plan is not there or does not have the step.
 */
export function inputOf<Name extends keyof StoredInputs>(
  plan: { readonly steps?: readonly Pick<PlanStep, "name" | "input">[] } | undefined,
  name: Name,
): Partial<StoredInputs[Name]> {
  return (plan?.steps?.find((step) => step.name === name)?.input ?? {}) as Partial<StoredInputs[Name]>;
}
