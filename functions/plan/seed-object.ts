import { inputOf } from "../../plan/step-input.ts";
import type { StoredPlan } from "../entry/stored.ts";

/** The packed seed files of a plan, `seeds/<sha256>.tgz`; undefined when it applies none. */
export function seedObjectOf(plan: Pick<StoredPlan, "steps">): string | undefined {
  return inputOf(plan, "seed").seed?.object;
}
