import { createInterface } from "node:readline";
import type { Command } from "commander";
import { explain } from "../../cli/explain.ts";
import { createProgram } from "../../cli/program.ts";

/*
 * Runs command lines, each a JSON array in a line of standard input, as the `alloyrun` process would, and answers each with a
 * line of JSON. One process for many: starting one takes longer than most lines need.
 */

class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

const answer = process.stdout.write.bind(process.stdout);
process.exit = (code) => {
  throw new Exit(Number(code ?? process.exitCode ?? 0));
};

for await (const line of createInterface({ input: process.stdin })) {
  const said = { out: "", err: "" };
  process.stdout.write = keep((text) => {
    said.out += text;
  });
  process.stderr.write = keep((text) => {
    said.err += text;
  });
  process.exitCode = undefined;
  const code = await run(JSON.parse(line) as string[]);
  answer(`${JSON.stringify({ code, ...said })}\n`);
}

async function run(args: readonly string[]): Promise<number> {
  const program: Command = createProgram();
  try {
    await program.parseAsync([process.execPath, "alloyrun", ...args]);
    return Number(process.exitCode ?? 0);
  } catch (caught) {
    return caught instanceof Exit ? caught.code : explain(caught, process.stderr);
  }
}

function keep(add: (text: string) => void): typeof process.stdout.write {
  return (chunk: string | Uint8Array) => {
    add(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    return true;
  };
}
