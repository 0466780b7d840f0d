import type { EnvironmentView } from "../../functions/api.ts";
import type { Place } from "../installation.ts";
import { renderUnready } from "./billed.ts";
import { commandLine, renderWay } from "./command-line.ts";
import { renderRuns } from "./runs.ts";
import { renderFreeze } from "./standing.ts";
import { formatEnd, formatTime } from "./time.ts";
import { renderOlder, renderUnfinished } from "./unfinished.ts";

/** What telling how an environment stands needs beside it. */
export interface StatusContext {
  readonly place: Place;
  /** RFC 3339, by Google's clock; that of the newest run when omitted. */
  readonly now?: string;
  /** How many of its last runs are listed; 3 when omitted. */
  readonly shownRuns?: number;
}

/** How an environment stands: URL, life, freeze, what is billed beside it, what remains, and its last runs. */
export function renderStatus(view: EnvironmentView, context: StatusContext): string[] {
  const { environment, url, readyAt, expiresAt, freeze, remaining, nextTryAt, runs, gone } = view;
  const { place, now = runs[0]?.readAt, shownRuns = 3 } = context;
  const way = (label: string, ...words: readonly string[]) => renderWay(label, commandLine(place, ...words), "    ");
  const listed = runs.slice(0, shownRuns);
  return [
    `${environment}: ${url ?? (gone ? "gone; its records are kept" : "not ready")}`,
    ...(url && readyAt ? [`  since ${formatTime(readyAt)}`] : []),
    ...(expiresAt ? [`  lives until ${formatEnd(expiresAt, now)}`] : []),
    ...(expiresAt ? way("longer", "extend", environment, "--by", "24h") : []),
    ...(freeze ? renderFreeze(freeze, { environment, place, now }) : []),
    ...renderUnready(view, place),
    ...renderUnfinished(view, place),
    ...renderOlder(view, place),
    ...(remaining ? renderRemaining({ remaining, nextTryAt }, place, now) : []),
    ...(listed.length > 0 ? ["", ...renderRuns(listed)] : []),
    ...(listed.length > 0 && runs.length > listed.length ? way("more", "runs", environment) : []),
  ];
}

function renderRemaining(
  { remaining = {}, nextTryAt }: Pick<EnvironmentView, "remaining" | "nextTryAt">,
  place: Place,
  now: string | undefined,
): string[] {
  return [
    "  nothing that is billed is left. Still held:",
    ...Object.entries(remaining).map(([step, reason]) => `    ${step}: ${reason}`),
    ...(nextTryAt ? [`    tried again at ${formatEnd(nextTryAt, now)}`] : []),
    ...renderWay("finish it", commandLine(place, "sweep"), "    "),
  ];
}
