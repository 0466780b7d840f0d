import { readFile, writeFile } from "node:fs/promises";
import { parseDuration } from "../arguments.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { askAdmin } from "./admin.ts";
import { describePlan, type ShownPlan } from "./fault-view.ts";

/** Options of `alloyrun local fault add`. */
export interface FaultOptions {
  readonly on: "call" | "operation" | "site";
  readonly match: string;
  readonly error?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly close?: boolean;
  /** A duration, or `true` for no end. */
  readonly timeout?: string | true;
  readonly never?: boolean;
  /** A factor such as `3x`, or a duration. */
  readonly slow?: string;
  readonly after?: boolean;
  readonly nth?: number;
  readonly times?: number;
  readonly share?: number;
  /** Seconds. */
  readonly from?: number;
  readonly until?: number;
  readonly resource?: string;
  readonly caller?: string;
  readonly id?: string;
}

/** Plans a fault and prints its id. @throws Error when the options name no effect or several */
export function addFault(port: number | undefined, options: FaultOptions): Promise<ExitCode> {
  return loadPlan(port, { faults: [toFault(options)] });
}

/** The rule that the options of a command stand for, as plans have it. */
function toFault(options: FaultOptions): object {
  const { id, on, match, resource, caller, nth, times, share, from, until } = options;
  const when = { nth, times, share, fromSeconds: from, untilSeconds: until };
  const isTimed = Object.values(when).some((value) => value !== undefined);
  return { id, on, match, resource, caller, ...(isTimed ? { when } : {}), effect: toEffect(options) };
}

function toEffect({ error, message, reason, close, timeout, never, slow, after }: FaultOptions): object {
  const effects = [
    error === undefined ? [] : [{ kind: "error", code: error, message, reason, after }],
    close ? [{ kind: "close", after }] : [],
    timeout === undefined
      ? []
      : [{ kind: "timeout", ...(timeout === true ? {} : { seconds: parseDuration(timeout) }), after }],
    never ? [{ kind: "never" }] : [],
    slow === undefined ? [] : [{ kind: "slow", ...toSlowness(slow) }],
  ].flat();
  const [effect] = effects;
  if (effect && effects.length === 1) return effect;
  throw new Error("say one of --error, --close, --timeout, --never and --slow");
}

function toSlowness(text: string): { readonly factor: number } | { readonly seconds: number } {
  const factor = /^(\d+(?:\.\d+)?)x$/.exec(text)?.[1];
  return factor === undefined ? { seconds: parseDuration(text) } : { factor: Number(factor) };
}

/** Adds a plan and prints the ids of its rules. */
export async function loadPlan(port: number | undefined, plan: object): Promise<ExitCode> {
  const { ids }: { ids: string[] } = JSON.parse(await askAdmin({ port, method: "POST", page: "faults", body: plan }));
  process.stdout.write(ids.map((id) => `${id}\n`).join(""));
  return exitCodes.ok;
}

/** Prints what is planned, one line a rule. */
export async function listFaults(port: number | undefined): Promise<ExitCode> {
  const plan: ShownPlan = JSON.parse(await askAdmin({ port, page: "faults" }));
  process.stdout.write(
    describePlan(plan)
      .map((line) => `${line}\n`)
      .join(""),
  );
  return exitCodes.ok;
}

/** Takes one rule away, or all. */
export async function removeFaults(port: number | undefined, id?: string): Promise<ExitCode> {
  const page = id === undefined ? "faults" : `faults/${encodeURIComponent(id)}`;
  await askAdmin({ port, method: "DELETE", page });
  return exitCodes.ok;
}

/** Writes the plan as `importPlan` and `local start --faults` take it. */
export async function exportPlan(port: number | undefined, file: string | undefined): Promise<ExitCode> {
  const { uses: _, ...plan } = JSON.parse(await askAdmin({ port, page: "faults" }));
  const text = `${JSON.stringify(plan, null, 2)}\n`;
  if (file === undefined) process.stdout.write(text);
  else await writeFile(file, text);
  return exitCodes.ok;
}

/** Adds the plan of a file. */
export async function importPlan(port: number | undefined, file: string): Promise<ExitCode> {
  return await loadPlan(port, await readPlan(file));
}

/** The plan in a file. @throws Error when it is no JSON object */
export async function readPlan(file: string): Promise<object> {
  const plan: unknown = JSON.parse(await readFile(file, "utf8"));
  if (typeof plan !== "object" || plan === null) throw new Error(`${file} holds no fault plan`);
  return plan;
}
