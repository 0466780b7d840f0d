import type { Level } from "./generation.ts";

/** A rebuild that was begun and has not come to its end. */
export interface UnfinishedRebuild {
  readonly level: Level;
  /** There when the environment was made ready since: nobody goes on with it, the next run that builds all removes it. */
  readonly overtaken?: true;
  /** USD a day, by list price, of the cluster that may stand beside the one that serves; absent when it makes none. */
  readonly costPerDay?: number;
}
