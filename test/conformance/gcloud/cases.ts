import type { Scenario } from "./case.ts";
import { networkScenario } from "./cases/compute.ts";

/** Every scenario, the longest first so that the lanes end together. */
export const scenarios: readonly Scenario[] = [networkScenario];
