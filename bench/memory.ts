import { readdir, readFile } from "node:fs/promises";

/** The most memory that a process and all its descendants held at once. */
export interface MemoryWatch extends Disposable {
  /** Sum of proportional set sizes at its highest, in bytes; shared pages count once over all processes. */
  peakBytes(): number;
  /** Processes at that moment. */
  peakProcesses(): number;
}

/** Samples every 200 ms from `/proc` until the scope ends; only on Linux. */
export function watchMemory(root: number, everyMs = 200): MemoryWatch {
  const known = new Set([root]);
  let peak = { bytes: 0, processes: 0 };
  let isBusy = false;
  const timer = setInterval(async () => {
    if (isBusy) return;
    isBusy = true;
    const sample = await measure(known);
    if (sample.bytes > peak.bytes) peak = sample;
    isBusy = false;
  }, everyMs);
  return {
    peakBytes: () => peak.bytes,
    peakProcesses: () => peak.processes,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** A process stays known after its parent has ended, when it no longer hangs on the root. */
async function measure(known: Set<number>): Promise<{ readonly bytes: number; readonly processes: number }> {
  const parents = await readParents();
  for (const pid of known) if (!parents.has(pid)) known.delete(pid);
  for (let size = -1; size !== known.size; ) {
    size = known.size;
    for (const [pid, parent] of parents) if (known.has(parent)) known.add(pid);
  }
  const sizes = await Promise.all([...known].map(readPss));
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), processes: known.size };
}

async function readParents(): Promise<ReadonlyMap<number, number>> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => [pid, await readParent(pid)] as const));
  return new Map(found.filter((entry): entry is [number, number] => entry[1] !== undefined));
}

/** The fields of `stat` follow the program's name, which is in parentheses and may hold anything. */
async function readParent(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

async function readPss(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}
