import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";

/** The most memory that a process and all its descendants held at once. */
export interface MemoryWatch extends Disposable {
  /** What they held when it was most. */
  peak(): MemorySample;
}

/** What all processes held at one moment. */
export interface MemorySample {
  /** Sum of proportional set sizes; pages that processes share count once over all of them. */
  readonly bytes: number;
  /** The processes, largest first. */
  readonly processes: readonly ProcessSize[];
}

/** One process of a sample. */
export interface ProcessSize {
  /** The program and the first of its arguments that is no option, without folders. */
  readonly name: string;
  readonly bytes: number;
}

/** Samples every 200 ms from `/proc` until the scope ends; only on Linux. */
export function watchMemory(root: number, everyMs = 200): MemoryWatch {
  const known = new Set([root]);
  let peak: MemorySample = { bytes: 0, processes: [] };
  let isBusy = false;
  const timer = setInterval(async () => {
    if (isBusy) return;
    isBusy = true;
    const sample = await measure(known);
    if (sample.bytes > peak.bytes) peak = sample;
    isBusy = false;
  }, everyMs);
  return { peak: () => peak, [Symbol.dispose]: () => clearInterval(timer) };
}

/** A process stays known after its parent has ended, when it no longer hangs on the root. */
async function measure(known: Set<number>): Promise<MemorySample> {
  const parents = await readParents();
  for (const pid of known) if (!parents.has(pid)) known.delete(pid);
  for (let size = -1; size !== known.size; ) {
    size = known.size;
    for (const [pid, parent] of parents) if (known.has(parent)) known.add(pid);
  }
  const processes = await Promise.all([...known].map(readProcess));
  processes.sort((a, b) => b.bytes - a.bytes);
  return { bytes: processes.reduce((sum, { bytes }) => sum + bytes, 0), processes };
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

async function readProcess(pid: number): Promise<ProcessSize> {
  const bytes = await readPss(pid);
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const [program = "", ...args] = line.split("\0");
  const argument = args.find((each) => each !== "" && !each.startsWith("-"));
  return {
    name: [program, argument ?? ""]
      .map((path) => basename(path))
      .join(" ")
      .trim(),
    bytes,
  };
}

async function readPss(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}
