import { mkdtempSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createFabric, type Fabric } from "../../../local/fabric.ts";
import { type Installation, installPostgres } from "../../../local/postgres/postgres.ts";
import { createProcesses, type Processes } from "../../../local/process/process.ts";

/** A place where servers run, ended and removed by `stop`. */
export interface Servers {
  readonly directory: string;
  readonly fabric: Fabric;
  readonly processes: Processes;
  readonly installation: Installation;
  stop(): Promise<void>;
}

/** Installs PostgreSQL into a temporary directory; the block of loopback addresses keeps test files apart. */
export async function createServers(block: number): Promise<Servers> {
  const directory = mkdtempSync(path.join(tmpdir(), "alloyrun-test-"));
  await chmod(directory, 0o755);
  const processes = createProcesses(directory);
  const fabric = createFabric(block);
  const installation = await installPostgres({ directory, processes, fabric });
  return { directory, fabric, processes, installation, stop: () => processes.stop() };
}
