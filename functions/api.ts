import type { Change } from "../plan/change.ts";
import type { PriceSource } from "../plan/cost.ts";
import type { Digest } from "../plan/digest.ts";
import type { Level } from "../plan/generation.ts";
import type { StepName } from "../plan/step.ts";
import type { UnfinishedRebuild } from "../plan/unfinished.ts";

/** What may be asked for. `sweep` finishes every deferred teardown, `check` proves the installation's permissions. */
export type RequestedAction = "up" | "rebuild" | "down" | "plan" | "sweep" | "check";

/** Body of `POST /v1/requests`: what is wanted of one environment. */
export interface RequestBody {
  /** `sweep` and `check` name no environment. */
  readonly action: RequestedAction;
  /** Name of the environment; may be left out when `spec` names it. */
  readonly environment?: string;
  /** Text of the environment.yaml; stored as the environment's spec. Left out, the stored one counts. */
  readonly spec?: string;
  /** Objects in the bucket that hold the packed folders which the spec names. */
  readonly folders?: { readonly source?: string; readonly seed?: string };
  /** With `rebuild` and `plan`: how much is built anew; `data` when omitted. */
  readonly level?: Level;
  /** With `plan`: what is planned, `up` when omitted. */
  readonly of?: "up" | "rebuild" | "down";
  /** Hash of an observed plan: another one by then is refused, and what moved is told. */
  readonly plan?: string;
  /**
   * What to do while another run holds the environment: wait, or be refused; `fail` when omitted. A request that is
   * identical to an open one joins it whatever it says, and `join` asks for no more than that.
   */
  readonly onBusy?: "queue" | "join" | "fail";
  /** Why it is asked, for the record. */
  readonly reason?: string;
  /** Number of the ticket that asks, for the record and the events. */
  readonly ticket?: string;
  /** How long the environment lives once it is ready, for example `72h`; what the spec says when omitted. */
  readonly timeToLive?: string;
  /** E-mail address of who asked the ticket system that asks; only the public door may say so. */
  readonly onBehalfOf?: string;
  /** With `down`: says that the environment is not protected, where its stored spec cannot be read and does not tell. */
  readonly unprotected?: true;
  /** With `down`, by the sweep: generation of the teardown that it found; another one by then means nothing is done. */
  readonly teardown?: string;
  /** With `down`, by the sweep: seconds since the epoch at which it found the environment to expire, likewise. */
  readonly expiry?: number;
}

/** Answer to a message of the topic `alloyrun-requests` that can never be done: it is told as an event, and not pushed again. */
export interface RequestRefused {
  readonly refused: Problem;
  readonly messageId: string;
  readonly idempotencyKey?: string;
  readonly environment?: string;
  readonly ticket?: string;
}

/** Answer to an accepted request, with status 202; the same `Idempotency-Key` gets the same one again. */
export interface RequestAccepted {
  /** Id of the run, which is also the request's. */
  readonly run: string;
  readonly environment: string;
  readonly action: RequestedAction;
  /** Path of the run's status, `/v1/runs/{run}`. */
  readonly status: string;
  /** Full name of the execution. */
  readonly execution: string;
  /** Seconds that the whole is expected to take. */
  readonly expectedSeconds: number;
  /**
   * USD per day that the environment costs by list price once it is up, and whose prices these are. `uncounted`: how many
   * parts of older plans are not in it, for only the run sees whether they stand and are billed; absent when there are none.
   */
  readonly costPerDay?: PriceSource & { readonly amount: number; readonly uncounted?: number };
  /** Whether somebody must approve it; `depends` when only the observed plan tells. */
  readonly approval: "required" | "not-required" | "depends";
}

/**
 * What came of a rebuild: what was built anew serves, what served before does, it answers but does not pass a changed smoke
 * test, or nothing answers as it should.
 */
export type RebuildOutcome = "ready" | "kept-old" | "kept-unproven" | "broken";

/** How a run stands. `rejected` is also one whose approval expired. */
export type RunState =
  | "queued"
  | "running"
  | "awaiting-approval"
  | "succeeded"
  | "remaining"
  | "failed"
  | "rejected"
  | "cancelled";

