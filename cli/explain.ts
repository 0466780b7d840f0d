import { ApiError } from "../google/error.ts";
import { OperationError } from "../google/operation.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import { ProblemError } from "./request-client.ts";

/** Says on a stream what went wrong and what to do, and gives the exit code that tells its kind. */
export function explain(caught: unknown, stream: NodeJS.WritableStream): ExitCode {
  const { lines, exitCode } = explanationOf(caught);
  stream.write(`${lines.join("\n")}\n`);
  return exitCode;
}

interface Explanation {
  readonly lines: readonly string[];
  readonly exitCode: ExitCode;
}

function explanationOf(caught: unknown): Explanation {
  if (caught instanceof ProblemError) return explainProblem(caught);
  if (caught instanceof ApiError) return explainApiError(caught);
  if (caught instanceof OperationError) return { lines: [caught.message], exitCode: exitCodes.failed };
  const message = caught instanceof Error ? caught.message : String(caught);
  return { lines: [message], exitCode: exitCodes.failed };
}

function explainProblem({ problem }: ProblemError): Explanation {
  const issues = (problem.issues ?? []).map(
    ({ line, path, message, fix }) => `  line ${line}, ${path}: ${message}${fix ? ` — ${fix}` : ""}`,
  );
  const lines = [`${problem.title}: ${problem.detail}`, ...issues];
  if (problem.status === 409) return { lines, exitCode: exitCodes.busy };
  if ([401, 403, 404, 503].includes(problem.status)) return { lines, exitCode: exitCodes.unavailable };
  return { lines, exitCode: problem.status < 500 ? exitCodes.invalid : exitCodes.failed };
}

function explainApiError(error: ApiError): Explanation {
  const advice = {
    UNAUTHENTICATED: "Log in first: `gcloud auth application-default login`.",
    PERMISSION_DENIED: "The identity that is logged in lacks this permission on the project.",
    UNAVAILABLE: "Google Cloud cannot be reached from here: check the network and the proxy variables.",
  }[error.code as string];
  const isAccess =
    error.code === "UNAUTHENTICATED" || error.code === "PERMISSION_DENIED" || error.code === "UNAVAILABLE";
  return {
    lines: advice ? [error.message, advice] : [error.message],
    exitCode: isAccess ? exitCodes.unavailable : exitCodes.failed,
  };
}
