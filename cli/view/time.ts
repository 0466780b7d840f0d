import { formatDuration, secondsBetween } from "./duration.ts";

/** An RFC 3339 time as people read it, to the minute: `2030-01-01 06:00 UTC`. */
export function formatTime(time: string): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A time still to come with how far it is, by the clock that was read with it: `2030-01-01 06:00 UTC (in 2 h)`. */
export function formatEnd(time: string, now: string | undefined): string {
  if (now === undefined) return formatTime(time);
  const left = secondsBetween(now, time);
  return `${formatTime(time)} (${left > 0 ? `in ${formatSpan(left)}` : "now"})`;
}

/** A long time in its two largest units: `2 d 3 h`. */
function formatSpan(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  if (hours < 48) return formatDuration(seconds);
  const rest = hours % 24 === 0 ? "" : ` ${hours % 24} h`;
  return `${Math.floor(hours / 24)} d${rest}`;
}