/** Answer of `GET /v1/runs/{run}`: how a run stands. */
export interface RunView {
  readonly run: string;
  readonly environment: string;
  readonly action: RequestedAction;
  readonly level: Level;
  readonly state: RunState;
  readonly requestedBy: string;
  readonly onBehalfOf?: string;
  /** Those whose identical requests joined it. */
  readonly joinedBy?: readonly string[];
  /** Those who resumed it, one for each attempt after the first. */
  readonly resumedBy?: readonly string[];
  readonly ticket?: string;
  readonly reason?: string;
  /** Whether it has held the environment, and so may have changed something of it. */
  readonly hasBegun: boolean;
  readonly execution: string;
  /** RFC 3339, by Google's clock. */
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Google's clock when this was read: the base of every "elapsed". */
  readonly readAt: string;
  /** Seconds that the whole is expected to take. */
  readonly expectedSeconds: number;
  /** In the order of the plan; steps that the plan does not have are absent. */
  readonly steps: readonly StepView[];
  readonly failures: readonly FailureView[];
  /** What a removal left to the sweep, and why. */
  readonly remaining: readonly { readonly step: StepName; readonly reason: string }[];
  /** RFC 3339: when the sweep tries again to remove what remains. */
  readonly nextTryAt?: string;
  /** What a removal found under our names that is somebody else's, and what stays at Google's for good: in sentences. */
  readonly left?: readonly string[];
  readonly degraded?: readonly string[];
  /** With a sweep: what a freeze holds, each environment in a sentence. */
  readonly frozen?: readonly string[];
  /** Why a run, or a sweep about an environment, had nothing to do: each in a sentence. */
  readonly skipped?: readonly string[];
  /** Of a rebuild that has ended; absent when it could not be asked whether anything answers, or another run has overtaken it. */
  readonly outcome?: RebuildOutcome;
  /** Minutes that runs of the same action and level usually took before; with a rebuild that has ended. */
  readonly usualMinutes?: number;
  /** What the run is to change, as it was observed; absent before that. */
  readonly plan?: Digest;
  /** Whom the run waits for, or who decided. */
  readonly approval?: ApprovalView;
  /** With a plan: why a person would have to approve it, each reason in a sentence; empty when nobody has to. */
  readonly reasonsToAsk?: readonly string[];
  /** What a queued run waits for. */
  readonly queue?: QueueView;
  /** URL of the service, once it has traffic. */
  readonly url?: string;
  /** First lines of what the smoke test read, as `verify` gave it. */
  readonly excerpt?: string;
  /** RFC 3339: when the environment that this run made ready is removed by itself. */
  readonly expiresAt?: string;
  /** A rebuild that is unfinished: of the environment that this run made ready, or this one, rejected when it was to go on. */
  readonly unfinished?: UnfinishedRebuild;
}

/** What a queued run waits for. */
export interface QueueView {
  /** How many runs wait in front, as far as that is known. */
  readonly ahead?: number;
  /** Who holds the environment meanwhile. */
  readonly holder?: HolderView;
  /** The freeze whose end it waits for. */
  readonly freeze?: FreezeView;
}

/** Answer of `GET /v1/approvals/{id}`: what the approvers are asked. */
export interface ApprovalView {
  readonly id: string;
  readonly run: string;
  readonly environment: string;
  /** `closed` when the run that asked has ended, or asks anew. */
  readonly state: "pending" | "approved" | "rejected" | "expired" | "closed";
  /** Why a person is asked, each reason in a sentence. */
  readonly reasons: readonly string[];
  /** Those who asked, and may not decide. */
  readonly requesters: readonly string[];
  /** Hash of the plan that the decision is about. */
  readonly changesHash: string;
  /** Seconds that the environment lives on, should it be approved; null when nobody has set an end, or it is removed. */
  readonly lifeSeconds?: number | null;
  /** What moved since the run asked about another plan; absent when it had not asked. */
  readonly moved?: readonly string[];
  /** RFC 3339. */
  readonly expiresAt: string;
  readonly by?: string;
  /** Whether who decided used a link, or called in their own name. */
  readonly via?: "link" | "api";
  readonly reason?: string;
}

