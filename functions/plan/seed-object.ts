import type { SeedInput } from "../../plan/steps/seed.ts";
import type { StoredPlan } from "../entry/stored.ts";

/** The packed seed files of a plan, `seeds/<sha256>.tgz`; undefined when it applies none. */
export function seedObjectOf({ steps }: Pick<StoredPlan, "steps">): string | undefined {
  const input = steps.find(({ name }) => name === "seed")?.input as Partial<SeedInput> | undefined;
  return input?.seed?.object;
}
