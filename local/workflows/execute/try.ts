import { toBoolean } from "../expression/operators.ts";
import { fault, WorkflowError } from "../fault.ts";
import type { Template } from "../parse/syntax.ts";
import type { Completion, TryWork } from "../plan/program.ts";
import type { Task } from "../task.ts";
import { isFunction, isMap, isNumber, typeName, type Value } from "../value/value.ts";
import type { Activation } from "./activation.ts";
import { recorded } from "./recorded.ts";
import { Scope } from "./scope.ts";
import { evaluateTemplate } from "./template.ts";

/** Runs a `try`: the whole body again for each retry, then `except` with the last error. */
export function* runTry(work: TryWork, at: Activation): Task<Completion> {
  for (let retries = 0; ; retries += 1) {
    const attempt = yield* runBody(work, at, retries);
    if (!("error" in attempt)) return attempt;
    const policy = work.retry && (yield* evaluatePolicy(work.retry, at));
    if (policy && retries < policy.maxRetries && (yield* isRetryable(policy, attempt.error, at))) {
      yield* backOff(policy, retries, at);
    } else if (work.except) {
      return yield* runExcept(work.except, attempt.error, at);
    } else {
      throw attempt.error;
    }
  }
}

function* runBody(
  { body }: TryWork,
  at: Activation,
  retries: number,
): Task<Completion | { readonly error: WorkflowError }> {
  try {
    if (retries > 0) at.run.countStep();
    const about = { stepType: retries === 0 ? "STEP_TRY" : "STEP_RETRY", progress: retries + 1 } as const;
    return yield* recorded(about, at, (inside) => at.run.interpreter.runNode(body, inside));
  } catch (caught) {
    if (caught instanceof WorkflowError) return { error: caught };
    throw caught;
  }
}

function* runExcept(except: NonNullable<TryWork["except"]>, error: WorkflowError, at: Activation): Task<Completion> {
  const scope = new Scope({ parent: at.scope, memory: at.run.memory, locals: except.block.locals });
  try {
    if (except.variable !== undefined) scope.define(except.variable, error.value);
    return yield* recorded({ stepType: "STEP_EXCEPT" }, { ...at, scope }, (inside) =>
      at.run.interpreter.runBlock(except.block, inside),
    );
  } finally {
    scope.dispose();
  }
}

interface Policy {
  readonly predicate: string;
  readonly maxRetries: number;
  /** Seconds. */
  readonly initialDelay: number;
  readonly maxDelay: number;
  readonly multiplier: number;
}

function* isRetryable({ predicate }: Policy, error: WorkflowError, at: Activation): Task<boolean> {
  const answer = yield* at.run.interpreter.callFunction(predicate, [error.value], at);
  return toBoolean(answer, "retry predicate");
}

function* backOff({ initialDelay, maxDelay, multiplier }: Policy, retries: number, at: Activation): Task<void> {
  const seconds = Math.min(initialDelay * multiplier ** retries, maxDelay);
  yield* at.thread.effects.sleep(seconds * 1000);
}

function* evaluatePolicy(retry: NonNullable<TryWork["retry"]>, at: Activation): Task<Policy> {
  const parts = retry.kind === "value" ? partsOf(yield* evaluateTemplate(retry.value, at)) : yield* spellOut(retry, at);
  return {
    predicate: toFunctionName(parts.predicate ?? null),
    maxRetries: toCount("max_retries", parts.max_retries ?? 5n),
    initialDelay: toAmount("initial_delay", parts.initial_delay ?? 1n),
    maxDelay: toAmount("max_delay", parts.max_delay ?? 60n),
    multiplier: toAmount("multiplier", parts.multiplier ?? 1.25),
  };
}

type Parts = Readonly<
  Partial<Record<"predicate" | "max_retries" | "initial_delay" | "max_delay" | "multiplier", Value>>
>;

function partsOf(policy: Value): Parts {
  if (!isMap(policy)) throw fault("TypeError", `retry must be a policy, not ${typeName(policy)}`);
  return { ...Object.fromEntries(policy), ...delaysOf(policy.get("backoff") ?? null) };
}

function delaysOf(backoff: Value): Parts {
  if (backoff === null) return {};
  if (!isMap(backoff)) throw fault("TypeError", `backoff must be a map, not ${typeName(backoff)}`);
  const [initial_delay, max_delay, multiplier] = ["initial_delay", "max_delay", "multiplier"].map((key) =>
    backoff.get(key),
  );
  return { initial_delay, max_delay, multiplier };
}

function* spellOut(policy: Extract<TryWork["retry"], { kind: "policy" }>, at: Activation): Task<Parts> {
  const part = (template: Template | undefined) => evaluateTemplate(template ?? { kind: "literal", value: null }, at);
  return {
    predicate: yield* part(policy.predicate),
    max_retries: yield* part(policy.maxRetries),
    ...delaysOf(yield* part(policy.backoff)),
  };
}

/** Without a predicate every error is retried (choice `retry-defaults`). */
function toFunctionName(predicate: Value): string {
  if (predicate === null) return "retry.always";
  if (isFunction(predicate)) return predicate.functionName;
  throw fault("TypeError", `retry predicate must be a function, not ${typeName(predicate)}`);
}

function toCount(name: string, value: Value): number {
  if (typeof value === "number") throw fault("TypeError", `${name} must be an integer, not a double`);
  return toAmount(name, value);
}

function toAmount(name: string, value: Value): number {
  if (!isNumber(value)) throw fault("TypeError", `${name} must be a number, not ${typeName(value)}`);
  if (!(value >= 0)) throw fault("ValueError", `${name} must not be negative`);
  return Number(value);
}
