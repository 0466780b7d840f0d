import type { Scenario } from "./case.ts";
import { networkScenario } from "./cases/compute.ts";
import { jobScenario, serviceScenario } from "./cases/run.ts";

/** Every scenario, the longest first so that the lanes end together. */
export const scenarios: readonly Scenario[] = [serviceScenario, jobScenario, networkScenario];
