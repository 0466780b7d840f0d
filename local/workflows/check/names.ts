import { DefinitionError } from "../definition-error.ts";
import type { ForAction, Position, Step } from "../parse/syntax.ts";

/** The variables of one scope while its steps are checked in the order of the source. */
interface NamesOptions {
  /** Parameters, loop variables, the variable of `except`. */
  readonly declared: readonly string[];
  /** The steps whose assignments make variables of this scope. */
  readonly steps: readonly Step[];
  /** Present on a branch or iteration of a parallel step. */
  readonly shared?: ReadonlySet<string>;
  readonly parent?: Names;
}

/** Where a name stands, for errors. */
interface Place {
  readonly step: string;
  readonly position: Position;
}

/**
 * The names in sight at a place. Reading needs an assignment anywhere in a scope around, because jumps may go
 * backwards; for writing inside a parallel step only what was assigned before counts.
 */
export class Names {
  readonly #parent: Names | undefined;
  readonly #shared: ReadonlySet<string> | undefined;
  readonly #assignable: ReadonlySet<string>;
  readonly #assigned: Set<string>;
  readonly #loopVariables: ReadonlySet<string>;

  constructor({ declared, steps, shared, parent }: NamesOptions, loopVariables: readonly string[] = []) {
    this.#parent = parent;
    this.#shared = shared;
    this.#assigned = new Set(declared);
    this.#assignable = new Set([...declared, ...steps.flatMap(assignedBy)]);
    this.#loopVariables = new Set(loopVariables);
  }

  /** Names inside an except block or a branch. */
  inner(options: Omit<NamesOptions, "parent">): Names {
    return new Names({ ...options, parent: this });
  }

  /** Names inside a loop; its variables must not be those of a loop around it. */
  loop({ value, index, steps, position }: ForAction, step: string, shared?: ReadonlySet<string>): Names {
    const declared = index === undefined ? [value] : [value, index];
    for (const name of declared) {
      if (!this.#isLoopVariable(name)) continue;
      throw new DefinitionError({
        message: `loop variable '${name}' is used by a loop around this one`,
        position,
        step,
      });
    }
    return new Names({ declared, steps, shared, parent: this }, declared);
  }

  /** Whether a variable of that name may exist here. */
  has(name: string): boolean {
    return this.#assignable.has(name) || (this.#parent?.has(name) ?? false);
  }

  /** @throws DefinitionError when no variable of that name exists */
  expect(name: string, { step, position }: Place): void {
    if (this.has(name)) return;
    throw new DefinitionError({ message: `symbol '${name}' is not a variable`, position, step });
  }

  /**
   * Notes an assignment.
   *
   * @throws DefinitionError when it would change a variable outside a parallel step that is not shared
   */
  write(name: string, { step, position }: Place): void {
    if (this.#isForeign(name)) {
      const message = `variable '${name}' of the parent scope is written in a parallel step but not listed in 'shared'`;
      throw new DefinitionError({ message, position, step });
    }
    this.#assigned.add(name);
  }

  #isForeign(name: string): boolean {
    if (this.#assigned.has(name) || !this.#parent) return false;
    if (this.#shared && !this.#shared.has(name)) return this.#parent.#isAssigned(name);
    return this.#parent.#isForeign(name);
  }

  #isAssigned(name: string): boolean {
    return this.#assigned.has(name) || (this.#parent ? this.#parent.#isAssigned(name) : false);
  }

  #isLoopVariable(name: string): boolean {
    return this.#loopVariables.has(name) || (this.#parent ? this.#parent.#isLoopVariable(name) : false);
  }
}

/** Variables that a step makes in the scope around it; those of loops, branches and except stay inside. */
function assignedBy({ action }: Step): readonly string[] {
  switch (action.kind) {
    case "assign":
      return action.entries.filter(({ target }) => target.path.length === 0).map(({ target }) => target.variable);
    case "call":
      return action.result ? [action.result.variable] : [];
    case "switch":
      return action.cases.flatMap(({ body }) => assignedBy(body));
    case "try":
      return assignedBy(action.body);
    case "steps":
      return action.steps.flatMap(assignedBy);
    default:
      return [];
  }
}
