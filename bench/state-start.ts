/**
 * How much longer a local Google Cloud takes to its first answer when it comes back with 10,000 resources: the time from
 * the start of its process, as a ratio to that of an empty one on the same machine. Run with `node bench/state-start.ts`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openState } from "../local/state/state.ts";
import { formatTable, median } from "./table.ts";

const resources = 10_000;
const turns = 5;
const main = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

/** Milliseconds from the start of the process until it says that it serves; it is killed then. */
async function startOnce(state: string): Promise<number> {
  const begun = performance.now();
  const args = ["--disable-warning=ExperimentalWarning", main, "local", "start", "--state", state, "--offline"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(createInterface({ input: child.stdout }), "line");
  const elapsed = performance.now() - begun;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
  return elapsed;
}

/** Secrets as their API keeps them: a record, a version and a payload each. */
function fill(directory: string): void {
  const state = openState({ state: directory, pace: 1 });
  const [secrets, versions] = ["secretmanager.secrets", "secretmanager.versions"].map((name) =>
    state.store.collection(name),
  );
  const labels = { team: "payments", purpose: "a bench of how fast a state is read" };
  for (let index = 0; index < resources / 2; index += 1) {
    const name = `projects/my-project/secrets/secret-${index}`;
    const common = { createTime: "2026-01-01T00:00:00.000000Z", etag: '"0123456789abcdef"', labels };
    secrets?.put(name, { name, ...common, replication: { automatic: {} } });
    versions?.put(`${name}/versions/1`, { name: `${name}/versions/1`, ...common, state: "ENABLED" });
  }
  state.seal();
  state.close();
}

const folder = mkdtempSync(join(tmpdir(), "alloyrun-bench-"));
chmodSync(folder, 0o711);
try {
  const [empty, full] = [join(folder, "empty"), join(folder, "full")];
  fill(full);
  const times = { empty: [] as number[], full: [] as number[] };
  for (let turn = 0; turn < turns; turn += 1) {
    times.empty.push(await startOnce(empty));
    times.full.push(await startOnce(full));
  }
  const [emptyMs, fullMs] = [median(times.empty), median(times.full)];
  const row = { resources, "empty ms": Math.round(emptyMs), "full ms": Math.round(fullMs) };
  process.stdout.write(`${formatTable([{ ...row, ratio: Number((fullMs / emptyMs).toFixed(2)) }])}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
