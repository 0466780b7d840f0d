import { readFileSync } from "node:fs";
import { eventSchema } from "../../functions/events/schema.ts";
import { Clock } from "../../local/clock.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../../local/http.ts";
import type { ThreadHold } from "../../local/workflows/execute/host.ts";
import { runDefinition } from "../../local/workflows/run-definition.ts";
import { stringifyJson } from "../../local/workflows/value/json.ts";
import { type StepName, stepNames } from "../../plan/step.ts";
import { functionId } from "../../spec/names.ts";

/** What a function answers, call by call; the last answer repeats. */
export type Answers = readonly (object | Refusal)[];

interface Refusal {
  readonly httpStatus: number;
  /** Left out, the answer is a page of Cloud Run's own. */
  readonly body?: object;
}

interface OperationStub {
  readonly seconds: number;
  readonly error?: object;
  /** Seconds after which a long poll is answered; at once unless given. */
  readonly poll?: number;
}

/** Everything around the workflow, for tests of the definition alone. */
export interface Stub {
  /** Answers by step to what does the work; a step that is not named is done at once. */
  readonly steps?: Readonly<Record<string, Answers>>;
  /** Answers by step to `plan`; a step that is not named would change nothing. */
  readonly planning?: Readonly<Record<string, Answers>>;
  /** Answers by entry and action, for example `lock claim`; see `usualAnswers`. */
  readonly entries?: Readonly<Record<string, Answers>>;
  /** What publishing is answered with, message by message; each is taken unless given. */
  readonly publish?: readonly (Refusal | undefined)[];
  /** How many times somebody wakes the execution up. */
  readonly wakeUps?: number;
  /** Seconds that operations take, by URL. */
  readonly operations?: Readonly<Record<string, OperationStub>>;
  /** Steps that the plan has; all unless given. */
  readonly planned?: readonly string[];
  /** The plan's inputs by step; unless given, it has the steps of `planned`. */
  readonly plan?: Readonly<Record<string, object>>;
  /** Other plans by their hashes: each one's inputs by step. */
  readonly plans?: Readonly<Record<string, Readonly<Record<string, object>>>>;
  /** What looking at an operation is answered with, instead of the operation. */
  readonly look?: readonly Refusal[];
  /** More of the execution's argument. */
  readonly argument?: Readonly<Record<string, unknown>>;
}

const fence = { bucket: "my-project-alloyrun", object: "locks/users.json", generation: "7" };
const effects = {
  dataLoss: false,
  downtime: false,
  costPerDay: { before: 1, after: 2, pricesOf: "2025-04", region: "asia-northeast1" },
  expectedSeconds: 60,
};

/** A digest as the entry answers it; with reasons, somebody must approve. */
export function digest(changesHash: string, ...reasons: readonly string[]): object {
  return { changesHash, effects, changes: 1, reasons, stale: null };
}

/** A claim that holds the lock, as the entry answers it. */
export function held(latest = ""): object {
  return { state: "held", fence, latest };
}

/** What the entry answers about the steps of older plans, each with the id of its input. */
export function olderParts(...parts: readonly (readonly [step: StepName, id: string])[]): object {
  const asked = parts.map(([step, id]) => ({ step, function: functionId(step), input: { id }, expectedSeconds: 10 }));
  return { parts: asked };
}

/** What the entries answer when nothing is in the way. */
const usualAnswers: Readonly<Record<string, object>> = {
  "lock begin": { state: "mine", request: { attempt: 1, onBusy: "queue" } },
  "lock claim": held(),
  "lock release": { state: "free" },
  "plan target": { databaseGeneration: 1, clusterGeneration: 1, latest: "", only: [], outputs: {} },
  "plan older": olderParts(),
  "plan digest": digest("c1"),
  "plan ask": { approval: "a1", expiresAt: 1_767_225_600 + 7200 },
  "plan standing": { state: "pending" },
  "record ready": { readyAt: 1_767_225_600 },
  "record record": { record: "r1", sha256: "0" },
};

