import { toDuration } from "../spec/duration.ts";
import { canonicalJson } from "../spec/names.ts";
import type { PolicySpec, Spec, TicketSpec, WebhookSpec } from "../spec/schema.ts";
import type { ApprovalPolicy } from "./approval.ts";
import type { FieldChange } from "./change.ts";

/** The part of a spec that says who must be asked, who is told, and what is kept: what a requester may not loosen alone. */
export interface Terms {
  /** When a person is asked first; absent in a plan that changes nothing. */
  readonly approval?: ApprovalPolicy;
  /** How long the environment lives once it is ready; absent when it is kept. */
  readonly timeToLiveSeconds?: number;
  /** When it is rebuilt without anybody asking, and how much of it; absent when it is not. */
  readonly rebuild?: PolicySpec["rebuild"];
  /** Whether whatever removes the environment or loses its data is refused. */
  readonly protect?: boolean;
  /** Whom the environment's events and approval links are told. */
  readonly webhook?: WebhookSpec;
  /** By which systems ask, and say on whose behalf. */
  readonly tickets?: readonly TicketSpec[];
}

/** The terms of a spec. */
export function termsOf({ policy, notify, tickets }: Pick<Spec, "policy" | "notify" | "tickets">): Terms {
  const { approval, timeToLiveSeconds, rebuild, protect } = policy;
  return { approval, timeToLiveSeconds, rebuild, protect, webhook: notify.webhook, tickets };
}

/** The terms of a stored spec that cannot be read any more: it is mended with somebody's leave, whatever it said. */
export const unreadableTerms: Terms = { approval: { when: ["always"], approvers: [], timeoutSeconds: 7 * 86_400 } };

/**
 * The policy that judges a request: it asks whenever the stored or the new one would. Who decides is never taken from a spec
 * that has not been let through itself: where the stored terms guard anything, those decide whom they name, and when they
 * name nobody, anybody who may and did not ask. The new spec names them for a first build, and where nothing was guarded.
 * Undefined when there is neither policy.
 */
export function stricterOf(terms: Terms | undefined, asked: ApprovalPolicy | undefined): ApprovalPolicy | undefined {
  const stored = terms?.approval;
  if (!stored || !asked) return stored ?? asked;
  const limits = [stored, asked].flatMap(({ costPerDay }) => costPerDay ?? []);
  const timeouts = stored.when.length > 0 ? [stored.timeoutSeconds, asked.timeoutSeconds] : [asked.timeoutSeconds];
  return {
    when: [...new Set([...stored.when, ...asked.when])],
    ...(limits.length > 0 && { costPerDay: Math.min(...limits) }),
    approvers: isGuarded(terms) ? stored.approvers : asked.approvers,
    timeoutSeconds: Math.min(...timeouts),
  };
}

/** Whether somebody else has a say in anything, be it only in lifting the protection. */
function isGuarded({ approval = askNobody, protect }: Terms): boolean {
  return approval.when.length > 0 || approval.approvers.length > 0 || protect === true;
}

interface Rule {
  readonly path: string;
  /** What is compared. */
  readonly of: (terms: Terms) => unknown;
  /** What people are shown of it; the same unless given. */
  readonly show?: (terms: Terms) => unknown;
  /** Whether a difference lets more happen unasked; any does unless given. */
  readonly isLooser?: (stored: ApprovalPolicy, asked: ApprovalPolicy, terms: Terms) => boolean;
}

const askNobody: ApprovalPolicy = { when: [], approvers: [], timeoutSeconds: 0 };

/**
 * What a schedule asks for is judged each time that it does, and by whom it was set; what it costs is a loss of rows, which is
 * judged as such when it is set.
 */
const isJudgedItself = () => false;

const rules: readonly Rule[] = [
  {
    path: "policy.protect",
    of: ({ protect }) => protect === true,
    isLooser: (_stored, _asked, terms) => terms.protect === true,
  },
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
    // Whoever is named, or not any more, decides otherwise about all that follows: there is no stricter here.
    of: ({ approval }) => approval && [...approval.approvers].sort(),
  },
  {
    path: "policy.approval.timeout",
    of: ({ approval }) => approval && toDuration(approval.timeoutSeconds),
    isLooser: ({ when, timeoutSeconds }, asked) => when.length > 0 && asked.timeoutSeconds > timeoutSeconds,
  },
  { path: "policy.timeToLive", of: ({ timeToLiveSeconds }) => timeToLiveSeconds && toDuration(timeToLiveSeconds) },
  { path: "policy.rebuild.schedule", of: ({ rebuild }) => rebuild?.schedule, isLooser: isJudgedItself },
  { path: "policy.rebuild.timeZone", of: ({ rebuild }) => rebuild?.timeZone, isLooser: isJudgedItself },
  { path: "policy.rebuild.level", of: ({ rebuild }) => rebuild?.level, isLooser: isJudgedItself },
  { path: "policy.rebuild.finishBy", of: ({ rebuild }) => rebuild?.finishBy, isLooser: isJudgedItself },
  { path: "policy.rebuild.missed", of: ({ rebuild }) => rebuild?.missed, isLooser: isJudgedItself },
  {
    path: "notify.webhook",
    of: ({ webhook }) => webhook,
    // What follows the path may be a key.
    show: ({ webhook }) => webhook && { ...webhook, url: webhook.url.replace(/\?.*/s, "?…") },
  },
  { path: "tickets", of: ({ tickets = [] }) => tickets },
];

/**
 * Why somebody must be asked about a life that a request gives beside its spec, in a sentence: where it is longer than the
 * spec's, it is judged as that spec would be with such a life. Empty when it is not longer, or nobody has a say in anything.
 *
 * @param terms of the stored spec; of the new one where none is stored
 */
export function reasonsToOutlive(terms: Terms, seconds: number | undefined): readonly string[] {
  const { timeToLiveSeconds: own } = terms;
  if (seconds === undefined || own === undefined || seconds <= own || !isGuarded(terms)) return [];
  return [`it is to live longer than its spec says: ${toDuration(own)} → ${toDuration(seconds)}`];
}

/** Where new terms differ from the stored ones, be they looser or stricter. */
export function termChanges(stored: Terms, asked: Terms): readonly FieldChange[] {
  return changesBy(differing(stored, asked), stored, asked);
}

/** Where new terms are looser than the stored ones; empty when they are as strict. */
export function loosenings(stored: Terms, asked: Terms): readonly FieldChange[] {
  const looser = differing(stored, asked).filter(({ isLooser = () => true }) =>
    isLooser(stored.approval ?? askNobody, asked.approval ?? askNobody, stored),
  );
  return changesBy(looser, stored, asked);
}

function differing(stored: Terms, asked: Terms): readonly Rule[] {
  return rules.filter(({ of }) => canonicalJson([of(stored)]) !== canonicalJson([of(asked)]));
}

function changesBy(some: readonly Rule[], stored: Terms, asked: Terms): readonly FieldChange[] {
  return some.map(({ path, of, show = of }) => ({ path, from: show(stored), to: show(asked) }));
}

/**
 * Why somebody must be asked about looser terms, each reason in a sentence. Protection is never lifted by one person alone;
 * the rest is guarded where the stored spec has anybody asked about anything, lifting its protection included.
 */
export function reasonsToKeep(stored: Terms, looser: readonly FieldChange[]): readonly string[] {
  return looser.flatMap(({ path }) => {
    if (path === "policy.protect") return ["its protection is lifted"];
    return isGuarded(stored) ? [`${path} of its spec is changed`] : [];
  });
}
