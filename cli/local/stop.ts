import { setTimeout as sleep } from "node:timers/promises";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { findRunning, isAlive } from "./running.ts";

/** Ends the local Google Cloud that is running and waits until it and all its processes are gone. */
export async function stopLocal(port: number | undefined): Promise<ExitCode> {
  const running = await findRunning(port);
  process.kill(running.pid, "SIGTERM");
  for (let looks = 0; looks < 150; looks += 1) {
    if (!isAlive(running.pid)) return exitCodes.ok;
    await sleep(100);
  }
  process.stderr.write(`process ${running.pid} still runs after 15 s; end it with \`kill -9 ${running.pid}\`\n`);
  return exitCodes.failed;
}
