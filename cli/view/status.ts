import type { EnvironmentView } from "../../functions/api.ts";
import { commandLine, type Place } from "../../spec/command-line.ts";
import { renderUnready } from "./billed.ts";
import { usd } from "./effects.ts";
import { renderRuns } from "./runs.ts";
import { renderFreeze } from "./standing.ts";
import { formatEnd, formatTime } from "./time.ts";
import { renderOlder, renderUnfinished } from "./unfinished.ts";
import { renderWay } from "./way.ts";

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
  const { environment, url, readyAt, expiresAt, freeze, remaining, runs, gone } = view;
  const { place, now = runs[0]?.readAt, shownRuns = 3 } = context;
  const way = (label: string, ...words: readonly string[]) => renderWay(label, commandLine(place, ...words), "    ");
  const listed = runs.slice(0, shownRuns);
  return [
    `${environment}: ${url ?? (gone ? "gone; its records are kept" : "not ready")}`,
    ...(url && readyAt ? [`  since ${formatTime(readyAt)}`] : []),
    ...(url && expiresAt ? [`  lives until ${formatEnd(expiresAt, now)}`] : []),
    ...(url && expiresAt ? way("longer", "extend", environment, "--by", "24h") : []),
    ...(freeze ? renderFreeze(freeze, { environment, place, now }) : []),
    ...renderUnready(view, place),
    ...renderUnfinished(view, place),
    ...renderOlder(view, place),
    ...(remaining ? renderRemaining(view, place, now) : []),
    ...(listed.length > 0 ? ["", ...renderRuns(listed)] : []),
    ...(listed.length > 0 && runs.length > listed.length ? way("more", "runs", environment) : []),
  ];
}

type Remainder = Pick<EnvironmentView, "environment" | "remaining" | "unremoved" | "billed" | "nextTryAt">;

function renderRemaining(
  { environment, remaining = {}, unremoved = {}, billed = {}, nextTryAt }: Remainder,
  place: Place,
  now: string | undefined,
): string[] {
  const cost = (step: string) => (billed[step] === undefined ? "" : ` (${usd(billed[step])} USD a day)`);
  const listed = (some: Readonly<Record<string, string>>) =>
    Object.entries(some).map(([step, reason]) => `    ${step}${cost(step)}: ${reason}`);
  const failed = listed(unremoved);
  const isBilled = failed.length > 0 || Object.keys(billed).length > 0;
  return [
    ...(failed.length > 0 ? ["  NOT all that is billed is gone. Could not be removed:", ...failed] : []),
    ...(isBilled ? renderWay("remove it", commandLine(place, "down", environment), "    ") : []),
    isBilled
      ? `  ${failed.length > 0 ? "" : "NOT all that is billed is gone. "}Still held:`
      : "  nothing that is billed is left. Still held:",
    ...listed(remaining),
    ...(nextTryAt ? [`    tried again at ${formatEnd(nextTryAt, now)}`] : []),
    ...renderWay("finish it", commandLine(place, "sweep"), "    "),
  ];
}
