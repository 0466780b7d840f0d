import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Clock } from "../../../local/clock.ts";
import type { Cloud } from "../../../local/cloud.ts";
import { createFabric } from "../../../local/fabric.ts";
import type { LogEntry } from "../../../local/logs.ts";
import { createProcesses } from "../../../local/process/process.ts";
import { createRandom } from "../../../local/random.ts";
import { createStore } from "../../../local/store.ts";

/** The parts of a cloud that instances use; asking for any other part fails. */
export interface FakeCloud {
  readonly cloud: Cloud;
  readonly entries: readonly LogEntry[];
  stop(): Promise<void>;
}

/** Makes a cloud with a fabric, processes and logs, but no APIs. */
export function createFakeCloud(block: number): FakeCloud {
  const directory = mkdtempSync(join(tmpdir(), "workload-"));
  chmodSync(directory, 0o755);
  const processes = createProcesses(directory);
  const clock = new Clock({ pace: "max" });
  const entries: LogEntry[] = [];
  const absent = (name: string) => (): never => {
    throw new Error(`${name} is not part of this cloud`);
  };
  const parts: Partial<Cloud> = {
    clock,
    directory,
    processes,
    random: createRandom("workload"),
    store: createStore(),
    fabric: createFabric(block),
    logs: {
      write: (entry) => void entries.push(entry),
      list: absent("logs.list"),
      delete: absent("logs.delete"),
      watch: absent("logs.watch"),
    },
    environment: ({ metadataHost }) => ({
      HTTPS_PROXY: "http://127.0.0.1:9",
      GCE_METADATA_HOST: metadataHost,
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: "/nowhere",
    }),
    listenMetadata: async ({ workload }) => ({ host: `${workload.address}:1`, close: async () => undefined }),
  };
  const stop = async () => {
    await processes.stop();
    clock.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { cloud: parts as Cloud, entries, stop };
}
