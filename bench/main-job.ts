import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectFolder, startCommand } from "./command.ts";
import { type MemorySample, watchMemory } from "./memory.ts";

/*
 * Measures the main job, `npm start -- --once`: from the command to the answering URL, to its end, and the most memory
 * that all its processes held together. With --clone it first clones this project and runs `npm ci` there, timed apart.
 */
const { values } = parseArgs({ options: { clone: { type: "boolean", default: false }, json: { type: "boolean" } } });

const folder = values.clone ? await mkdtemp(join(tmpdir(), "alloyrun-bench-")) : projectFolder;
try {
  const installSeconds = values.clone ? await installInto(folder) : undefined;
  const measured = { installSeconds, ...(await runMainJob(folder)) };
  process.stdout.write(values.json ? `${JSON.stringify(measured, null, 2)}\n` : report(measured));
  process.exitCode = measured.exitCode === 0 ? 0 : 1;
} finally {
  if (values.clone) await rm(folder, { recursive: true, force: true });
}

/** What one run came to. */
interface Measured {
  readonly exitCode: number | null;
  readonly answerSeconds: number;
  readonly totalSeconds: number;
  readonly peak: MemorySample;
  readonly installSeconds?: number;
}

async function installInto(cwd: string): Promise<number> {
  await succeed("git", ["clone", "--quiet", projectFolder, cwd]);
  const startedMs = performance.now();
  await succeed("npm", ["ci"], cwd);
  return secondsSince(startedMs);
}

async function succeed(file: string, args: readonly string[], cwd?: string): Promise<void> {
  await using command = startCommand(file, args, { cwd });
  const code = await command.ended;
  if (code !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${code}:\n${command.output()}`);
}

async function runMainJob(cwd: string): Promise<Measured> {
  const startedMs = performance.now();
  await using command = startCommand("npm", ["start", "--", "--once"], { cwd });
  using memory = watchMemory(command.process.pid ?? 0);
  await command.untilLine(/^On this machine: http:/);
  await command.untilLine(/^Select Users: /);
  const answerSeconds = secondsSince(startedMs);
  const exitCode = await command.ended;
  return { exitCode, answerSeconds, totalSeconds: secondsSince(startedMs), peak: memory.peak() };
}

function report({ exitCode, answerSeconds, totalSeconds, peak, installSeconds }: Measured): string {
  const largest = peak.processes.slice(0, 6).map(({ name, bytes }) => `${mebibytes(bytes)}  ${name}`);
  const install = installSeconds === undefined ? "" : `npm ci                 ${installSeconds.toFixed(1)} s\n`;
  return `${install}to the answering URL   ${answerSeconds.toFixed(1)} s   (aim: under 45 s on 2 idle cores)
to the end             ${totalSeconds.toFixed(1)} s   (with everything taken down again; exit code ${exitCode})
peak memory            ${mebibytes(peak.bytes)}  (aim: under 2 GB; PSS of ${peak.processes.length} processes together, every 200 ms)
the largest then       ${largest.join("\n                       ")}
`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1000;
}
