import { readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Holder, isHolding, parseHolder } from "../state/holder.ts";
import { killGroup } from "./group.ts";

/** How long, in real milliseconds, a guard may take to end what it watches over. */
const guardMs = 10_000;

/**
 * Waits until nothing is left of the processes of a local cloud that was killed. Its guard ends them; those of a guard
 * that was killed as well are ended here.
 *
 * @param register the file with the guard, and then whom it watched
 */
export async function endLeftovers(register: string): Promise<void> {
  const [guard, ...children] = readRegister(register);
  if (guard) await ended([guard], guardMs);
  // A number alone may be another's by now.
  const known = children.filter(({ begun }) => begun !== undefined);
  for (const child of known) if (isHolding(child)) killGroup(child.pid);
  await ended(known, guardMs);
  rmSync(register, { force: true });
}

async function ended(holders: readonly Holder[], withinMs: number): Promise<void> {
  for (const until = performance.now() + withinMs; performance.now() < until; await sleep(5)) {
    if (!holders.some(isHolding)) return;
  }
}

function readRegister(register: string): Holder[] {
  try {
    const lines = readFileSync(register, "utf8").split("\n");
    return lines.map(parseHolder).filter((holder) => holder !== undefined);
  } catch {
    return [];
  }
}
