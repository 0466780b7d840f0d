import type { Change } from "../plan/change.ts";
import type { Level, SpentGeneration } from "../plan/generation.ts";
import type { StepName } from "../plan/step.ts";

/** What the workflow sends to a step's function. Secrets never appear in it. */
export interface StepRequest<Input extends object> {
  /**
   * `observe` tells what serves and whether it answers, `plan` what would be done (the way back when the run is a `down`);
   * `check` proves that the step's permissions are in effect; `ensure` and `remove` may be called any number of times.
   */
  readonly action: "observe" | "plan" | "check" | "ensure" | "remove";
  readonly input: Input;
  /** Operations of this step that ended in error since it was last asked. */
  readonly failures?: readonly OperationFailure[];
  /** How many operations of this step ended in error in this run so far, those of `failures` included. */
  readonly failedOperations?: number;
  /** Outputs of the steps that are done. */
  readonly outputs: Partial<Record<StepName, Readonly<Record<string, unknown>>>>;
  readonly run: Run;
}

/** The run on whose behalf a step is called. */
export interface Run {
  readonly id: string;
  /** Which of the executions that have been started for the run this is, from 1; each resume adds one. */
  readonly attempt?: number;
  readonly environment: string;
  readonly action: "up" | "rebuild" | "down" | "plan" | "check";
  readonly level: Level;
  readonly planHash: string;
  /** The workflow's `sys.now()`: seconds since the epoch. A step has no other clock. */
  readonly now: number;
  /** Where the environment's lock lies and the generation under which this run holds it; absent for `plan` and `check`. */
  readonly fence?: { readonly bucket: string; readonly object: string; readonly generation: string };
  /** Since when a removal waits for what only Google releases, in seconds since the epoch; absent in the first try. */
  readonly heldSince?: number;
  /** With a removal: whether something of the environment may stand, because a run has begun to make it. */
  readonly mayStand?: boolean;
  /** 1 for the first database, 2 for `mydb_g2` … */
  readonly databaseGeneration: number;
  /** 1 for the first cluster, 2 for `<cluster>-g2` … */
  readonly clusterGeneration: number;
  /** What runs have begun to make so far, this one included; absent in executions of an earlier version. */
  readonly begun?: Begun;
}

/** Which generations are of our making. */
export interface Begun {
  /** The highest number of a database: whatever has a higher one is somebody else's. */
  readonly database: number;
  /** What plans name the first database: whatever has another name is somebody else's. Absent where that is not known. */
  readonly names?: readonly string[];
  /** What may go without anybody being asked again. */
  readonly spent: readonly SpentGeneration[];
}

/** What a step answers. */
export type StepResponse<Output extends object> = Done<Output> | Pending;

/** The step's resources are as wanted. */
export interface Done<Output extends object> {
  readonly state: "done";
  readonly output: Output;
  readonly changes: readonly Change[];
}

/** What a removal that is done tells. */
export interface Removed {
  /** What has the name, and is somebody else's: each in a sentence. */
  readonly left?: readonly string[];
  /** What stays behind at Google that nothing of ours can remove: each in a sentence. */
  readonly degraded?: readonly string[];
}

/** The step must be called again: when the operations are done, or after the time when there are none. */
export interface Pending {
  readonly state: "pending";
  /** Whether only Google's own time releases what is waited for, so that a removal may end here and leave it to the sweep. */
  readonly held?: boolean;
  readonly operations: readonly PendingOperation[];
  readonly retryAfterSeconds: number;
  /** What is being waited for, for people. */
  readonly reason: string;
  readonly changes: readonly Change[];
}

/** An operation for the workflow to poll. */
export interface PendingOperation {
  /** The operation's name as its API gives it. */
  readonly name: string;
  /** Absolute URL whose GET (with OAuth2) answers the operation. */
  readonly url: string;
  /** How its end is told: `done` of google.longrunning, or `status: DONE` of Compute. */
  readonly style: "longrunning" | "compute";
  readonly expectedSeconds: number;
  /** How long it may take: the workflow waits no longer. Left out, four hours, or ten times as long as is expected. */
  readonly longestSeconds?: number;
}

/** How an operation that the workflow waited for ended. */
export interface OperationFailure {
  readonly name: string;
  /** gRPC number, or the HTTP status for Compute. */
  readonly code: number;
  readonly message: string;
}
