import type { EnvironmentView } from "../../functions/api.ts";
import type { Place } from "../installation.ts";
import { commandLine, renderWay } from "./command-line.ts";
import { renderRuns } from "./runs.ts";
import { formatEnd, formatTime } from "./time.ts";

/** What telling how an environment stands needs beside it. */
export interface StatusContext {
  readonly place: Place;
  /** RFC 3339, by Google's clock; that of the newest run when omitted. */
  readonly now?: string;
  /** How many of its last runs are listed; 3 when omitted. */
  readonly shownRuns?: number;
}

/** How an environment stands: URL, life, freeze, what remains, and its last runs. */
export function renderStatus(view: EnvironmentView, context: StatusContext): string[] {
  const { environment, url, readyAt, expiresAt, freeze, remaining, runs } = view;
  const { place, now = runs[0]?.readAt, shownRuns = 3 } = context;
  const way = (label: string, ...words: readonly string[]) => renderWay(label, commandLine(place, ...words), "    ");
  const listed = runs.slice(0, shownRuns);
  return [
    `${environment}: ${url ?? "not ready"}`,
    ...(url && readyAt ? [`  since ${formatTime(readyAt)}`] : []),
    ...(expiresAt ? [`  lives until ${formatEnd(expiresAt, now)}`] : []),
    ...(expiresAt ? way("longer", "extend", environment, "--by", "24h") : []),
    ...(freeze
      ? [`  frozen until ${formatEnd(freeze.until, now)} by ${freeze.by}`, `    because: ${freeze.reason}`]
      : []),
    ...(freeze ? way("end it", "unfreeze", environment) : []),
    ...(remaining ? renderRemaining(remaining, place) : []),
    ...(listed.length > 0 ? ["", ...renderRuns(listed)] : []),
    ...(listed.length > 0 && runs.length > listed.length ? way("more", "runs", environment) : []),
  ];
}

function renderRemaining(remaining: Readonly<Record<string, string>>, place: Place): string[] {
  return [
    "  nothing that is billed is left; Google still holds:",
    ...Object.entries(remaining).map(([step, reason]) => `    ${step}: ${reason}`),
    ...renderWay("finish it", commandLine(place, "sweep"), "    "),
  ];
}
