import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProcesses } from "../../../local/process/process.ts";

/** Starts a child that ignores SIGTERM, tells its pid and directory, and never ends by itself. */
const directory = mkdtempSync(join(tmpdir(), "alloyrun-abandoned-"));
const processes = createProcesses(directory);
const script = "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000);";
const child = await processes.spawn({ command: process.execPath, args: ["-e", script], env: {}, cwd: directory });
process.stdout.write(`${JSON.stringify({ pid: child.pid, directory })}\n`);
setInterval(() => undefined, 1000);
