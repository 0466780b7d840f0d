import type { Place } from "../installation.ts";
import { usualColumns } from "./wrap.ts";

/** Region of an installation unless another one is named. */
export const defaultRegion = "asia-northeast1";

/** A way forward in one line, or the command in a line of its own where both are too long for a screen. */
export function renderWay(label: string, command: string, indent = ""): string[] {
  const line = `${indent}${label}: ${command}`;
  return line.length <= usualColumns ? [line] : [`${indent}${label}:`, `${indent}  ${command}`];
}

/** A command that can be copied as it is: the words, then where the installation is. */
export function commandLine({ project, region }: Place, ...words: readonly string[]): string {
  const elsewhere = region === defaultRegion ? [] : ["--region", region];
  return ["alloyrun", ...words, "--project", project, ...elsewhere].join(" ");
}
