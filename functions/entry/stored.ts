import type { Digest } from "../../plan/digest.ts";
import type { Generations, Level, SpentGeneration } from "../../plan/generation.ts";
import type { Life } from "../../plan/life.ts";
import type { Plan, PlanStep } from "../../plan/plan.ts";
import type { StepName } from "../../plan/step.ts";
import type { RebuildOutcome, RequestAccepted } from "../api.ts";
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
  readonly level: Level;
  /** With `plan`: what is planned. */
  readonly of?: "up" | "rebuild" | "down";
  /** E-mail address of the caller, as Google verified it. */
  readonly requestedBy: string;
  /** Who asked the system that called, as its signed message says. */
  readonly onBehalfOf?: string;
  readonly ticket?: string;
  readonly reason?: string;
  /** SHA-256 of the request's body: the same key with another body is refused. */
  readonly bodyHash: string;
  /** Absent for a sweep. Of a rebuild that has begun, that of the spec which was the environment's by then. */
  readonly planHash?: string;
  /** Hash of the observed plan that is to be carried out, and no other. */
  readonly changesHash?: string;
  /** What to do while another run holds the environment. */
  readonly onBusy: "queue" | "join" | "fail";
  /** Text of the spec that is asked for; it becomes the environment's when the run holds the lock. */
  readonly spec?: string;
  /** Text of the spec that everything else was planned by, as it was then; of a rebuild that has begun, as it was when it did. */
  readonly plannedBy?: string;
  /** Seconds that the environment lives once it is ready, instead of what its spec says. */
  readonly timeToLiveSeconds?: number;
  /** Whoever asked says that nothing protects the environment, where its spec does not tell. */
  readonly unprotected?: true;
  /** Generation of the teardown that a sweep found: another one by now means that there is nothing to do. */
  readonly teardown?: string;
  /** Seconds since the epoch at which the environment expires, as the sweep read it; another one by now means likewise. */
  readonly expiry?: number;
  /** Seconds since the epoch for which a schedule asked for it. */
  readonly scheduledAt?: number;
  /** Seconds since the epoch after which it does not begin any more, whatever it waited for. */
  readonly startBy?: number;
  /** How many executions have been started for it: one, and one for each time that it was resumed. */
  readonly attempt: number;
  /** What serves afterwards; decided when the run held the lock for the first time. */
  readonly target?: Generations;
  /** Run that had made the environment ready by then; null when none had. */
  readonly after?: string | null;
  /** Of an `up`: run whose spec the environment's was by then; null when none was noted. */
  readonly specBefore?: string | null;
  /** Run that was open and asked for the very same: it does what was asked here, and no execution is started. */
  readonly joined?: string;
  /** E-mail addresses of those whose identical requests joined this one: they have asked for it as well. */
  readonly joinedBy?: readonly string[];
  /** E-mail addresses of those who resumed it, one for each attempt after the first. */
  readonly resumedBy?: readonly string[];
  /** Absent until the execution has been started, or has claimed the request. */
  readonly execution?: string;
}

/** `plans/{changesHash}.json`: what a run would do, as it was observed. */
export type StoredDigest = Digest;

/** `approvals/{id}.json`: a question to the approvers, and the answer. */
export interface StoredApproval {
  readonly id: string;
  readonly run: string;
  readonly environment: string;
  readonly changesHash: string;
  /** Why a person is asked, each reason in a sentence. */
  readonly reasons: readonly string[];
  /** Those who may not decide: whoever asked. */
  readonly requesters: readonly string[];
  /** Who may decide, as `user:…`; anybody who may use the installation when empty. */
  readonly approvers: readonly string[];
  /** Seconds that the environment lives on, should it be approved; null when nobody has set an end, or it is removed. */
  readonly lifeSeconds?: number | null;
  /** What moved since the run asked about another plan; absent when it had not asked. */
  readonly moved?: readonly string[];
  /** URL of the Workflows callback that wakes the execution up. */
  readonly callback: string;
  /** Seconds since the epoch. */
  readonly askedAt: number;
  readonly expiresAt: number;
  /** Which of the run's executions asks: what one asked is closed when it ends, and another asks anew. */
  readonly attempt?: number;
  /** RFC 3339: since when nobody waits for the answer any more. */
  readonly closedAt?: string;
  readonly decision?: Decision;
}

