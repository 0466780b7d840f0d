import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProcesses } from "../../../local/process/process.ts";

/** Starts a child that ignores SIGTERM and has a child of its own; tells both pids and the directory; never ends. */
const directory = mkdtempSync(join(tmpdir(), "alloyrun-abandoned-"));
const processes = createProcesses(directory);
const script = "trap '' TERM; sleep 600 & echo $!; wait";
const grandchild = Promise.withResolvers<number>();
const child = await processes.spawn({
  command: "/bin/sh",
  args: ["-c", script],
  env: { PATH: "/usr/bin:/bin" },
  cwd: directory,
  onLine: (line) => grandchild.resolve(Number(line)),
});
process.stdout.write(`${JSON.stringify({ pids: [child.pid, await grandchild.promise], directory })}\n`);
setInterval(() => undefined, 1000);
