import type * as z from "zod";
import { type EnvironmentFile, environmentSchema } from "./schema.ts";

/** A file whose wrong parts were left out, so that the rest can be checked as well. */
export interface Repaired {
  readonly file: EnvironmentFile;
  /** Paths that were left out or filled in: nothing is to be said about what is there now. */
  readonly changed: readonly (readonly PropertyKey[])[];
}

/** Stands in for what a file must have and has not, or has wrongly. */
const placeholder = {
  apiVersion: "alloyrun/v1",
  kind: "Environment",
  metadata: { name: "environment" },
  spec: { project: "project", region: "us-central1", database: { seed: { directory: "." } }, service: {} },
};

/**
 * Leaves the wrong parts of a file out and fills in what is missing then. A part that does not do without what was left
 * out of it is left out as a whole, and so on upwards.
 *
 * @returns undefined when that does not give a file of the right shape
 */
export function repair(value: unknown, issues: readonly z.core.$ZodIssue[]): Repaired | undefined {
  return isRecord(value) ? repairWithout(value, issues.flatMap(wrongPaths)) : undefined;
}

/** Ends, because each time round it leaves out more: a part above one that is gone already, or another one. */
function repairWithout(value: unknown, wrong: readonly (readonly PropertyKey[])[]): Repaired | undefined {
  const copy: unknown = structuredClone(value);
  for (const path of wrong) leaveOut(copy, path);
  const filled = fillIn(copy, placeholder);
  const isApplicationWrong = wrong.some(([top, section, key]) => isApplication(top, section, key));
  const parsed = environmentSchema.safeParse(isApplicationWrong ? fillIn(filled, anyApplication) : filled);
  const changed = isApplicationWrong ? [...wrong, ["spec", "service"]] : wrong;
  if (parsed.success) return { file: parsed.data, changed };
  const more = parsed.error.issues.flatMap(wrongPaths).map((path) => outermostMissing(path, wrong));
  return more.some((path) => path.length === 0) ? undefined : repairWithout(value, [...wrong, ...more]);
}

/** What is to be left out for a second complaint: the part itself, or the one above when it has been left out already. */
function outermostMissing(
  path: readonly PropertyKey[],
  wrong: readonly (readonly PropertyKey[])[],
): readonly PropertyKey[] {
  const isGone = wrong.some((left) => left.length === path.length && isBelow(path, [left]));
  return isGone ? outermostMissing(path.slice(0, -1), wrong) : path;
}

/** Whether a path is about a part that was left out or invented to get this far. */
export function isBelow(path: readonly PropertyKey[], changed: readonly (readonly PropertyKey[])[]): boolean {
  return changed.some((part) => part.every((key, depth) => path[depth] === key));
}

const anyApplication = { spec: { service: { source: "." } } };

/** Whether a wrong part is, or holds, what says which application to run. */
function isApplication(top: PropertyKey | undefined, section?: PropertyKey, key?: PropertyKey): boolean {
  if (top !== "spec") return top === undefined;
  return section === undefined || (section === "service" && (key === undefined || key === "source" || key === "image"));
}

/** Paths to leave out; of a list the whole, since its elements have no meaning apart. */
function wrongPaths(issue: z.core.$ZodIssue): PropertyKey[][] {
  const list = issue.path.findIndex((key) => typeof key === "number");
  if (list !== -1) return [issue.path.slice(0, list)];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => [...issue.path, key]);
  return [[...issue.path]];
}

function leaveOut(value: unknown, [key, ...rest]: readonly PropertyKey[]): void {
  if (key === undefined || !isRecord(value)) return;
  if (rest.length > 0) leaveOut(value[String(key)], rest);
  else delete value[String(key)];
}

function fillIn(value: unknown, missing: unknown): unknown {
  if (value === undefined) return missing;
  if (!isRecord(value) || !isRecord(missing)) return value;
  return {
    ...value,
    ...Object.fromEntries(Object.entries(missing).map(([key, inner]) => [key, fillIn(value[key], inner)])),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