/** How an approval was decided. */
export interface Decision {
  readonly state: "approved" | "rejected";
  /** E-mail address. */
  readonly by: string;
  readonly reason?: string;
  /** Whether whoever decided was known by a link or to Google; absent in what was decided before that was noted. */
  readonly via?: "link" | "api";
  /** RFC 3339, by Google's clock. */
  readonly at: string;
}

/** `environments/{environment}.json`: by which plans something of an environment may have been made; gone when it is. */
export interface StoredEnvironment extends Life {
  /** Hashes, the latest first. */
  readonly plans: readonly string[];
  /** What an unfinished rebuild is to end with, so that asking again goes on with it. */
  readonly target?: {
    readonly level: Level;
    readonly generations: Generations;
    /** There when the application was rebuilt since: what was made stands, the next run that builds all removes it. */
    readonly overtaken?: true;
  };
  /** What it was ready with last: where its rows are, whatever has become of its service since. */
  readonly serves?: Generations;
  /** The packed seed files that its database was ready with last: `seeds/<sha256>.tgz`. */
  readonly seed?: string;
  /** Hash of the plan that it was ready with last, which names where its rows are; absent where that was not noted yet. */
  readonly readyPlan?: string;
  /** The highest numbers of generations that any run has begun to make. */
  readonly made?: Generations;
  /** What has served, or never has, and may go without anybody being asked again. */
  readonly spent?: readonly SpentGeneration[];
  /**
   * Record of the first run that may have made something; null while every run so far failed to enable its APIs, absent
   * where an earlier version has not noted it.
   */
  readonly begunBy?: string | null;
  /** Run that began to take it down; there until an `up` begins, for no rebuild brings it back. */
  readonly removedBy?: string;
  /** Which warnings of its end were given. */
  readonly warned?: readonly string[];
  /** The schedule of rebuilds in its spec, by its SHA-256, and the runs that set it and have changed it: who asked for those asks by it. */
  readonly scheduledBy?: { readonly schedule: string; readonly runs: readonly string[] };
  /** The last extensions of its life, by the ids of their records, so that none counts twice. */
  readonly extensions?: readonly string[];
  /** Ticket that asked for it, which hears of its end. */
  readonly ticket?: string;
  /** Run that made it ready, and the URL that it is used by. */
  readonly readyRun?: string;
  readonly url?: string;
  /** The last `up` that has begun, whose spec the environment's is; absent where that was not noted yet. */
  readonly specBy?: string;
}

/** `freezes/{environment}.json`: nobody changes the environment until then. */
export interface StoredFreeze {
  readonly environment: string;
  readonly reason: string;
  readonly by: string;
  /** Seconds since the epoch. */
  readonly since: number;
  readonly until: number;
}

/** `locks/{environment}.json`: which execution may change the environment. */
export interface StoredLock {
  readonly execution: string;
  readonly run: string;
  readonly requestedBy: string;
  readonly why: string;
  /** Seconds since the epoch, by the workflow's clock. */
  readonly since: number;
  /** Seconds that its run is expected to take. */
  readonly expectedSeconds?: number;
}

/** `open/{environment}.json`: runs that have not ended, as far as is known, in the order in which they were asked for. */
export interface StoredOpenRuns {
  readonly runs: readonly string[];
}

/** `queues/{environment}.json`: who waits for the lock, first come first. */
export interface StoredQueue {
  readonly waiting: readonly { readonly run: string; readonly execution: string; readonly since: number }[];
}

/** `chains/{environment}.json`: the records of an environment in their order, with the SHA-256 of each one's text. */
export interface StoredChain {
  readonly records: readonly { readonly record: string; readonly sha256: string }[];
  /** The last of them in whole: it is written under its own name after it has its place, and once. */
  readonly tail?: RunRecord | ChangeRecord;
}

/** `runs/{environment}/{run}.json`: what a run did. */
export interface RunRecord {
  readonly run: Run;
  readonly execution: string;
  readonly requestedBy: string;
  readonly onBehalfOf?: string;
  /** Those whose identical requests joined it. */
  readonly joinedBy?: readonly string[];
  /** Who resumed it; absent in the record of the first attempt. */
  readonly resumedBy?: string;
  readonly ticket?: string;
  /** Why whoever asked for it did. */
  readonly reason?: string;
  /** E-mail address of who cancelled it; absent where that was done at Google. */
  readonly cancelledBy?: string;
  readonly result: RunResult;
  readonly reports: Readonly<Record<string, StepReport>>;
  /** The plan as it was observed before anything was changed. */
  readonly changesHash?: string;
  readonly approval?: Pick<StoredApproval, "id" | "reasons"> & Decision;
  /** The environment's record before this one and the SHA-256 of its text; absent in the first. */
  readonly previous?: PreviousRecord;
}