/** A call that the workflow made to a function. */
export interface FunctionCall {
  readonly name: string;
  readonly at: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An event that the workflow told. */
export interface ToldEvent {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly orderingKey: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A line of the workflow's log. */
export interface LogLine {
  /** What it is about: a `step`, the `run`, or an event that stayed `unpublished`. */
  readonly alloyrun: string;
  readonly step: string;
  readonly state: string;
  readonly event: { readonly id: string };
}

/** Runs `workflows/environment.yaml` against the stub and tells what it did. */
export async function runEnvironment(action: string, stub: Stub = {}) {
  const start = Date.UTC(2026, 0, 1);
  const clock = new Clock({ pace: "max", start });
  const calls: FunctionCall[] = [];
  const counts = new Map<string, number>();
  const events: ToldEvent[] = [];
  const now = () => (clock.now() - start) / 1000;
  const fetchOperation = operationsOf(stub, now);
  let published = 0;
  const fetch = (request: HttpRequest, hold: ThreadHold): HttpResponse | Promise<HttpResponse> => {
    const { url } = request;
    const at = now();
    if (url.hostname === "storage.googleapis.com") return jsonResponse(200, planOf(stub, url));
    if (url.hostname === "pubsub.googleapis.com") {
      const refusal = stub.publish?.[published++];
      if (refusal) return jsonResponse(refusal.httpStatus, refusal.body ?? {});
      events.push(toEvent(url, request, at));
      return jsonResponse(200, { messageIds: [String(events.length)] });
    }
    if (!url.hostname.endsWith(".run.app")) return fetchOperation.answer(request, hold);
    const name = url.hostname.replace(/-123\.asia-northeast1\.run\.app$/, "");
    const call: FunctionCall = { name, at, body: JSON.parse(request.body.toString()) };
    calls.push(call);
    const count = (counts.get(kindOf(call)) ?? 0) + 1;
    counts.set(kindOf(call), count);
    return answerFunction(call, stub, count);
  };
  const run = await runDefinition({
    source: readFileSync(new URL("../../workflows/environment.yaml", import.meta.url), "utf8"),
    argument: JSON.stringify({ ...usualArgument, action, ...stub.argument }),
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
    callbacks: Array.from({ length: stub.wakeUps ?? 0 }, () => wakeUp),
  });
  clock.close();
  const steps = calls.filter((call) => isStep(call.name) && !isLook(call));
  const lines = run.log.map(({ data }) => JSON.parse(stringifyJson(data)) as LogLine);
  return { outcome: run.outcome, lines, calls, events, looks: fetchOperation.looks, steps };
}

const wakeUp = {
  method: "POST",
  url: new URL("https://workflowexecutions.googleapis.com/callbacks/POST"),
  headers: {},
  body: Buffer.from("{}"),
  receivedTime: "2026-01-01T00:00:00Z",
};

const usualArgument = {
  run: "r1",
  environment: "users",
  level: "all",
  planHash: "h",
  bucket: "my-project-alloyrun",
  ticket: "CHG1",
};

/** Long-running operations, and who looks at them when. */
function operationsOf({ look, operations }: Stub, now: () => number) {
  const looks: { readonly url: string; readonly at: number; readonly body: string }[] = [];
  const began = new Map<string, number>();
  const answer = async ({ url, body }: HttpRequest, hold: ThreadHold): Promise<HttpResponse> => {
    looks.push({ url: url.href, at: now(), body: body.toString() });
    const refusal = look?.[looks.length - 1];
    if (refusal) return jsonResponse(refusal.httpStatus, refusal.body ?? {});
    const href = url.href.replace(/(\/|:)wait$/, "");
    const { seconds, error, poll = 0 } = operations?.[href] ?? { seconds: 0 };
    const start = began.get(href) ?? now();
    began.set(href, start);
    const left = start + seconds - now();
    if (href !== url.href && poll > 0) await hold.sleep(1000 * Math.max(0, Math.min(poll, left)), { draws: true });
    const done = now() - start >= seconds;
    return jsonResponse(200, done ? { name: href, done, ...(error ? { error } : { response: {} }) } : { name: href });
  };
  return { looks, answer };
}

function toEvent(url: URL, { body }: HttpRequest, at: number): ToldEvent {
  const { messages } = JSON.parse(body.toString()) as { readonly messages: readonly PublishedMessage[] };
  const [message] = messages;
  if (url.pathname !== "/v1/projects/my-project/topics/alloyrun-events:publish" || !message || messages.length !== 1) {
    throw new Error(`published ${body} to ${url}`);
  }
  const { data, orderingKey, attributes } = message;
  const event = JSON.parse(Buffer.from(data, "base64").toString()) as Pick<ToldEvent, "id" | "type" | "data">;
  eventSchema.parse(event);
  return { ...event, type: event.type.replace("dev.alloyrun.", ""), at, orderingKey, attributes };
}

interface PublishedMessage extends Pick<ToldEvent, "orderingKey" | "attributes"> {
  readonly data: string;
}

function planOf({ planned = stepNames, plan, plans }: Stub, { pathname }: URL): object {
  const hash = /plans%2F(.+)\.json$/.exec(pathname)?.[1] ?? "";
  const inputs = plans?.[hash] ?? plan ?? Object.fromEntries(planned.map((name) => [name, { of: name }]));
  const steps = Object.entries(inputs).map(([name, input]) => ({
    name,
    function: functionId(name),
    input,
    expectedSeconds: 60,
  }));
  return { steps };
}

function answerFunction(call: FunctionCall, { steps, planning, entries }: Stub, count: number): HttpResponse {
  const step = stepNames.find((each) => functionId(each) === call.name);
  const told = isLook(call) ? planning?.[step ?? ""] : steps?.[step ?? ""];
  const usual = step
    ? { state: "done", output: isLook(call) ? {} : outputOf(step), changes: [] }
    : usualAnswers[entryAction(call)];
  const answers = (step ? told : entries?.[entryAction(call)]) ?? [usual ?? { httpStatus: 400 }];
  return toResponse(answers[Math.min(count, answers.length) - 1] ?? {});
}

function outputOf(step: string): object {
  return { from: step, ...(step === "traffic" && { url: "https://users.example" }) };
}

/** For example `lock claim`. */
export function entryAction({ name, body }: FunctionCall): string {
  return `${name.replace("alloyrun-", "")} ${body.action}`;
}

/** Calls of one kind are answered one after the other by the same answers. */
function kindOf(call: FunctionCall): string {
  return isStep(call.name) ? `${call.name} ${isLook(call)}` : entryAction(call);
}

/** Whether a step is only asked what serves, or what it would do. */
function isLook({ body }: FunctionCall): boolean {
  return ["observe", "plan"].includes(String(body.action));
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
