import { isNotYetServed } from "../deploy/apis.ts";
import type { Code } from "../google/code.ts";
import { enableCommand } from "../google/enable-command.ts";
import { ApiError } from "../google/error.ts";
import { commandLine } from "../spec/command-line.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import { ProblemError } from "./request-client.ts";
import { renderHolder } from "./view/standing.ts";
import { renderWay } from "./view/way.ts";
import { wrapLines } from "./view/wrap.ts";

/** Says on a stream what went wrong and what to do, and gives the exit code that tells its kind. */
export function explain(
  caught: unknown,
  stream: { readonly write: (text: string) => unknown; readonly columns?: number },
): ExitCode {
  const { lines, exitCode } = explanationOf(caught);
  stream.write(`${wrapLines(lines, stream.columns).join("\n")}\n`);
  return exitCode;
}

interface Explanation {
  readonly lines: readonly string[];
  readonly exitCode: ExitCode;
}

function explanationOf(caught: unknown): Explanation {
  if (caught instanceof ProblemError) return explainProblem(caught);
  if (caught instanceof ApiError) return explainApiError(caught);
  return { lines: [messageOf(caught)], exitCode: exitCodes.failed };
}

function explainProblem({ problem, place }: ProblemError): Explanation {
  const issues = (problem.issues ?? []).map(
    ({ line, path, message, fix }) => `  line ${line}, ${path}: ${message}${fix ? ` — ${fix}` : ""}`,
  );
  const [detail = ""] = issues.length > 0 ? problem.detail.split("\n") : [problem.detail];
  const lines = [`${problem.title}: ${detail}`, ...issues];
  if (problem.holder) {
    const ways = [
      "Ask again with --on-busy queue, or follow it:",
      `  ${commandLine(place, "watch", problem.holder.run)}`,
    ];
    return { lines: [...lines, ...renderHolder(problem.holder), ...ways], exitCode: exitCodes.busy };
  }
  if (overtakenTitles.has(problem.title)) return { lines, exitCode: exitCodes.invalid };
  // An installation that has not been upgraded yet answers 400 for a freeze.
  if (problem.status === 409 || problem.title === "FROZEN") return { lines, exitCode: exitCodes.busy };
  if (unknownTitles.has(problem.title)) return { lines, exitCode: exitCodes.unknown };
  if (problem.title === "OWN_ACCOUNT_REFUSED") {
    const way = renderWay("What it lacks, and the command that gives it", commandLine(place, "doctor"));
    return { lines: [...lines, ...way], exitCode: exitCodes.failed };
  }
  if ([401, 403, 404].includes(problem.status)) return { lines, exitCode: exitCodes.unavailable };
  return { lines, exitCode: problem.status < 500 ? exitCodes.invalid : exitCodes.failed };
}

/** Decisions about what is not asked any more: nobody is in the way of anything. */
const overtakenTitles: ReadonlySet<string> = new Set([
  ...["ALREADY_DECIDED", "APPROVAL_EXPIRED", "NOT_AWAITED", "STALE_PLAN"],
]);

/** Refusals of what was named; another 404 means that alloyrun is not there. */
const unknownTitles: ReadonlySet<string> = new Set([
  ...["UNKNOWN_ENVIRONMENT", "UNKNOWN_RUN", "UNKNOWN_APPROVAL", "NOT_BUILT", "GONE"],
]);

/** What to do about a refusal that is about who asks, or from where. */
const advice: Partial<Readonly<Record<Code, string>>> = {
  UNAUTHENTICATED: "Log in first: `gcloud auth application-default login`.",
  PERMISSION_DENIED: "The identity that is logged in lacks this permission on the project.",
  UNAVAILABLE: "Google Cloud cannot be reached from here: check the network and the proxy variables.",
};

function explainApiError(error: ApiError): Explanation {
  const way = isNotYetServed(error) ? turnOn(error) : adviceOn(error);
  return way
    ? { lines: [error.message, way], exitCode: exitCodes.unavailable }
    : { lines: [error.message], exitCode: exitCodes.failed };
}

/** Who may ask the installation may yet lack what brings the folders of a spec into its bucket, or reads it. */
function adviceOn({ code, method }: ApiError): string | undefined {
  if (code !== "PERMISSION_DENIED" || !method.startsWith("storage.objects.")) return advice[code];
  return "The identity that is logged in may not do this in the installation's bucket: docs/doors.md (People) has the commands that let it, for an owner.";
}

/** Methods are named as permissions name them: the service comes first. */
function turnOn({ method, resource }: ApiError): string {
  const [, project] = /projects\/([^/]+)/.exec(resource) ?? [];
  const [service] = method.split(".");
  return `Turn the API on first:\n  ${enableCommand([`${service}.googleapis.com`], project)}`;
}

/** An error's message with those of its causes, for some say nothing themselves. */
function messageOf(caught: unknown): string {
  return messagesOf(caught).reduce((text, message) => (text.includes(message) ? text : `${text}: ${message}`));
}

function messagesOf(caught: unknown): string[] {
  if (!(caught instanceof Error)) return [String(caught)];
  return caught.cause === undefined ? [caught.message] : [caught.message, ...messagesOf(caught.cause)];
}
