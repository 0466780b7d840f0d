import type { EnvironmentView } from "../../functions/api.ts";
import type { Place } from "../installation.ts";
import { commandLine } from "./command-line.ts";
import { renderRuns } from "./runs.ts";
import { renderFreeze } from "./standing.ts";
import { formatEnd, formatTime } from "./time.ts";

/** How many runs a person is shown. */
const shownRuns = 5;

/**
 * How an environment stands: URL, life, freeze, what remains, and its last runs.
 *
 * @param now RFC 3339, by Google's clock; that of the newest run when omitted
 */
export function renderStatus(view: EnvironmentView, place: Place, now = view.runs[0]?.readAt): string[] {
  const { environment, url, readyAt, expiresAt, freeze, remaining, nextTryAt, runs, gone } = view;
  const since = readyAt ? ` (since ${formatTime(readyAt)})` : "";
  return [
    `${environment}: ${url ?? (gone ? "gone; its records are kept" : "not ready")}${url ? since : ""}`,
    ...(expiresAt ? [`  lives until ${formatEnd(expiresAt, now)}`] : []),
    ...(expiresAt ? [`    longer: ${commandLine(place, "extend", environment, "--by", "24h")}`] : []),
    ...(freeze ? renderFreeze(freeze, { environment, place, now }) : []),
    ...(remaining ? renderRemaining({ remaining, nextTryAt }, place, now) : []),
    ...(runs.length > 0 ? ["", ...renderRuns(runs.slice(0, shownRuns))] : []),
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
    `    finish it: ${commandLine(place, "sweep")}`,
  ];
}
