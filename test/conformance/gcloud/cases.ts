import type { Scenario } from "./case.ts";
import { accessScenario } from "./cases/access.ts";
import { alloydbScenario } from "./cases/alloydb.ts";
import { artifactScenario } from "./cases/artifacts.ts";
import { machineScenario, networkScenario } from "./cases/compute.ts";
import { pubsubScenario } from "./cases/pubsub.ts";
import { jobScenario, serviceScenario } from "./cases/run.ts";
import { schedulerScenario } from "./cases/scheduler.ts";
import { secretScenario } from "./cases/secrets.ts";
import { storageScenario } from "./cases/storage.ts";
import { workflowScenario } from "./cases/workflows.ts";

/** Every scenario, the longest first so that the lanes end together. */
export const scenarios: readonly Scenario[] = [
  ...[networkScenario, machineScenario, storageScenario, accessScenario, alloydbScenario],
  ...[secretScenario, artifactScenario, workflowScenario],
  ...[serviceScenario, jobScenario, pubsubScenario, schedulerScenario],
];
