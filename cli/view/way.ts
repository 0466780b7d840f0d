import { usualColumns } from "./wrap.ts";

/** A way forward in one line, or the command in a line of its own where both are too long for a screen. */
export function renderWay(label: string, command: string, indent = ""): string[] {
  const line = `${indent}${label}: ${command}`;
  return line.length <= usualColumns ? [line] : [`${indent}${label}:`, `${indent}  ${command}`];
}
