import type { ReplayGroup } from "./replay.ts";
import { accessReplays } from "./replays/access.ts";
import { alloydbReplays } from "./replays/alloydb.ts";
import { artifactReplays } from "./replays/artifacts.ts";
import { computeReplays } from "./replays/compute.ts";
import { functionReplays } from "./replays/functions.ts";
import { messageReplays } from "./replays/messages.ts";
import { networkServiceReplays } from "./replays/network-services.ts";
import { ruleReplays } from "./replays/rules.ts";
import { runReplays } from "./replays/run.ts";
import { runJobReplays } from "./replays/run-jobs.ts";
import { secretReplays } from "./replays/secrets.ts";
import { storageReplays } from "./replays/storage.ts";
import { workflowReplays } from "./replays/workflows.ts";

/** Every group of replays. */
export const replayGroups: readonly ReplayGroup[] = [
  ...[computeReplays, networkServiceReplays, alloydbReplays, accessReplays, secretReplays],
  ...[workflowReplays, artifactReplays, ruleReplays, runReplays, messageReplays],
  ...[functionReplays, storageReplays, runJobReplays],
];
