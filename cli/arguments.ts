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
