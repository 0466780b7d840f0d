import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Done, OperationFailure, Pending, PendingOperation, StepRequest } from "../../functions/contract.ts";
import { isJsonObject, type JsonObject } from "../../local/json.ts";
import type { LocalCloud } from "../../local/main.ts";
import type { Change } from "../../plan/change.ts";
import type { StepName } from "../../plan/step.ts";
import { rest } from "./local-cloud.ts";

/** One call to a step. */
export interface StepCall {
  readonly action?: StepRequest<object>["action"];
  readonly input: object;
  readonly outputs?: StepRequest<object>["outputs"];
  readonly failures?: readonly OperationFailure[];
  readonly failedOperations?: number;
  readonly run?: Partial<StepRequest<object>["run"]>;
}

/** What a step answered. */
export interface StepAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** What a step did until it was done. */
export interface CarriedOut {
  readonly output: JsonObject;
  /** All changes of all answers, as `action resource`. */
  readonly changes: readonly string[];
  /** What it waited for, in words. */
  readonly reasons: readonly string[];
}

/** Functions of steps, served in front of a local cloud. */
export interface Steps {
  /** Calls a step once. */
  ask(step: StepName, call: StepCall): Promise<StepAnswer>;
  /**
   * Calls a step until it is done, as the workflow does: waits for its operations, else moves the clock.
   *
   * @throws Error with the answer when it is an error, or when the step never ends
   */
  carryOut(step: StepName, call: StepCall): Promise<CarriedOut>;
  /** What a step would do for a removal: each change as `action resource`, with its effects. */
  planRemoval(step: StepName, input: object): Promise<Readonly<Record<string, Change["effects"]>>>;
  stop(): Promise<void>;
}

/** Serves steps; they act as the owner and hold the lock of the environment `staging`. */
export async function startSteps(local: LocalCloud, project: string, steps: readonly StepName[]): Promise<Steps> {
  const bucket = `${project}-alloyrun`;
  const child = await forkServer(local, steps);
  const [ports] = (await once(child, "message")) as [Record<string, number>];
  const generation = await makeLock(local, { project, bucket });

  const ask: Steps["ask"] = async (
    step,
    { action = "ensure", input, outputs = {}, failures = [], failedOperations = failures.length, run },
  ) => {
    const fence = { bucket, object: "locks/staging.json", generation };
    const now = Math.floor(local.cloud.clock.now() / 1000);
    const usual = {
      id: "r1",
      environment: "staging",
      action: "up",
      level: "data",
      planHash: "h",
      databaseGeneration: 1,
      clusterGeneration: 1,
    };
    const body = { action, input, outputs, failures, failedOperations, run: { ...usual, now, fence, ...run } };
    const response = await fetch(`http://127.0.0.1:${ports[step]}/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answered: unknown = await response.json();
    return { status: response.status, body: isJsonObject(answered) ? answered : {} };
  };

  return {
    ask,
    async planRemoval(step, input) {
      const { status, body } = await ask(step, { action: "plan", input, run: { action: "down" } });
      if (status !== 200) throw new StepRefused(status, body);
      const { changes } = body as object as Done<JsonObject>;
      return Object.fromEntries(changes.map(({ action, resource, effects }) => [`${action} ${resource}`, effects]));
    },
    carryOut: (step, call) => carryOut(local, (failed) => ask(step, { ...call, ...failed })),
    async stop() {
      child.kill();
      await once(child, "exit");
    },
  };
}

async function forkServer(local: LocalCloud, steps: readonly StepName[]): Promise<ChildProcess> {
  const environment = await local.environment();
  const server = new URL("./step-server.ts", import.meta.url).pathname;
  return fork(server, steps, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: [],
  });
}

async function makeLock(
  local: LocalCloud,
  lock: { readonly project: string; readonly bucket: string },
): Promise<string> {
  await rest(local, `POST storage.googleapis.com/storage/v1/b?project=${lock.project}`, {
    body: { name: lock.bucket },
  });
  const upload = `storage.googleapis.com/upload/storage/v1/b/${lock.bucket}/o?uploadType=media&name=locks%2Fstaging.json`;
  const { body, text } = await rest(local, `POST ${upload}`, { body: {} });
  if (typeof body.generation === "string") return body.generation;
  throw new Error(`the lock could not be made: ${text}`);
}

async function carryOut(
  local: LocalCloud,
  ask: (failed: Required<Pick<StepCall, "failures" | "failedOperations">>) => Promise<StepAnswer>,
): Promise<CarriedOut> {
  const changes: string[] = [];
  const reasons: string[] = [];
  let failures: readonly OperationFailure[] = [];
  let failedOperations = 0;
  for (let asks = 0; asks < 240; asks += 1) {
    const { status, body } = await ask({ failures, failedOperations });
    if (status !== 200) throw new StepRefused(status, body);
    const answer = body as object as Done<JsonObject> | Pending;
    changes.push(...answer.changes.map(({ action, resource }) => `${action} ${resource}`));
    if (answer.state === "done") return { output: answer.output, changes, reasons };
    reasons.push(answer.reason);
    failures = await awaitAll(local, answer);
    failedOperations += failures.length;
  }
  throw new Error(`the step never ended; it waited for ${reasons.join(", ")}`);
}

/** An error that a step answered. */
export class StepRefused extends Error {
  readonly status: number;
  readonly body: JsonObject;

  constructor(status: number, body: JsonObject) {
    super(JSON.stringify(body));
    this.name = "StepRefused";
    this.status = status;
    this.body = body;
  }
}

async function awaitAll(local: LocalCloud, { operations, retryAfterSeconds }: Pending): Promise<OperationFailure[]> {
  if (operations.length === 0) await local.cloud.clock.advance(retryAfterSeconds * 1000);
  const failures = await Promise.all(operations.map((operation) => awaitOperation(local, operation)));
  return failures.filter((failure) => failure !== undefined);
}

async function awaitOperation(
  local: LocalCloud,
  { name, url }: PendingOperation,
): Promise<OperationFailure | undefined> {
  for (;;) {
    const { status, body } = await rest(local, `GET ${url.replace("https://", "")}`);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`reading ${name}: HTTP ${status}`);
    if (body.done === true || body.status === "DONE") return failureOf(name, body);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function failureOf(name: string, { error }: JsonObject): OperationFailure | undefined {
  if (!isJsonObject(error)) return undefined;
  return { name, code: Number(error.code ?? 2), message: String(error.message ?? "") };
}
