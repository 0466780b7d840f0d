import { type ExitCode, exitCodes } from "../exit-code.ts";
import { createTerminal } from "../terminal.ts";
import { drawTimeline } from "../view/timeline.ts";
import { usualColumns } from "../view/wrap.ts";
import { readJournal } from "./journal.ts";

/** Draws what happened in the local Google Cloud along its clock. */
export async function printTimeline(port: number | undefined): Promise<ExitCode> {
  const entries = await readJournal(port);
  const { columns = usualColumns } = process.stdout;
  const colour = createTerminal({ json: false }).screen?.colour ?? false;
  const lines = drawTimeline(entries, { columns, colour });
  process.stdout.write(`${lines.join("\n")}\n`);
  return exitCodes.ok;
}
