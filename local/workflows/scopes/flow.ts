import type { Action, Step } from "../parse/syntax.ts";

/** From which steps execution may come to each step. */
export type Flow = ReadonlyMap<Step, ReadonlySet<Step>>;

/** Where a list of steps stands. */
interface Place {
  /** The step after the list; none when that is the end of a routine or branch. */
  readonly after: Step | undefined;
  /** The step of that name that a jump may go to. */
  readonly find: (name: string) => Step | undefined;
  /** The loop around it: where `continue` and `break` go. */
  readonly loop?: { readonly first: Step | undefined; readonly after: Step | undefined };
}

/** Every way that execution may take through a list of steps and all inside: jumps, repetition and errors count. */
export function flowOf(steps: readonly Step[]): Flow {
  const flow = new FlowBuilder();
  flow.list(steps, { after: undefined, find: () => undefined });
  return flow.sources;
}

/** All steps from which execution may come to a step without leaving a set of steps. */
export function sourcesOf(flow: Flow, target: Step, within: ReadonlySet<Step>): ReadonlySet<Step> {
  const found = new Set<Step>();
  const waiting = [target];
  for (let step = waiting.pop(); step; step = waiting.pop()) {
    for (const source of flow.get(step) ?? []) {
      if (found.has(source) || !within.has(source)) continue;
      found.add(source);
      waiting.push(source);
    }
  }
  return found;
}

class FlowBuilder {
  readonly sources = new Map<Step, Set<Step>>();
  /** Where errors of the steps that are being looked at may go: to `except`, or to the beginning of a retried body. */
  #handlers: readonly Step[] = [];

  list(steps: readonly Step[], { find, ...place }: Place): void {
    const names = new Map(steps.map((step) => [step.name, step]));
    const inside = { ...place, find: (name: string) => names.get(name) ?? find(name) };
    for (const [index, step] of steps.entries())
      this.#step(step, { ...inside, after: steps[index + 1] ?? place.after });
  }

  #step(step: Step, place: Place): void {
    for (const handler of this.#handlers) this.#link(step, handler);
    const { action } = step;
    if (action.kind === "return" || action.kind === "raise") return;
    const next = followerOf(step, place);
    // Most actions may have nothing to do: no condition holds, there is nothing to walk.
    if (action.kind !== "steps" && action.kind !== "try") this.#link(step, next);
    this.#inside(step, action, { ...place, after: next });
  }

  #inside(step: Step, action: Action, place: Place): void {
    switch (action.kind) {
      case "steps":
        this.#enter(step, action.steps, place);
        return;
      case "switch":
        for (const { body } of action.cases) this.#enterBody(step, body, place);
        return;
      case "for":
        this.#enter(step, action.steps, iteration(action.steps, place.after));
        return;
      case "parallel":
        this.#parallel(step, action);
        return;
      case "try":
        this.#try(step, action, place);
        return;
      default:
        return;
    }
  }

  #parallel(step: Step, { work }: Extract<Action, { kind: "parallel" }>): void {
    const alone: Place = { after: undefined, find: () => undefined };
    const lists = work.kind === "for" ? [work.steps] : work.branches.map(({ steps }) => steps);
    for (const steps of lists) this.#enter(step, steps, alone);
  }

  #try(step: Step, { body, retry, except }: Extract<Action, { kind: "try" }>, place: Place): void {
    const around = this.#handlers;
    const [handler] = except?.steps ?? [];
    this.#handlers = [...around, ...(retry ? [body] : []), ...(handler ? [handler] : [])];
    this.#enterBody(step, body, place);
    this.#handlers = around;
    if (except) this.list(except.steps, place);
  }

  #enter(step: Step, steps: readonly Step[], place: Place): void {
    this.#link(step, steps[0]);
    this.list(steps, place);
  }

  #enterBody(step: Step, body: Step, place: Place): void {
    this.#link(step, body);
    this.#step(body, place);
  }

  #link(source: Step, target: Step | undefined): void {
    if (!target) return;
    const sources = this.sources.get(target) ?? new Set();
    this.sources.set(target, sources.add(source));
  }
}

/** After the last step of a body comes the first one again; what comes after the loop follows the loop's own step. */
function iteration(steps: readonly Step[], after: Step | undefined): Place {
  const [first] = steps;
  return { after: first, find: () => undefined, loop: { first, after } };
}

function followerOf({ next }: Step, { after, find, loop }: Place): Step | undefined {
  switch (next?.target) {
    case undefined:
      return after;
    case "end":
      return undefined;
    case "continue":
      return loop?.first;
    case "break":
      return loop?.after;
    default:
      return find(next?.target ?? "");
  }
}
