import { fault } from "../fault.ts";
import { row } from "./function.ts";

/** `time.*` and `uuid.*` @see https://cloud.google.com/workflows/docs/reference/stdlib/time/format */
// biome-ignore format: a table
export const time = [
  row("time.format",   "seconds: number, timezone?: string", "string", ({ seconds, timezone = "UTC" }) => formatTime(Number(seconds), timezone)),
  row("time.parse",    "value: string",                      "double", ({ value }) => parseTime(value)),
  row("uuid.generate", "",                                   "string", (_, { effects }) => effects.uuid()),
];

const timestamp = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Seconds since the epoch of an RFC 3339 text, as a double (choice `time-as-double`).
 *
 * @throws WorkflowError ValueError
 */
export function parseTime(value: string): number {
  const [, whole, fraction = "", zone = ""] = timestamp.exec(value) ?? [];
  const ms = whole === undefined || !isOnCalendar(whole) ? Number.NaN : Date.parse(`${whole}${zone}`.toUpperCase());
  if (Number.isNaN(ms)) throw fault("ValueError", `'${value}' is not a timestamp`);
  return ms / 1000 + Number(`0${fraction}`);
}

/** Whether the day and the hour exist; JavaScript reads 30 February as 1 March. */
function isOnCalendar(dateTime: string): boolean {
  const ms = Date.parse(`${dateTime}Z`.toUpperCase());
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(dateTime.toUpperCase());
}

/** ISO 8601 text with six fractional digits and the zone's offset, `Z` for UTC. */
function formatTime(seconds: number, timezone: string): string {
  const micros = Math.round(seconds * 1e6);
  const ms = Math.floor(micros / 1000);
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) throw fault("ValueError", `${seconds} is not a time`);
  const offset = offsetOf(new Date(ms), timezone);
  const local = new Date(ms + offset.minutes * 60_000).toISOString().replace(/\.\d+Z$/, "");
  const fraction = String(((micros % 1e6) + 1e6) % 1e6).padStart(6, "0");
  return `${local}.${fraction}${offset.text}`;
}

function offsetOf(instant: Date, timezone: string): { readonly minutes: number; readonly text: string } {
  const format = zoneFormat(timezone);
  const name = format.formatToParts(instant).find((part) => part.type === "timeZoneName")?.value ?? "GMT";
  const [, sign, hours = "0", minutes = "0"] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
  const amount = Number(hours) * 60 + Number(minutes);
  if (amount === 0) return { minutes: 0, text: "Z" };
  return { minutes: sign === "-" ? -amount : amount, text: `${sign}${hours}:${minutes}` };
}

function zoneFormat(timezone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: timezone, timeZoneName: "longOffset" });
  } catch (cause) {
    throw fault("ValueError", `unknown time zone ${timezone}`, { cause });
  }
}
