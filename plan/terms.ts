import { toDuration } from "../spec/duration.ts";
import { canonicalJson } from "../spec/names.ts";
import type { Spec, TicketSpec, WebhookSpec } from "../spec/schema.ts";
import type { ApprovalPolicy } from "./approval.ts";
import type { FieldChange } from "./change.ts";

/** The part of a spec that says who must be asked, who is told, and what is kept: what a requester may not loosen alone. */
export interface Terms {
  /** When a person is asked first; absent in a plan that changes nothing. */
  readonly approval?: ApprovalPolicy;
  /** How long the environment lives once it is ready; absent when it is kept. */
  readonly timeToLiveSeconds?: number;
  /** Whether whatever removes the environment or loses its data is refused. */
  readonly protect?: boolean;
  /** Whom the environment's events and approval links are told. */
  readonly webhook?: WebhookSpec;
  /** By which systems ask, and say on whose behalf. */
  readonly tickets?: readonly TicketSpec[];
}

/** The terms of a spec. */
export function termsOf({ policy, notify, tickets }: Pick<Spec, "policy" | "notify" | "tickets">): Terms {
  const { approval, timeToLiveSeconds, protect } = policy;
  return { approval, timeToLiveSeconds, protect, webhook: notify.webhook, tickets };
}

/** The terms of a stored spec that cannot be read any more: it is mended with somebody's leave, whatever it said. */
export const unreadableTerms: Terms = { approval: { when: ["always"], approvers: [], timeoutSeconds: 7 * 86_400 } };

/**
 * The policy that judges a request: it asks whenever the stored or the new one would, and whom the stored one names
 * decides. Undefined when there is neither.
 */
export function stricterOf(stored: ApprovalPolicy | undefined, asked: ApprovalPolicy | undefined) {
  if (!stored || !asked) return stored ?? asked;
  const limits = [stored, asked].flatMap(({ costPerDay }) => costPerDay ?? []);
  const timeouts = stored.when.length > 0 ? [stored.timeoutSeconds, asked.timeoutSeconds] : [asked.timeoutSeconds];
  const stricter: ApprovalPolicy = {
    when: [...new Set([...stored.when, ...asked.when])],
    ...(limits.length > 0 && { costPerDay: Math.min(...limits) }),
    approvers: stored.approvers.length > 0 ? stored.approvers : asked.approvers,
    timeoutSeconds: Math.min(...timeouts),
  };
  return stricter;
}

interface Rule {
  readonly path: string;
  /** What is compared. */
  readonly of: (terms: Terms) => unknown;
  /** What people are shown of it; the same unless given. */
  readonly show?: (terms: Terms) => unknown;
  /** Whether a difference lets more happen unasked; any does unless given. */
  readonly isLooser?: (stored: ApprovalPolicy, asked: ApprovalPolicy) => boolean;
}

const askNobody: ApprovalPolicy = { when: [], approvers: [], timeoutSeconds: 0 };

const rules: readonly Rule[] = [
  {
    path: "policy.approval.when",
    of: ({ approval }) => approval?.when,
    isLooser: (stored, { when }) => !when.includes("always") && stored.when.some((kind) => !when.includes(kind)),
  },
  {
    path: "policy.approval.costPerDay",
    of: ({ approval }) => approval?.costPerDay,
    isLooser: (stored, asked) => stored.costPerDay !== undefined && (asked.costPerDay ?? 0) > stored.costPerDay,
  },
  {
    path: "policy.approval.approvers",
    of: ({ approval }) => approval?.approvers,
    isLooser: ({ approvers }, asked) =>
      approvers.length > 0 &&
      (asked.approvers.length === 0 || asked.approvers.some((person) => !approvers.includes(person))),
  },
  {
    path: "policy.approval.timeout",
    of: ({ approval }) => approval && toDuration(approval.timeoutSeconds),
    isLooser: ({ when, timeoutSeconds }, asked) => when.length > 0 && asked.timeoutSeconds > timeoutSeconds,
  },
  { path: "policy.timeToLive", of: ({ timeToLiveSeconds }) => timeToLiveSeconds && toDuration(timeToLiveSeconds) },
  {
    path: "notify.webhook",
    of: ({ webhook }) => webhook,
    // What follows the path may be a key.
    show: ({ webhook }) => webhook && { ...webhook, url: webhook.url.replace(/\?.*/s, "?…") },
  },
  { path: "tickets", of: ({ tickets = [] }) => tickets },
];

/** Where new terms are looser than the stored ones; empty when they are as strict. */
export function loosenings(stored: Terms, asked: Terms): readonly FieldChange[] {
  const isLifted = stored.protect === true && asked.protect !== true;
  const lifted = isLifted ? [{ path: "policy.protect", from: true, to: false }] : [];
  const others = rules.filter(({ of, isLooser = () => true }) => {
    const differ = canonicalJson([of(stored)]) !== canonicalJson([of(asked)]);
    return differ && isLooser(stored.approval ?? askNobody, asked.approval ?? askNobody);
  });
  return [...lifted, ...others.map(({ path, of, show = of }) => ({ path, from: show(stored), to: show(asked) }))];
}

/**
 * Why somebody must be asked about looser terms, each reason in a sentence. Protection is never lifted by one person alone;
 * the rest is guarded where the stored spec has anybody asked about anything, lifting its protection included.
 */
export function reasonsToKeep(stored: Terms, looser: readonly FieldChange[]): readonly string[] {
  const { when, approvers } = stored.approval ?? askNobody;
  const isGuarded = when.length > 0 || approvers.length > 0 || stored.protect === true;
  return looser.flatMap(({ path }) => {
    if (path === "policy.protect") return ["its protection is lifted"];
    return isGuarded ? [`${path} of its spec is changed`] : [];
  });
}
