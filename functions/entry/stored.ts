import type { Plan, PlanStep } from "../../plan/plan.ts";
import type { StepName } from "../../plan/step.ts";
import type { RequestAccepted, RequestBody } from "../api.ts";
import type { PendingOperation, Run, StepResponse } from "../contract.ts";

/** `plans/{hash}.json`: a plan as the workflow reads it. */
export interface StoredPlan extends Omit<Plan, "steps"> {
  readonly steps: readonly StoredStep[];
}

/** A step with what it is called, and by which function it is done. */
export interface StoredStep extends PlanStep {
  readonly title: string;
  /** Id of the function, for example `alloyrun-read-pool`. */
  readonly function: string;
}

/** `requests/{run}.json`: what was asked, by whom, and the execution that was started for it. */
export interface StoredRequest extends Omit<RequestAccepted, "execution"> {
  readonly level: NonNullable<RequestBody["level"]>;
  readonly requestedBy: string;
  readonly reason?: string;
  /** SHA-256 of the request's body: the same key with another body is refused. */
  readonly bodyHash: string;
  /** Absent for a sweep. */
  readonly planHash?: string;
  /** Text of the spec that is asked for; it becomes the environment's when the run holds the lock. */
  readonly spec?: string;
  /** Generation of the teardown that a sweep found: another one by now means that there is nothing to do. */
  readonly teardown?: string;
  /** Absent until the execution has been started, or has claimed the request. */
  readonly execution?: string;
}

/** `environments/{environment}.json`: by which plans something of an environment may have been made; gone when it is. */
export interface StoredEnvironment {
  /** Hashes, the latest first. */
  readonly plans: readonly string[];
}

/** `locks/{environment}.json`: which execution may change the environment. */
export interface StoredLock {
  readonly execution: string;
  readonly run: string;
  readonly requestedBy: string;
  readonly why: string;
  /** Seconds since the epoch, by the workflow's clock. */
  readonly since: number;
}

/** `runs/{environment}/{run}.json`: what a run did. */
export interface RunRecord {
  readonly run: Run;
  readonly execution: string;
  readonly requestedBy: string;
  readonly result: RunResult;
  readonly reports: Readonly<Record<string, StepReport>>;
  /** The environment's record before this one and the SHA-256 of its text; absent in the first. */
  readonly previous?: { readonly object: string; readonly sha256: string };
}

/** `teardowns/{environment}.json`: what a removal left to the sweep. */
export interface StoredTeardown {
  readonly environment: string;
  readonly run: string;
  /** Seconds since the epoch: when the last run that tried has ended. */
  readonly triedAt: number;
  /** Reasons by step. */
  readonly remaining: Readonly<Record<string, string>>;
}

/** What a run's execution gives, or raises when it failed. Times are seconds since the epoch. */
export interface RunResult {
  readonly run: string;
  readonly environment: string;
  readonly action: Run["action"];
  readonly state: "succeeded" | "remaining" | "failed";
  /** By step, or `workflow`. */
  readonly failures: Readonly<Record<string, StepFailure>>;
  readonly remaining: Readonly<Record<string, string>>;
  readonly outputs: Partial<Record<StepName, Readonly<Record<string, unknown>>>>;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** How the workflow tells a step's failure. */
export interface StepFailure {
  readonly code?: string | number;
  readonly message?: string;
  readonly details?: readonly Readonly<Record<string, unknown>>[];
}

/** How a step ended, as the workflow gathered it. */
export interface StepReport {
  readonly state: "done" | "held" | "failed";
  readonly reason?: string;
  readonly changes?: StepResponse<object>["changes"];
  readonly operations?: readonly Pick<PendingOperation, "name">[];
  readonly startedAt: number;
  readonly endedAt: number;
}
