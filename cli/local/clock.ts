import { type ExitCode, exitCodes } from "../exit-code.ts";
import { findRunning } from "./running.ts";

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Stops, starts or moves the clock of the local Google Cloud that is running, and prints where it stands. */
export async function moveClock(move: {
  readonly verb: "pause" | "resume" | "advance";
  readonly duration?: string;
  readonly port?: number;
}): Promise<ExitCode> {
  const seconds = move.duration === undefined ? undefined : parseDuration(move.duration);
  const { port } = await findRunning(move.port);
  const response = await fetch(`http://127.0.0.1:${port}/_local/clock/${move.verb}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(seconds === undefined ? {} : { seconds }),
  });
  if (!response.ok) throw new Error(`the local Google Cloud refused: ${await response.text()}`);
  const { now }: { now: string } = JSON.parse(await response.text());
  process.stdout.write(`${now}\n`);
  return exitCodes.ok;
}

/** Seconds of `90s`, `30m`, `2h`, `1d` or a chain such as `1h30m`. */
function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
    throw new Error(`${text} is not a duration: write for example 90s, 30m or 1h30m`);
  }
  return parts.reduce(
    (sum, [, number, unit]) => sum + Number(number) * unitSeconds[unit as keyof typeof unitSeconds],
    0,
  );
}
