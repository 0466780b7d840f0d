import { readFileSync } from "node:fs";
import { Clock } from "../../local/clock.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../../local/http.ts";
import { runDefinition } from "../../local/workflows/run-definition.ts";
import { stepNames } from "../../plan/step.ts";
import { functionId } from "../../spec/names.ts";

/** What one step's function answers, call by call; the last answer repeats. */
export type Answers = readonly (object | Refusal)[];

interface Refusal {
  readonly httpStatus: number;
  /** Left out, the answer is a page of Cloud Run's own. */
  readonly body?: object;
}

/** Everything around the workflow, for tests of the definition alone. */
export interface Stub {
  /** Answers by step; a step that is not named is done at once. */
  readonly steps?: Readonly<Record<string, Answers>>;
  /** Seconds that operations take, by URL. */
  readonly operations?: Readonly<Record<string, { readonly seconds: number; readonly error?: object }>>;
  /** Steps that the plan has; all unless given. */
  readonly planned?: readonly string[];
  readonly claim?: object;
  /** Answers of the record entry. */
  readonly record?: Answers;
  /** Plans by hash, each with inputs by step; any other hash has the steps of `planned`. */
  readonly plans?: Readonly<Record<string, Readonly<Record<string, object>>>>;
  /** What looking at an operation is answered with, instead of the operation. */
  readonly look?: readonly Refusal[];
}

/** A call that the workflow made to a function. */
export interface FunctionCall {
  readonly name: string;
  readonly at: number;
  readonly body: Readonly<Record<string, never>>;
}

/** Runs `workflows/environment.yaml` against the stub and tells what it did. */
export async function runEnvironment(action: string, stub: Stub = {}) {
  const clock = new Clock({ pace: "max", start: Date.UTC(2026, 0, 1) });
  const calls: FunctionCall[] = [];
  const looks: { readonly url: string; readonly at: number }[] = [];
  const began = new Map<string, number>();
  const fetch = (request: HttpRequest): HttpResponse => {
    const { url } = request;
    const at = (clock.now() - Date.UTC(2026, 0, 1)) / 1000;
    if (url.hostname === "storage.googleapis.com") return jsonResponse(200, planOf(url, stub));
    if (url.hostname.endsWith(".run.app")) {
      const name = url.hostname.replace(/-123\.asia-northeast1\.run\.app$/, "");
      calls.push({ name, at, body: JSON.parse(request.body.toString()) });
      return answerFunction(name, stub, calls.filter((call) => call.name === name).length);
    }
    looks.push({ url: url.href, at });
    const refusal = stub.look?.[looks.length - 1];
    if (refusal) return jsonResponse(refusal.httpStatus, refusal.body ?? {});
    const href = url.href.replace(/(\/|:)wait$/, "");
    const { seconds, error } = stub.operations?.[href] ?? { seconds: 0 };
    if (!began.has(href)) began.set(href, at);
    const done = at - (began.get(href) ?? at) >= seconds;
    return jsonResponse(200, done ? { name: href, done, ...(error ? { error } : { response: {} }) } : { name: href });
  };
  const source = readFileSync(new URL("../../workflows/environment.yaml", import.meta.url), "utf8");
  const argument = {
    run: "r1",
    environment: "users",
    action,
    level: "all",
    planHash: "h",
    bucket: "my-project-alloyrun",
  };
  const run = await runDefinition({
    source,
    argument: JSON.stringify(argument),
    clock,
    fetch,
    authorize: () => "Bearer test",
    env: {
      GOOGLE_CLOUD_PROJECT_ID: "my-project",
      GOOGLE_CLOUD_PROJECT_NUMBER: "123",
      GOOGLE_CLOUD_LOCATION: "asia-northeast1",
      GOOGLE_CLOUD_WORKFLOW_ID: "alloyrun-environment",
      GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID: "e1",
    },
  });
  clock.close();
  return { ...run, calls, looks, steps: calls.filter(({ name }) => isStep(name)) };
}

function planOf(url: URL, { planned = stepNames, plans = {} }: Stub): object {
  const [, hash = ""] = decodeURIComponent(url.pathname).match(/plans\/([^/]+)\.json$/) ?? [];
  const inputs = plans[hash] ?? Object.fromEntries(planned.map((name) => [name, { of: name }]));
  const steps = Object.entries(inputs).map(([name, input]) => ({
    name,
    function: functionId(name),
    input,
    expectedSeconds: 60,
  }));
  return { steps };
}

function answerFunction(name: string, { steps = {}, claim, record }: Stub, count: number): HttpResponse {
  const fence = { bucket: "my-project-alloyrun", object: "locks/users.json", generation: "7" };
  if (name === "alloyrun-lock") return jsonResponse(200, claim ?? { state: "held", fence });
  if (name === "alloyrun-record") return toResponse(record?.[Math.min(count, record.length) - 1] ?? { state: "done" });
  const step = stepNames.find((each) => functionId(each) === name) ?? "";
  const answers = steps[step] ?? [{ state: "done", output: { from: step }, changes: [] }];
  return toResponse(answers[Math.min(count, answers.length) - 1] ?? {});
}

function toResponse(answer: object | Refusal): HttpResponse {
  if (!isRefusal(answer)) return jsonResponse(200, answer);
  return answer.body
    ? jsonResponse(answer.httpStatus, answer.body)
    : { status: answer.httpStatus, headers: {}, body: Buffer.from("no") };
}

function isStep(name: string): boolean {
  return stepNames.some((step) => functionId(step) === name);
}

function isRefusal(answer: object): answer is Refusal {
  return "httpStatus" in answer;
}
