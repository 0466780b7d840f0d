import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Processes of a local cloud, by what they are for. */
export interface ProcessTable {
  /** Pids by the function's id. */
  readonly functions: ReadonlyMap<string, readonly number[]>;
  readonly seeds: readonly number[];
  /** Those that listen, not their children. */
  readonly databases: readonly number[];
  /** Processes of its directory that nobody who belongs to it has started any more. */
  readonly orphans: readonly number[];
}

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly args: readonly string[];
  readonly environment: readonly string[];
  readonly folder: string;
}

/** Looks at the processes that a local cloud has started, as `/proc` tells them. */
export function processesOf(cloud: number, directory: string): ProcessTable {
  const rows = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readRow(Number(name)));
  const own = rows.filter(({ parent }) => parent === cloud);
  const variableOf = ({ environment }: Row, name: string) =>
    environment.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const functions = Map.groupBy(own, (row) => variableOf(row, "FUNCTION_TARGET") ?? "");
  return {
    functions: new Map([...functions].map(([name, found]) => [name, found.map(({ pid }) => pid)])),
    seeds: own.filter((row) => variableOf(row, "CLOUD_RUN_JOB") !== undefined).map(({ pid }) => pid),
    databases: own.filter(({ args }) => /\bpostgres$/.test(args[0] ?? "") && args[1] === "-D").map(({ pid }) => pid),
    orphans: rows
      .filter(({ parent, folder, args }) => parent === 1 && isBelow(directory, folder, args))
      .filter(({ args }) => !args.some((arg) => arg.endsWith("/guard.ts")))
      .map(({ pid }) => pid),
  };
}

function isBelow(directory: string, folder: string, args: readonly string[]): boolean {
  return folder.startsWith(`${directory}/`) || args.some((arg) => arg.startsWith(`${directory}/`));
}

/** Processes come and go, and those of others cannot be read. */
function readRow(pid: number): Row[] {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, parent] = status.slice(status.lastIndexOf(")") + 2).split(" ");
    if (state === "Z") return [];
    const list = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
    const [args, environment, folder] = [list("cmdline"), list("environ"), readlinkSync(`/proc/${pid}/cwd`)];
    return [{ pid, parent: Number(parent), args, environment, folder }];
  } catch {
    return [];
  }
}
