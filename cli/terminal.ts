import { createInterface } from "node:readline";
import { wrapLines } from "./view/wrap.ts";
import type { Screen } from "./watch.ts";

/** Where a command's answer goes: text for people or one JSON document for programs, never both. */
export interface Terminal {
  readonly json: boolean;
  /** Lines for people, on standard output; nothing with `--json`. */
  say(lines: readonly string[]): void;
  /** The answer for programs; nothing without `--json`. */
  answer(value: unknown): void;
  /** Lines about what went wrong, on standard error. */
  complain(lines: readonly string[]): void;
  /** Asks a person, who may say nothing; absent with `--json`, and when nobody sits there. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Where progress is drawn; absent with `--json`. */
  readonly screen: Screen | undefined;
}

/** The terminal of this process. */
export function createTerminal({ json }: { readonly json: boolean }): Terminal {
  const { stdin, stdout, stderr } = process;
  const write = (stream: NodeJS.WriteStream, lines: readonly string[]) => {
    if (lines.length > 0) stream.write(`${lines.join("\n")}\n`);
  };
  const tell = (stream: NodeJS.WriteStream, lines: readonly string[]) =>
    write(stream, wrapLines(lines, stream.columns));
  const colour = stdout.isTTY === true && stdout.hasColors() && !process.env.NO_COLOR;
  return {
    json,
    say: (lines) => json || tell(stdout, lines),
    answer: (value) => json && write(stdout, [JSON.stringify(value, null, 2)]),
    complain: (lines) => tell(stderr, lines),
    ask: !json && stdin.isTTY && stdout.isTTY ? askOn : undefined,
    screen: json ? undefined : { stream: stdout, isLive: stdout.isTTY === true, colour },
  };
}

/** Whoever leaves by Ctrl-C or Ctrl-D has said nothing. */
function askOn(question: string): Promise<string> {
  return new Promise((resolve) => {
    const line = createInterface({ input: process.stdin, output: process.stdout });
    line.once("close", () => resolve(""));
    line.question(question, (answer) => {
      resolve(answer.trim());
      line.close();
    });
  });
}
