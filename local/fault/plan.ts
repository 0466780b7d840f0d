import type { Code } from "../error.ts";
import type { JsonObject } from "../json.ts";

/** What is to go wrong in a local cloud: kept in its store, and told as one JSON file. */
export interface FaultPlan {
  readonly faults: readonly Fault[];
  readonly rates: readonly RateQuota[];
  readonly limits: readonly AllocationQuota[];
}

/** Something that goes wrong, with whom, when, and how. */
export interface Fault {
  readonly id: string;
  /** What it happens to: calls of methods, long-running operations, or requests to the URLs of services and functions. */
  readonly on: "call" | "operation" | "site";
  /**
   * A glob (`*` is any text, `?` any character). For calls over the full method name (`google.cloud.run.v2.*`), the
   * host, or `{host}/{method}`; for operations over `{host}`, `{kind}`, `{host}/{kind}` or `{host}/{kind}/{target}`;
   * for sites over the host or the URL without its query.
   */
  readonly match: string;
  /** A glob over the name of the resource that the call or the operation is about. */
  readonly resource?: string;
  /** A glob over the caller's e-mail. Without one, what the local cloud does for its own sake is left alone. */
  readonly caller?: string;
  readonly when?: FaultTime;
  readonly effect: FaultEffect;
}

/** Which of the matching events it happens to; all of these that are given must hold. */
export interface FaultTime {
  /** Only the n-th, counted from 1. */
  readonly nth?: number;
  /** A part of them, above 0 and up to 1, drawn from the cloud's seed. */
  readonly share?: number;
  /** How often at most. */
  readonly times?: number;
  /** Seconds of the clock after the fault was planned, from which and until which it may happen. */
  readonly fromSeconds?: number;
  readonly untilSeconds?: number;
}

/** How it goes wrong. */
export type FaultEffect = ErrorEffect | CloseEffect | TimeoutEffect | NeverEffect | SlowEffect;

/** A call or site answers with an error, an operation ends in one. */
export interface ErrorEffect {
  readonly kind: "error";
  readonly code: Code;
  readonly httpStatus?: number;
  /** Google's usual sentence for the code unless given. */
  readonly message?: string;
  /** `errors[].reason` of the older envelopes, for example `quotaExceeded`; for operations of Compute their error code. */
  readonly reason?: string;
  readonly details?: readonly JsonObject[];
  /** Whether the change is made all the same. */
  readonly after?: boolean;
}

/** The connection is closed instead of an answer. */
export interface CloseEffect {
  readonly kind: "close";
  /** Whether the change is made before. */
  readonly after?: boolean;
}

/** There is no answer. */
export interface TimeoutEffect {
  readonly kind: "timeout";
  /** Seconds of the clock after which DEADLINE_EXCEEDED is answered; until the caller gives up unless given. */
  readonly seconds?: number;
  /** Whether the change is made before. */
  readonly after?: boolean;
}

/** An operation never ends. */
export interface NeverEffect {
  readonly kind: "never";
}

/** It takes longer: so many times what was drawn (operations only), and so many seconds of the clock more. */
export interface SlowEffect {
  readonly kind: "slow";
  readonly factor?: number;
  readonly seconds?: number;
}

/** How many calls a minute of the clock a project may make of a group of methods. */
export interface RateQuota {
  readonly id: string;
  /** A glob over project ids; every project has an allowance of its own. */
  readonly project: string;
  /** A glob as for a fault on calls. */
  readonly match: string;
  readonly perMinute: number;
  /** As refusals name it. */
  readonly metric: string;
}

/** How much of something a project may have at once. */
export interface AllocationQuota {
  readonly id: string;
  /** A glob over project ids. */
  readonly project: string;
  /** A row of `allocations`. */
  readonly metric: string;
  readonly limit: number;
}
