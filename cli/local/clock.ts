import { type ExitCode, exitCodes } from "../exit-code.ts";
import { findRunning } from "./running.ts";

/** Stops, starts or moves the clock of the local Google Cloud that is running, and prints where it stands. */
export async function moveClock(move: {
  readonly verb: "pause" | "resume" | "advance";
  /** How far, for `advance`. */
  readonly seconds?: number;
  readonly port?: number;
}): Promise<ExitCode> {
  const { port } = await findRunning(move.port);
  const response = await fetch(`http://127.0.0.1:${port}/_local/clock/${move.verb}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ seconds: move.seconds }),
  });
  if (!response.ok) throw new Error(`the local Google Cloud refused: ${await response.text()}`);
  const { now }: { now: string } = JSON.parse(await response.text());
  process.stdout.write(`${now}\n`);
  return exitCodes.ok;
}
