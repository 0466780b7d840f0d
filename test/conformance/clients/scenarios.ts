import type { Scenario } from "./actor.ts";
import { accountScenarios } from "./scenarios/accounts.ts";
import { machineScenarios } from "./scenarios/machines.ts";
import { networkScenarios } from "./scenarios/networks.ts";
import { serviceScenarios } from "./scenarios/services.ts";

/** Lives of resources that need no workload, for what is told by neither kinds nor single calls. */
export const scenarios: readonly Scenario[] = [
  ...networkScenarios,
  ...machineScenarios,
  ...accountScenarios,
  ...serviceScenarios,
];