/** The record before another one in its environment's chain. */
export interface PreviousRecord {
  readonly object: string;
  readonly sha256: string;
}

/** `runs/{environment}/change-….json`: what somebody decided about an environment outside its runs. */
export interface ChangeRecord {
  readonly change: "freeze" | "unfreeze" | "extend";
  readonly environment: string;
  /** E-mail address of the caller, as Google verified it. */
  readonly requestedBy: string;
  readonly reason?: string;
  /** Seconds since the epoch, by Google's clock. */
  readonly at: number;
  /** When the freeze, or the environment's life, ends from then on. */
  readonly until?: number;
  readonly previous?: PreviousRecord;
}

/** `requests/change-….json`: what somebody asked of an environment outside its runs, under one key, and is to be done. */
export interface StoredChange extends Omit<ChangeRecord, "environment" | "previous"> {
  /** Id of its record. */
  readonly id: string;
  /** The environment. */
  readonly of: string;
  /** SHA-256 of what was asked: the same key with something else is refused. */
  readonly bodyHash: string;
  /** By how many seconds a life is extended. */
  readonly seconds?: number;
  /** Generation of the freeze that is ended. */
  readonly generation?: string;
  /** Whether all of it is done, so that asking again does nothing. */
  readonly isDone?: true;
}

/** `teardowns/{environment}.json`: what a removal left to the sweep. */
export interface StoredTeardown {
  readonly environment: string;
  readonly run: string;
  /** Seconds since the epoch: when the first and the last run that tried have ended, and when the next one begins. */
  readonly since: number;
  readonly triedAt: number;
  readonly nextTryAt: number;
  /** Reasons by step. */
  readonly remaining: Readonly<Record<string, string>>;
  /** What failed in the last run that tried: messages by step. */
  readonly failures?: Readonly<Record<string, string>>;
  /** What may still be billed of it, by list price: USD a day by step. */
  readonly billed?: Readonly<Record<string, number>>;
  /** What the last run that tried has changed, or tried to: each as `delete <resource>`. */
  readonly tried?: readonly string[];
}

/** An operation that a step waited for; one without an end was still under way when the run was cancelled. */
export interface ReportedOperation extends Pick<PendingOperation, "name"> {
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** What a run's execution gives, or raises when it failed. Times are seconds since the epoch. */
export interface RunResult {
  readonly run: string;
  readonly environment: string;
  readonly action: Run["action"];
  readonly state: "succeeded" | "remaining" | "failed" | "rejected" | "cancelled";
  /** By step, or `workflow`. */
  readonly failures: Readonly<Record<string, StepFailure>>;
  readonly remaining: Readonly<Record<string, string>>;
  /** When the sweep tries again to remove what remains; absent when nothing does. */
  readonly nextTryAt?: number;
  /** What a removal found under our names that is somebody else's, and what stays at Google's for good: in sentences. */
  readonly left?: readonly string[];
  readonly degraded?: readonly string[];
  /** Why there was nothing to do, in a sentence: what a sweep found was not there any more, or somebody else is at it. */
  readonly skipped?: readonly string[];
  /** With a rebuild, as the record has it: what came of it, and how many minutes one like it usually takes. */
  readonly outcome?: RebuildOutcome;
  readonly usualMinutes?: number;
  readonly outputs: Partial<Record<StepName, Readonly<Record<string, unknown>>>>;
  /** What the execution alone tells, in its result and its last event: the record of the run, by its hash. */
  readonly record?: RecordHead;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** A record by the id that it has in its environment's chain, and the SHA-256 of its text. */
export interface RecordHead {
  readonly id: string;
  readonly sha256: string;
}

/** How the workflow tells a step's failure. */
export interface StepFailure {
  readonly code?: string | number;
  readonly message?: string;
  readonly details?: readonly Readonly<Record<string, unknown>>[];
}

/** How a step ended, as the workflow gathered it; of a run that was cancelled, as far as the workflow's log told it. */
export interface StepReport {
  /** `cancelled`: it was under way when the run was. */
  readonly state: "done" | "held" | "failed" | "cancelled";
  readonly reason?: string;
  readonly changes?: StepResponse<object>["changes"];
  readonly operations?: readonly ReportedOperation[];
  readonly startedAt: number;
  readonly endedAt: number;
}
