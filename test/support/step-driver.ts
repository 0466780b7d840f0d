import type { LocalCloud } from "../../local/main.ts";
import type { FunctionAnswer, HostedFunctions } from "./functions.ts";
import { rest } from "./local-cloud.ts";

/** A call to a step without what the driver fills in. */
export interface StepCall {
  /** Name of the function, for example `alloyrun-network`. */
  readonly name: string;
  readonly action: "plan" | "ensure" | "remove" | "check";
  readonly input: object;
  readonly run?: object;
  readonly outputs?: object;
}

/** What a step came to. */
export interface Driven {
  readonly last: FunctionAnswer;
  /** Every answer on the way, in order. */
  readonly answers: readonly Record<string, unknown>[];
}

/**
 * Asks a step again and again as the workflow does: polls its operations, tells it which failed, and moves the cloud's
 * clock where it asks for time. Ends when the step is done, refuses, is held, or was asked 60 times.
 */
export async function drive(local: LocalCloud, functions: HostedFunctions, call: StepCall): Promise<Driven> {
  const answers: Record<string, unknown>[] = [];
  let failures: object[] = [];
  for (let asks = 1; ; asks++) {
    const last = await functions.call(call.name, requestOf(local, call, failures));
    answers.push(last.body);
    if (last.status !== 200 || last.body.state === "done" || last.body.held === true || asks === 60) {
      return { last, answers };
    }
    const operations = last.body.operations as { readonly name: string; readonly url: string }[];
    failures = (await Promise.all(operations.map((operation) => awaitOperation(local, operation)))).flat();
    if (operations.length === 0) await local.cloud.clock.advance(Number(last.body.retryAfterSeconds) * 1000);
  }
}

/** One call of a step as the workflow makes it. */
export function requestOf(local: LocalCloud, call: StepCall, failures: readonly object[] = []): object {
  const run = {
    id: "run-1",
    environment: "staging",
    action: "up",
    level: "app",
    planHash: "0",
    now: local.cloud.clock.now() / 1000,
    databaseGeneration: 1,
    ...call.run,
  };
  return { action: call.action, input: call.input, outputs: call.outputs ?? {}, run, failures };
}

async function awaitOperation(
  local: LocalCloud,
  { name, url }: { readonly name: string; readonly url: string },
): Promise<object[]> {
  for (let looks = 0; looks < 200; looks++) {
    const { body, status } = await rest(local, `GET ${url.replace("https://", "")}`);
    if (status === 404) return [];
    if (body.done === true || body.status === "DONE") {
      const error = body.error as { code?: number; message?: string } | undefined;
      if (!error) return [];
      const code = error.code ?? body.httpErrorStatusCode;
      return [{ name, code, message: error.message ?? JSON.stringify(error) }];
    }
    await local.cloud.clock.advance(1000);
  }
  throw new Error(`operation ${name} did not end`);
}
