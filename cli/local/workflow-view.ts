import { styleText } from "node:util";
import type { HttpRequest } from "../../local/http.ts";
import type { AloneRun } from "../../local/workflows/alone/run-alone.ts";
import { parseJson, stringifyJson } from "../../local/workflows/value/json.ts";
import { formatDuration } from "../view/duration.ts";
import { countSteps, renderSteps } from "./workflow-steps.ts";

/** What drawing a run needs beside the run. */
interface RunView {
  readonly file: string;
  /** Milliseconds that really passed. */
  readonly tookMs: number;
  readonly colour: boolean;
}

/** A run for people: how it ended and how long that took, its steps, its log, and its result or error. */
export function renderRun(run: AloneRun, view: RunView): readonly string[] {
  const sections = [renderEnd(run, view), renderSteps(run, view.colour), renderLog(run), renderOutcome(run, view)];
  return sections.filter((lines) => lines.length > 0).flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
}

/** A run for programs; times are seconds from the start. */
export function describeRun({ outcome, startMs, endMs, steps, log, requests, unanswered }: AloneRun): object {
  const from = (timeMs: number) => (timeMs - startMs) / 1000;
  return {
    ...outcome,
    seconds: from(endMs),
    steps: steps.map(({ createTime, updateTime, variables: _, ...step }) => ({
      ...step,
      begin: from(createTime),
      end: from(updateTime),
    })),
    log: log.map(({ severity, data }) => ({ severity, data: stringifyJson(data) })),
    requests: requests.map(({ method, url }) => ({ method, url: url.href })),
    unanswered: unanswered && { method: unanswered.method, url: unanswered.url.href },
  };
}

/** The stub entry that is missing, ready to be filled in. */
export function renderUnanswered({ method, url, body }: HttpRequest, stub: string | undefined): readonly string[] {
  const where = stub === undefined ? "Write a file with this and name it with --stub" : `Add this to ${stub}`;
  return [
    `No stub answers ${method} ${url.href}. ${where}:`,
    "",
    "calls:",
    `  - method: ${method}`,
    `    url: ${JSON.stringify(url.href)}`,
    "    reply: { status: 200, body: {} }",
    ...(body.length > 0 ? ["", `The request's body was: ${shorten(body.toString("utf8"))}`] : []),
  ];
}

function renderEnd({ outcome, startMs, endMs, steps }: AloneRun, { file, tookMs, colour }: RunView): readonly string[] {
  const [mark, word, paint] = ends[outcome.state];
  const simulated = (endMs - startMs) / 1000;
  const took = `${formatDuration(simulated)} simulated in ${formatDuration(tookMs / 1000)}`;
  const executed = countSteps(steps);
  const count = `${executed} ${executed === 1 ? "step" : "steps"}`;
  return [`${colour ? styleText(paint, mark) : mark} ${file} ${word}: ${count}, ${took}`];
}

const ends = {
  SUCCEEDED: ["✓", "succeeded", "green"],
  FAILED: ["✗", "failed", "red"],
  CANCELLED: ["✗", "was stopped", "yellow"],
} as const;

function renderLog({ log }: AloneRun): readonly string[] {
  if (log.length === 0) return [];
  const width = Math.max(...log.map(({ severity }) => severity.length));
  const text = (data: (typeof log)[number]["data"]) => (typeof data === "string" ? data : stringifyJson(data));
  return ["log", ...log.map(({ severity, data }) => `  ${severity.padEnd(width)}  ${text(data)}`)];
}

function renderOutcome({ outcome }: AloneRun, { file }: RunView): readonly string[] {
  if (outcome.state === "CANCELLED") return [];
  if (outcome.state === "SUCCEEDED") return ["result", ...indented(outcome.result)];
  const { payload, context, trace } = outcome.error;
  const [message = ""] = context.split("\n");
  const places = trace.map(({ step, routine, position: { line, column } }) => {
    return `  at ${step} of ${routine}  ${file}:${line}:${column}`;
  });
  return [message, ...places, "", "error", ...indented(payload)];
}

function indented(json: string): readonly string[] {
  return stringifyJson(parseJson(json), { indent: 2 })
    .split("\n")
    .map((line) => `  ${line}`);
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
