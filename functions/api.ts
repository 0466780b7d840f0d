import type { Change } from "../plan/change.ts";
import type { StepName } from "../plan/step.ts";

/** Body of `POST /v1/requests`: what is wanted of one environment. */
export interface RequestBody {
  /** `sweep` finishes every deferred teardown and names no environment; `check` proves the installation's permissions. */
  readonly action: "up" | "down" | "sweep" | "check";
  /** Name of the environment; may be left out when `spec` names it. */
  readonly environment?: string;
  /** Text of the environment.yaml; stored as the environment's spec. Left out, the stored one counts. */
  readonly spec?: string;
  /** Objects in the bucket that hold the packed folders which the spec names. */
  readonly folders?: { readonly source?: string; readonly seed?: string };
  readonly level?: "app" | "data" | "database" | "all";
  /** Why it is asked, for the record. */
  readonly reason?: string;
  /** With `down`, by the sweep: generation of the teardown that it found; another one by then means nothing is done. */
  readonly teardown?: string;
}

/** Answer to an accepted request, with status 202; the same `Idempotency-Key` gets the same one again. */
export interface RequestAccepted {
  /** Id of the run, which is also the request's. */
  readonly run: string;
  readonly environment: string;
  readonly action: RequestBody["action"];
  /** Path of the run's status, `/v1/runs/{run}`. */
  readonly status: string;
  /** Full name of the execution. */
  readonly execution: string;
  /** Seconds that the whole is expected to take. */
  readonly expectedSeconds: number;
  /** USD per day that the environment costs by list price once it is up, with the date of the price table. */
  readonly costPerDay?: { readonly amount: number; readonly pricesOf: string };
}

/** Answer of `GET /v1/runs/{run}`: how a run stands. */
export interface RunView {
  readonly run: string;
  readonly environment: string;
  readonly action: RequestBody["action"];
  readonly state: "queued" | "running" | "succeeded" | "remaining" | "failed" | "cancelled";
  readonly requestedBy: string;
  readonly execution: string;
  /** RFC 3339, by Google's clock. */
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Google's clock when this was read: the base of every "elapsed". */
  readonly readAt: string;
  /** In the order of the plan; steps that the plan does not have are absent. */
  readonly steps: readonly StepView[];
  readonly failures: readonly FailureView[];
  /** What a removal left to the sweep, and why. */
  readonly remaining: readonly { readonly step: StepName; readonly reason: string }[];
  /** URL of the service, once it has traffic. */
  readonly url?: string;
  /** First lines of what the smoke test read, as `verify` gave it. */
  readonly excerpt?: string;
}

/** Answer of `GET /v1/environments/{environment}`. */
export interface EnvironmentView {
  readonly environment: string;
  /** Newest first. */
  readonly runs: readonly RunView[];
}

/** How one step of a run stands. */
export interface StepView {
  readonly name: StepName;
  readonly title: string;
  readonly state: "waiting" | "running" | "done" | "held" | "failed";
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly expectedSeconds: number;
  /** What a running step waits for, in words. */
  readonly reason?: string;
  /** Name of the operation that is being polled. */
  readonly operation?: string;
  /** What the step changed; empty when nothing had to be. */
  readonly changes?: readonly Change[];
}

/** Why a step failed, what is left, and what to do. */
export interface FailureView {
  readonly step: StepName | "workflow";
  readonly code: string;
  readonly message: string;
  /** What supports the message, for example the last lines of a log. */
  readonly evidence?: readonly string[];
}

/** A problem document (RFC 9457): the body of every refusal, with content type `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Problems of the spec, each with its place. */
  readonly issues?: readonly {
    readonly path: string;
    readonly line: number;
    readonly message: string;
    readonly fix?: string;
  }[];
}
