import { readFileSync, writeFileSync } from "node:fs";
import type { Boundary } from "./boundary.ts";

const file = new URL("recorded.json", import.meta.url);

/**
 * The calls of an undisturbed run as its log last told them, from which the quick sample deals its cases. The long suite
 * compares them with the log of its own.
 */
export function recordedBoundaries(): readonly Boundary[] {
  return JSON.parse(readFileSync(file, "utf8")) as readonly Boundary[];
}

/** Replaces what is recorded. */
export function recordBoundaries(boundaries: readonly Boundary[]): void {
  const lines = boundaries.map((boundary) => `  ${JSON.stringify(boundary)}`);
  writeFileSync(file, `[\n${lines.join(",\n")}\n]\n`);
}

/** Which calls those are, however often and in which order they come, for some come beside each other. */
export function callsOf(boundaries: readonly Boundary[]): string[] {
  return [...new Set(boundaries.map(({ action, caller, method }) => `${action} ${caller} ${method}`))].sort();
}