/** Body of `POST /v1/approvals/{id}:approve` and `:reject`. */
export interface DecisionBody {
  /** Needed to reject. */
  readonly reason?: string;
  /** The plan that was looked at; another one is refused. */
  readonly changesHash?: string;
  /** E-mail address of who was given the link that was used; only the public door may say so. */
  readonly by?: string;
}

/** Body of `POST /v1/environments/{environment}:freeze`. */
export interface FreezeBody {
  readonly reason: string;
  /** How long, for example `8h`. */
  readonly duration: string;
}

/** Answer of `GET /v1/environments/{environment}`. */
export interface EnvironmentView {
  readonly environment: string;
  /** Newest first. */
  readonly runs: readonly RunView[];
  /** There when it was removed, and nothing of it stands; its records are kept. */
  readonly gone?: true;
  /** URL by which it is used; absent when it is not ready. */
  readonly url?: string;
  /** RFC 3339. */
  readonly readyAt?: string;
  readonly expiresAt?: string;
  readonly freeze?: FreezeView;
  /** The run that holds it, and changes it; absent when none does. Others wait for their turn meanwhile. */
  readonly holder?: HolderView;
  /** A rebuild that was begun and has not come to its end: what it has made stands beside what serves. */
  readonly unfinished?: UnfinishedRebuild;
  /** What a removal left to the sweep, and why; absent when nothing is left. */
  readonly remaining?: Readonly<Record<string, string>>;
  /** What failed in the last removal that left something: messages by step; absent when nothing did. */
  readonly unremoved?: Readonly<Record<string, string>>;
  /** What of it may still be billed: USD a day, by list price, by step; absent when nothing is. */
  readonly billed?: Readonly<Record<string, number>>;
  /** RFC 3339: when the sweep tries again. */
  readonly nextTryAt?: string;
}

/** Answer of `POST /v1/expiries`, which the sweep asks for: whose time is over. */
export interface Expiries {
  /** `expiry`: seconds since the epoch, as it was read. */
  readonly due: readonly { readonly environment: string; readonly expiry: number }[];
  /** Environments whose warning could not be published; it is tried again the next time. */
  readonly untold: readonly string[];
}

/** Answer, with status 200, to a scheduled request that is not carried out this time. */
export interface RequestSkipped {
  /** Why, in a sentence. */
  readonly skipped: string;
}

/** Who keeps an environment as it is, why and until when. */
export interface FreezeView {
  readonly reason: string;
  readonly by: string;
  /** RFC 3339. */
  readonly until: string;
}

/** How one step of a run stands. */
export interface StepView {
  readonly name: StepName;
  readonly title: string;
  /** `cancelled`: it was under way when its run was. */
  readonly state: "waiting" | "running" | "done" | "held" | "failed" | "cancelled";
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly expectedSeconds: number;
  /** USD a day by list price of what it keeps running; absent when that is nothing. */
  readonly costPerDay?: number;
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
  /** One word in capitals that programs read, for example `STALE_PLAN`. */
  readonly reason?: string;
  /** What supports the message, for example the last lines of a log. */
  readonly evidence?: readonly string[];
  /** With reason `BUSY`: who held the environment. */
  readonly holder?: HolderView;
}

/** A problem document (RFC 9457): the body of every refusal, with content type `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Run that holds the environment, with the path of its status. */
  readonly holder?: HolderView;
  /** With reason `FROZEN` or `FROZEN_FOR_LONGER`: who has frozen the environment. */
  readonly freeze?: FreezeView;
  /** With 400: fields of the body that are wrong, and what is wrong with each. */
  readonly fields?: readonly { readonly field: string; readonly says: string }[];
  /** Problems of the spec, each with its place. */
  readonly issues?: readonly {
    readonly path: string;
    readonly line: number;
    readonly message: string;
    readonly fix?: string;
  }[];
}

/** Who holds an environment. */
export interface HolderView {
  readonly run: string;
  /** Path of its status. */
  readonly status: string;
  readonly requestedBy: string;
  readonly why: string;
  /** RFC 3339. */
  readonly since: string;
  /** Seconds that its run is expected to take in all. */
  readonly expectedSeconds?: number;
}
