import { type Connect, createAuth, type Guard, unguarded } from "../google/auth.ts";
import { connectResourceManager, type ResourceManagerClient } from "../google/clients/resource-manager.ts";
import { connectStorage, type StorageClient } from "../google/clients/storage.ts";
import type { Change } from "../plan/change.ts";
import type { StepDeclaration } from "../plan/step.ts";
import { done } from "./answer.ts";
import { checkPermissions } from "./check.ts";
import type { OperationFailure, Run, StepRequest, StepResponse } from "./contract.ts";
import { StepError } from "./error.ts";
import { codeOfFailure, refuseFailures, refuseRepetition } from "./failure.ts";
import { fenceGuard } from "./fence.ts";
import { createHandler } from "./handler.ts";
import type { Log } from "./log.ts";
import { once } from "./once.ts";
import { registerFunction } from "./register.ts";

/** What a step is told beside its input. */
export interface StepContext {
  readonly run: Run;
  readonly outputs: StepRequest<object>["outputs"];
  /** Operations of this step that ended in error since it was last asked, as far as it lets them pass. */
  readonly failures: readonly OperationFailure[];
  /** How many operations of this step ended in error in this run so far. */
  readonly failedOperations: number;
  readonly log: Log;
  /** To be asked before a change that no client asks it for, such as a statement of SQL. */
  readonly guard: Guard;
}

/** How a step works. Each may be called any number of times; none waits, sleeps or remembers. */
export interface StepImplementation<Input extends object, Output extends object, Clients> {
  /** What `ensure` would do now. Changes nothing. */
  readonly plan: (input: Input, clients: Clients, context: StepContext) => Promise<readonly Change[]>;
  /** Observes, does the next thing that is missing, and says what to wait for. */
  readonly ensure: (input: Input, clients: Clients, context: StepContext) => Promise<StepResponse<Output>>;
  /** The way back: removes only what is the environment's own; absent is done. */
  readonly remove: (input: Input, clients: Clients, context: StepContext) => Promise<StepResponse<object>>;
  /** What serves now; `{}` when omitted. Changes nothing. */
  readonly observe?: (input: Input, clients: Clients, context: StepContext) => Promise<object>;
  /** What `remove` would do now; nothing when omitted. Changes nothing. */
  readonly planRemoval?: (input: Input, clients: Clients, context: StepContext) => Promise<readonly Change[]>;
  /** Whether the step mends a failed operation by being called again; when omitted, only what passes by itself. */
  readonly mends?: (failure: OperationFailure, action: StepRequest<Input>["action"]) => boolean;
  /** With how many failed operations of one run the step ends, whatever it mends; 3 when omitted. */
  readonly failureLimit?: number;
}

const usualFailureLimit = 3;

/** How the clients of a step are opened, each under the name by which the step knows it. */
export type ConnectAll<Clients> = { readonly [Name in keyof Clients]: Connect<Clients[Name]> };

/** A step's function. */
export interface Step<Input extends object, Output extends object> {
  readonly declaration: StepDeclaration<Input, Output>;
  /** Answers one call; errors are thrown as they come. */
  readonly answer: (request: StepRequest<Input>, log?: Log) => Promise<StepResponse<Output | object>>;
}

/** Makes the function of a step and registers it with the Functions Framework under `alloyrun-<step>`. */
export function implementStep<Input extends object, Output extends object, Clients>(
  declaration: StepDeclaration<Input, Output>,
  connects: ConnectAll<Clients>,
  implementation: StepImplementation<Input, Output, Clients>,
): Step<Input, Output> {
  const open = once(() => openAll(connects));
  const answer: Step<Input, Output>["answer"] = (request, log = () => {}) =>
    carryOut({ declaration, implementation, opened: open(), request, log });
  registerFunction(declaration.name, createHandler({ declaration, answer }));
  return { declaration, answer };
}

/**
 * What an earlier step gave.
 *
 * @throws StepError FAILED_PRECONDITION when the step is not done, which would be an error of the workflow's order
 */
export function outputOf<Output extends object>(
  declaration: Pick<StepDeclaration<never, Output>, "name" | "output">,
  outputs: StepRequest<object>["outputs"],
): Output {
  const output = outputs[declaration.name];
  if (output) return output as object as Output;
  const message = `the step ${declaration.name} has given no output yet`;
  throw new StepError({ code: "FAILED_PRECONDITION", reason: "STEP_NOT_DONE", message });
}

interface Opened<Clients> {
  readonly project: () => Promise<string>;
  readonly clients: (guard: Guard) => Clients;
  readonly storage: StorageClient;
  readonly resourceManager: ResourceManagerClient;
}

interface Work<Input extends object, Output extends object, Clients> {
  readonly declaration: StepDeclaration<Input, Output>;
  readonly implementation: StepImplementation<Input, Output, Clients>;
  readonly opened: Opened<Clients>;
  readonly request: StepRequest<Input>;
  readonly log: Log;
}

async function carryOut<Input extends object, Output extends object, Clients>(
  work: Work<Input, Output, Clients>,
): Promise<StepResponse<Output | object>> {
  const { implementation, opened, log } = work;
  const { run, outputs, input, action, failures = [], failedOperations = failures.length } = work.request;
  refuseHopeless(work);
  const changes = action === "ensure" || action === "remove";
  const guard = changes ? fenceGuard(run, opened.storage) : readOnly(opened);
  const context = { run, outputs, failures, failedOperations, log, guard };
  switch (action) {
    case "check":
      await checkPermissions(work.declaration, await opened.project(), opened.resourceManager);
      return done({});
    case "observe":
      return done((await implementation.observe?.(input, opened.clients(guard), context)) ?? {});
    case "plan": {
      const plan = run.action === "down" ? implementation.planRemoval : implementation.plan;
      return done({}, (await plan?.(input, opened.clients(guard), context)) ?? []);
    }
    default:
      return implementation[action](input, opened.clients(guard), context);
  }
}

/** The guard of calls that may only look. */
function readOnly<Clients>({ storage }: Opened<Clients>): Guard {
  return fenceGuard({}, storage);
}

/** A removal may be refused any number of times while Google holds something: the workflow's patience bounds that. */
function refuseHopeless<Input extends object, Output extends object, Clients>({
  implementation,
  request,
}: Work<Input, Output, Clients>): void {
  const { action, failures = [], failedOperations = failures.length } = request;
  const mends = (failure: OperationFailure) =>
    isGoneAlready(failure, action) || (implementation.mends?.(failure, action) ?? false);
  refuseFailures(failures, mends);
  const bounded = action === "remove" ? failures.filter((failure) => !mends(failure)) : failures;
  refuseRepetition(bounded, { failedOperations, limit: implementation.failureLimit ?? usualFailureLimit });
}

/** What a deletion does not find any more is what it was asked for; somebody else was first. */
function isGoneAlready(failure: OperationFailure, action: StepRequest<object>["action"]): boolean {
  return action === "remove" && codeOfFailure(failure) === "NOT_FOUND";
}

function openAll<Clients>(connects: ConnectAll<Clients>): Opened<Clients> {
  const auth = createAuth();
  const opened = Object.entries<Connect<unknown>>(connects).map(([name, connect]) => [name, connect(auth)] as const);
  const clients = (guard: Guard) =>
    Object.fromEntries(opened.map(([name, client]) => [name, client(guard)])) as Record<string, unknown> as Clients;
  const storage = connectStorage(auth)(unguarded);
  return {
    project: () => auth.getProjectId(),
    clients,
    storage,
    resourceManager: connectResourceManager(auth)(unguarded),
  };
}
