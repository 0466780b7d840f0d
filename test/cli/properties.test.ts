import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Argument, Command, Option } from "commander";
import fc from "fast-check";
import { createProgram } from "../../cli/program.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command line that would be right, in its parts. */
interface Line {
  readonly path: readonly string[];
  readonly command: Command;
}

const leaves = leavesOf(createProgram(), []);

/** Values that options and arguments take, where the name alone does not tell. */
const fitting: Readonly<Record<string, string>> = {
  ...{ hash: "a".repeat(64), sha256: "b".repeat(64), what: "queue", level: "app", duration: "2h", format: "json" },
};

let folder: TemporaryFolder;
let wall: Server;
let child: ChildProcess;
let answers: AsyncIterator<string>;
/** Whatever was sent to anybody. */
const sent: string[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  wall = createServer((request, response) => {
    sent.push(`${request.method} ${request.url}`);
    response.writeHead(503).end();
  });
  wall.on("connect", (request, socket) => {
    sent.push(`CONNECT ${request.url}`);
    socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
  });
  await new Promise<void>((resolve) => wall.listen(0, "127.0.0.1", resolve));
  const proxy = `http://127.0.0.1:${(wall.address() as AddressInfo).port}`;
  const args = ["--disable-warning=ExperimentalWarning", fileURLToPath(new URL("many-lines.ts", import.meta.url))];
  const env = { PATH: process.env.PATH, HOME: folder.path, XDG_RUNTIME_DIR: folder.path };
  const proxies = { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, https_proxy: proxy, http_proxy: proxy };
  child = spawn(process.execPath, args, {
    cwd: folder.path,
    env: { ...env, ...proxies },
    stdio: ["pipe", "pipe", "inherit"],
  });
  if (!child.stdout) throw new Error("no output");
  answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
});

afterAll(async () => {
  child?.stdin?.end();
  await new Promise((resolve) => wall.close(resolve));
  await folder[Symbol.asyncDispose]();
});

/** Every command line is asked in its turn. */
async function alloyrun(args: readonly string[]): Promise<Ended> {
  child.stdin?.write(`${JSON.stringify(args)}\n`);
  const { value } = await answers.next();
  return JSON.parse(String(value)) as Ended;
}

/** What no person and no shell would be surprised by: one message, nothing on standard output, nothing sent. */
async function expectRefused(args: readonly string[], says: RegExp): Promise<void> {
  const { length } = sent;
  const { code, out, err } = await alloyrun(args);
  expect({ args, code, out, sent: sent.slice(length) }).toEqual({ args, code: 2, out: "", sent: [] });
  expect(err).toMatch(says);
  expect(err).not.toMatch(/\n\s+at .*[:(]\d+|node:internal|undefined|\[object/);
}

const anyLeaf = fc.constantFrom(...leaves);
/** Texts as a terminal or a script may hand them over; an argument cannot hold NUL. */
const anyText = fc.string({ unit: "binary", maxLength: 30 }).map((text) => text.replaceAll("\0", ""));

describe("a command line that is wrong", () => {
  it("is refused when an option is not known", async () => {
    const name = fc.stringMatching(/^--[a-z]{3,12}$/);
    await fc.assert(
      fc.asyncProperty(anyLeaf, name, async (leaf, option) => {
        fc.pre(!leaf.command.options.some(({ long }) => long === option) && option !== "--help");
        await expectRefused([...right(leaf), option], /error: unknown option/);
      }),
      { numRuns: 60 },
    );
  });

  it("is refused when there is a word too many", async () => {
    const fixed = leaves.filter(({ command }) =>
      command.registeredArguments.every(({ required, variadic }) => required && !variadic),
    );
    const word = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !text.startsWith("-"));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fixed), word, async (leaf, extra) => {
        await expectRefused([...right(leaf), extra], /error: too many arguments/);
      }),
      { numRuns: 60 },
    );
  });

  it.each(leaves.flatMap((leaf) => withoutOneEach(leaf)))(
    "is refused without what it needs: %s",
    async (_name, args) => {
      await expectRefused(args, /error: (missing required argument|required option)/);
    },
  );

  it("is refused when an option's value cannot be read, and says which option it is", async () => {
    const parsed = leaves.flatMap((leaf) =>
      leaf.command.options
        .filter(({ argChoices, parseArg }) => argChoices ?? parseArg)
        .map((option) => ({ leaf, option })),
    );
    expect(parsed.length).toBeGreaterThan(5);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...parsed), anyText, async ({ leaf, option }, value) => {
        fc.pre(!reads(option, value));
        const args = right(leaf, option);
        await expectRefused([...args, `${option.long}=${value}`], new RegExp(`option '[^']*${option.long}`));
      }),
      { numRuns: 120 },
    );
  });

  it("is refused when there is no such file, or nothing in it that is a spec", async () => {
    const reading = leaves.filter(({ command }) => command.registeredArguments.some((one) => one.name() === "file"));
    const specs = reading.filter(({ path }) => ["up", "plan", "validate"].includes(path.join(" ")));
    expect(specs.length).toBe(3);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...specs), anyText, async ({ path }, name) => {
        await expectRefused([...path, "--", `missing-${name}`], /missing-/);
      }),
      { numRuns: 40 },
    );
  });
});

/** The words of a command with all that it needs, but for one option. */
function right({ path, command }: Line, without?: Option): readonly string[] {
  const options = command.options
    .filter((option) => option.mandatory && option !== without)
    .map((option) => `${option.long}=${fittingValue(option)}`);
  const words = command.registeredArguments.filter(({ required }) => required).map(fittingValue);
  return [...path, ...words, ...options];
}

function withoutOneEach(leaf: Line): readonly (readonly [string, readonly string[]])[] {
  const all = right(leaf);
  return all
    .slice(leaf.path.length)
    .map((part, index) => [
      `${leaf.path.join(" ")} without ${part}`,
      all.filter((_, at) => at !== leaf.path.length + index),
    ]);
}

function fittingValue(of: Option | Argument): string {
  const { argChoices } = of;
  if (argChoices?.[0]) return argChoices[0];
  const name = "flags" in of ? (/<([\w-]+)>/.exec(of.flags)?.[1] ?? "") : of.name();
  return fitting[name] ?? "something";
}

function reads({ argChoices, parseArg }: Option, value: string): boolean {
  if (argChoices) return argChoices.includes(value);
  try {
    parseArg?.(value, undefined);
    return true;
  } catch {
    return false;
  }
}

function leavesOf(command: Command, path: readonly string[]): Line[] {
  if (command.commands.length === 0) return [{ path, command }];
  return command.commands.flatMap((each) => leavesOf(each, [...path, each.name()]));
}
