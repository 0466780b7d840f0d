import type { StepName } from "../../plan/step.ts";
import type { StepCount } from "./billed-steps.ts";
import type { LoadReport } from "./load.ts";

/*
 * What could be seen of runs: their own account (executions, their history, the log) and, beside it, what only the local
 * Google Cloud knows: when operations really ended, and when what was granted came into effect. All times are seconds of
 * its clock.
 */

/** A span of time. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** An operation of Google's. */
interface Operation extends Span {
  readonly host: string;
  readonly name: string;
  readonly kind: string;
}

/** Something that took effect later; see `/_local/waits`. */
interface Wait extends Span {
  readonly kind: string;
  readonly name: string;
  readonly principal: string;
}

/** One request to a function of the installation. */
export interface FunctionCall extends Span {
  /** Id of the function. */
  readonly function: string;
  readonly status: number;
  readonly principal: string;
  /** Milliseconds that it took on this machine. */
  readonly durationMs: number;
}

/** One change of a step's state, as the workflow logs it. */
export interface StepLine {
  readonly step: StepName;
  readonly state: "started" | "waiting" | "done" | "held" | "failed";
  readonly at: number;
  readonly detail: {
    readonly reason?: string;
    readonly retryAfterSeconds?: number;
    readonly operations?: readonly { readonly name: string; readonly expectedSeconds: number }[];
  };
}

/** One run, as far as it could be seen. */
export interface ObservedRun extends Span {
  readonly title: string;
  readonly id: string;
  readonly action: "up" | "rebuild" | "down";
  readonly lines: readonly StepLine[];
  readonly calls: readonly FunctionCall[];
  readonly steps: StepCount;
  readonly load?: LoadReport;
}

/** All runs of a bench. */
export interface Observation {
  readonly runs: readonly ObservedRun[];
  readonly operations: readonly Operation[];
  readonly waits: readonly Wait[];
  /** Memory of each function, for example `256M`. */
  readonly memory: Readonly<Record<string, string>>;
}
