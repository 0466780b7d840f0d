import { readFileSync } from "node:fs";
import { hasCode } from "./error-code.ts";

/** A process by its number and its start, since the number alone is given to another later. */
export interface Holder {
  readonly pid: number;
  /** When it began, in the system's own count; absent where the system does not tell. */
  readonly begun?: string;
}

/** Names a process; this one unless given. */
export function holderOf(pid: number = process.pid): Holder {
  return { pid, begun: startOf(pid) };
}

/** Tells whether the process still runs, and not another under its number. */
export function isHolding({ pid, begun }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (caught) {
    // Somebody else's process cannot be asked, but it is there.
    if (!hasCode(caught, "EPERM")) return false;
  }
  return begun === undefined || startOf(pid) === begun;
}

/** Linux tells it as the twenty-second field; the second may hold spaces and ends with the last bracket. A zombie is gone. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "ended" : fields[19];
  } catch {
    return undefined;
  }
}

/** Reads what `JSON.stringify(holderOf())` wrote; `undefined` for anything else. */
export function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, begun } = JSON.parse(text) as { readonly pid?: unknown; readonly begun?: unknown };
    if (typeof pid !== "number") return undefined;
    return { pid, begun: typeof begun === "string" ? begun : undefined };
  } catch {
    return undefined;
  }
}
