import { InvalidArgumentError } from "commander";

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A port of an argument, 0 to 65535. @throws InvalidArgumentError */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new InvalidArgumentError("a port is 0 to 65535");
  return port;
}

/** How fast waiting passes: a factor from 1, or `max`. @throws InvalidArgumentError */
export function parsePace(text: string): number | "max" {
  if (text === "max") return text;
  const factor = Number(text);
  if (text.trim() !== "" && factor >= 1 && Number.isFinite(factor)) return factor;
  throw new InvalidArgumentError("a pace is a factor from 1, or max");
}

/** An API's host with a port of its own. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** One `HOST=PORT`, added to those before it. @throws InvalidArgumentError */
export function parseListen(pair: string, before: readonly Listen[] = []): readonly Listen[] {
  const [host = "", port = ""] = pair.split("=", 2);
  if (host !== "" && port !== "") return [...before, { host, port: parsePort(port) }];
  throw new InvalidArgumentError("write HOST=PORT, for example alloydb.googleapis.com=8443");
}

/** Seconds of `90s`, `30m`, `2h`, `1d` or a chain such as `1h30m`. @throws InvalidArgumentError */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
    throw new InvalidArgumentError("write for example 90s, 30m or 1h30m");
  }
  return parts.reduce(
    (sum, [, number, unit]) => sum + Number(number) * unitSeconds[unit as keyof typeof unitSeconds],
    0,
  );
}

/** A duration as the request function takes it, for example `24h`. @throws InvalidArgumentError */
export function parseSpan(text: string): string {
  if (/^[1-9]\d{0,4}[smhd]$/.test(text)) return text;
  throw new InvalidArgumentError("write a number from 1 to 99999 with s, m, h or d, for example 24h");
}

/** The address of a person or service account, also written as policies name members. @throws InvalidArgumentError */
export function parseCaller(text: string): string {
  const email = text.replace(/^user:/, "");
  if (email !== "" && !email.includes(":")) return email;
  throw new InvalidArgumentError("write an e-mail address, for example bob@example.com");
}

/** A SHA-256 as this command line prints it. @throws InvalidArgumentError */
export function parseHash(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError("write all 64 digits, as they were printed");
}

/** Seconds since the epoch of a day (its beginning, UTC) or an RFC 3339 time. @throws InvalidArgumentError */
export function parseMoment(text: string): number {
  const isWritten = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const milliseconds = isWritten ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(milliseconds)) return milliseconds / 1000;
  throw new InvalidArgumentError("write a day such as 2030-01-31, or a time such as 2030-01-31T06:00:00Z");
}

/** The moment after which nothing counts: a day counts whole. @throws InvalidArgumentError */
export function parseEnd(text: string): number {
  return parseMoment(text) + (text.includes("T") ? 0 : unitSeconds.d);
}
