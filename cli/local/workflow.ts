import { type AloneOptions, type AloneRun, runAlone } from "../../local/workflows/alone/run-alone.ts";
import { noStubs, parseStubs } from "../../local/workflows/alone/stubs.ts";
import { buildProgram } from "../../local/workflows/build.ts";
import { loadConnectors } from "../../local/workflows/connectors/connectors.ts";
import { WorkflowError } from "../../local/workflows/fault.ts";
import { parseJson } from "../../local/workflows/value/json.ts";
import type { Value } from "../../local/workflows/value/value.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";
import { interpret, readText, tellProblems, WorkflowInputError } from "./workflow-file.ts";
import { describeRun, renderRun, renderUnanswered } from "./workflow-view.ts";

/** Largest argument that the API takes, in bytes. */
const maxArgumentBytes = 32 * 1024;

/** What the command was given. */
interface WorkflowCommand {
  readonly file: string;
  /** JSON text. */
  readonly args?: string;
  /** Path of the stub file. */
  readonly stub?: string;
}

/** Runs a definition alone and tells result, steps and timing. */
export async function runWorkflow(command: WorkflowCommand, terminal: Terminal): Promise<ExitCode> {
  let options: AloneOptions;
  try {
    options = await readOptions(command);
  } catch (caught) {
    if (!(caught instanceof WorkflowInputError)) throw caught;
    tellProblems(caught.problems, terminal);
    return exitCodes.invalid;
  }
  const started = performance.now();
  const run = await untilInterrupted((signal) => runAlone({ ...options, signal }));
  const tookMs = performance.now() - started;
  terminal.answer(describeRun(run));
  terminal.say(renderRun(run, { file: command.file, tookMs, colour: terminal.screen?.colour ?? false }));
  if (run.unanswered) terminal.complain(renderUnanswered(run.unanswered, command.stub));
  return exitCodeOf(run);
}

async function readOptions({ file, args, stub }: WorkflowCommand): Promise<AloneOptions> {
  const source = await readText(file);
  const program = interpret(file, () => buildProgram(source, loadConnectors()));
  const stubSource = stub === undefined ? undefined : await readText(stub);
  return {
    program,
    argument: args === undefined ? null : parseArgument(args),
    stubs: stub === undefined ? noStubs : interpret(stub, () => parseStubs(stubSource ?? "")),
  };
}

function parseArgument(args: string): Value {
  if (Buffer.byteLength(args) > maxArgumentBytes) {
    throw new WorkflowInputError([{ file: "--args", message: `longer than ${maxArgumentBytes} bytes` }]);
  }
  try {
    return parseJson(args);
  } catch (caught) {
    if (!(caught instanceof WorkflowError)) throw caught;
    throw new WorkflowInputError([{ file: "--args", message: caught.message }]);
  }
}

/** Ctrl-C cancels the execution, which is then told like any other. */
async function untilInterrupted<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const cancel = () => abort.abort();
  process.once("SIGINT", cancel);
  process.once("SIGTERM", cancel);
  try {
    return await run(abort.signal);
  } finally {
    process.off("SIGINT", cancel);
    process.off("SIGTERM", cancel);
  }
}

function exitCodeOf({ outcome, unanswered }: AloneRun): ExitCode {
  if (unanswered) return exitCodes.invalid;
  if (outcome.state === "CANCELLED") return exitCodes.interrupted;
  return outcome.state === "SUCCEEDED" ? exitCodes.ok : exitCodes.failed;
}
