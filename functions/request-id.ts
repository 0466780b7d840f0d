import { createHash } from "node:crypto";
import type { Run } from "./contract.ts";

/**
 * A UUID that is the same when the workflow repeats one and the same call to a step, and another one when it asks the
 * step anew: an answer that got lost is not acted on twice, and what had to be deleted may be made again at once.
 *
 * @see https://google.aip.dev/155
 */
export function requestIdOf(run: Pick<Run, "id" | "now">, method: string, resource: string): string {
  const hash = createHash("sha256").update([run.id, run.now, method, resource].join("\n")).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
