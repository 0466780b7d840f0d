import type { EnvironmentView } from "../../functions/api.ts";
import type { Place } from "../installation.ts";
import { commandLine } from "./command-line.ts";
import { renderRuns } from "./runs.ts";
import { formatEnd, formatTime } from "./time.ts";

/** How many runs a person is shown. */
const shownRuns = 5;

/**
 * How an environment stands: URL, life, freeze, what remains, and its last runs.
 *
 * @param now RFC 3339, by Google's clock; that of the newest run when omitted
 */
export function renderStatus(view: EnvironmentView, place: Place, now = view.runs[0]?.readAt): string[] {
  const { environment, url, readyAt, expiresAt, freeze, remaining, nextTryAt, runs } = view;
  const since = readyAt ? ` (since ${formatTime(readyAt)})` : "";
  return [
    `${environment}: ${url ?? "not ready"}${url ? since : ""}`,
    ...(expiresAt ? [`  lives until ${formatEnd(expiresAt, now)}`] : []),
    ...(expiresAt ? [`    longer: ${commandLine(place, "extend", environment, "--by", "24h")}`] : []),
    ...(freeze
      ? [`  frozen until ${formatEnd(freeze.until, now)} by ${freeze.by}`, `    because: ${freeze.reason}`]
      : []),
    ...(freeze ? [`    end it: ${commandLine(place, "unfreeze", environment)}`] : []),
    ...(remaining ? renderRemaining(remaining, { place, nextTryAt, now }) : []),
    ...(runs.length > 0 ? ["", ...renderRuns(runs.slice(0, shownRuns))] : []),
  ];
}

interface NextTry {
  readonly place: Place;
  readonly nextTryAt?: string;
  readonly now?: string;
}

function renderRemaining(remaining: Readonly<Record<string, string>>, { place, nextTryAt, now }: NextTry): string[] {
  return [
    "  nothing that is billed is left; Google still holds:",
    ...Object.entries(remaining).map(([step, reason]) => `    ${step}: ${reason}`),
    ...(nextTryAt ? [`    next try: ${formatEnd(nextTryAt, now)}`] : []),
    `    finish it: ${commandLine(place, "sweep")}`,
  ];
}
