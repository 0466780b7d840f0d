import { createHash } from "node:crypto";
import type { CallEntry, NumberedEntry } from "../../../local/journal.ts";

/** What is asked of the environment. */
export type Action = "up" | "rebuild" | "down";

/** A call that changes something, as one run made it. */
export interface Boundary {
  readonly action: Action;
  /** The part of the caller's e-mail before the `@`. */
  readonly caller: string;
  readonly method: string;
  /** Which of this caller's calls of this method in the run it is, from 1. */
  readonly nth: number;
  readonly resource: string;
}

/** Where a run is stopped. */
export interface Stop extends Pick<Boundary, "caller" | "method" | "nth"> {
  readonly when: "before" | "after";
  /** Whether the clock runs while the call is held. */
  readonly isPatient?: boolean;
}

/** What only looks. */
const reading =
  /\b(Get|List|Aggregated|Test|Wait|Search|Read|Fetch|Query|Lookup|Access|BatchGet|Check|Tail)\w*$|^(GET|HEAD) |QueryTestablePermissions/i;

/** Whether a call of this method changes something. */
export function hasEffect(method: string): boolean {
  return !reading.test(method.includes(" ") ? method : (method.split(".").at(-1) ?? ""));
}

/** The part of an e-mail before the `@`. */
export function nameOfCaller(email: string): string {
  return email.split("@")[0] ?? "";
}

/** Callers whose calls make up a run: the installation's accounts, and those of the environment that do its work. */
export function isOfRun(caller: string): boolean {
  return caller.startsWith("alloyrun-") || caller.endsWith("-seed");
}

/** Raw requests carry names of objects in their path, which differ from run to run. */
export function toMethod(method: string): string {
  return method.replace(/^(\w+ \/(?:upload\/)?storage\/v1\/b\/[^/]+\/o).*$/, "$1");
}

/** Every call with an effect that a run made, in the order in which they were answered. */
export function boundariesOf(action: Action, entries: readonly NumberedEntry[]): Boundary[] {
  const seen = new Map<string, number>();
  return entries.filter(isEffect).flatMap((entry) => {
    const [caller, method] = [nameOfCaller(entry.principal), toMethod(entry.method)];
    const nth = (seen.get(`${caller} ${method}`) ?? 0) + 1;
    seen.set(`${caller} ${method}`, nth);
    return entry.code === "OK" ? [{ action, caller, method, nth, resource: entry.resource ?? "" }] : [];
  });
}

/** What is refused for want of a permission has come to no handler. */
function isEffect(entry: NumberedEntry): entry is NumberedEntry & CallEntry {
  if (entry.kind !== "call" || entry.code === "PERMISSION_DENIED") return false;
  return isOfRun(nameOfCaller(entry.principal)) && hasEffect(entry.method);
}

/** A number from 0 up to 1 that a text decides. */
export function drawOf(...text: readonly (string | number)[]): number {
  return createHash("sha256").update(text.join("\n")).digest().readUInt32BE() / 2 ** 32;
}
