import type { ReplayGroup } from "./replay.ts";
import { computeReplays } from "./replays/compute.ts";
import { runReplays } from "./replays/run.ts";

/** Every group of replays. */
export const replayGroups: readonly ReplayGroup[] = [computeReplays, runReplays];
