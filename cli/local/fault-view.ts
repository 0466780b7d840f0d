import { formatDuration } from "../view/duration.ts";

/** A plan as the local Google Cloud shows it. */
export interface ShownPlan {
  readonly faults: readonly ShownFault[];
  readonly rates: readonly { id: string; project: string; match: string; perMinute: number }[];
  readonly limits: readonly { id: string; project: string; metric: string; limit: number }[];
  readonly uses: readonly { id: string; matched: number; applied: number }[];
}

interface ShownFault {
  readonly id: string;
  readonly on: string;
  readonly match: string;
  readonly resource?: string;
  readonly caller?: string;
  readonly when?: { nth?: number; times?: number; share?: number; fromSeconds?: number; untilSeconds?: number };
  readonly effect: {
    readonly kind: string;
    readonly code?: string;
    readonly message?: string;
    readonly after?: boolean;
    readonly factor?: number;
    readonly seconds?: number;
  };
}

/** A plan in lines for people, one a rule. */
export function describePlan({ faults, rates, limits, uses }: ShownPlan): string[] {
  const lines = [
    ...faults.map((fault) => {
      const { matched = 0, applied = 0 } = uses.find(({ id }) => id === fault.id) ?? {};
      return `${fault.id}  ${describeFault(fault)}  (happened ${applied} of ${matched} times)`;
    }),
    ...rates.map(({ id, match, perMinute, project }) => `${id}  ${match}: ${perMinute} calls a minute in ${project}`),
    ...limits.map(({ id, metric, limit, project }) => `${id}  ${metric}: at most ${limit} in ${project}`),
  ];
  return lines.length > 0 ? lines : ["nothing is planned"];
}

function describeFault({ on, match, resource, caller, when, effect }: ShownFault): string {
  const about = [resource && `of ${resource}`, caller && `by ${caller}`].filter(Boolean).join(" ");
  return [`${on} ${match}`, about, describeTime(when), `→ ${describeEffect(effect)}`].filter(Boolean).join(" ");
}

function describeTime({ nth, times, share, fromSeconds, untilSeconds }: NonNullable<ShownFault["when"]> = {}): string {
  return [
    nth !== undefined && `number ${nth}`,
    share !== undefined && `${Math.round(share * 1000) / 10}%`,
    times !== undefined && `at most ${times} times`,
    fromSeconds !== undefined && `from ${formatDuration(fromSeconds)}`,
    untilSeconds !== undefined && `until ${formatDuration(untilSeconds)}`,
  ]
    .filter(Boolean)
    .join(", ");
}

function describeEffect({ kind, code, message, after, factor, seconds }: ShownFault["effect"]): string {
  const late = after ? " after its effect" : "";
  switch (kind) {
    case "error":
      return `${code}${message ? ` "${message}"` : ""}${late}`;
    case "close":
      return `connection closed${late}`;
    case "timeout":
      return `no answer${seconds === undefined ? "" : ` for ${formatDuration(seconds)}`}${late}`;
    case "never":
      return "never ends";
    default:
      return ["slow", factor && `${factor}×`, seconds && `+${formatDuration(seconds)}`].filter(Boolean).join(" ");
  }
}
