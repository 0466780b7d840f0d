import { DefinitionError } from "../definition-error.ts";
import type { ForAction, Position } from "../parse/syntax.ts";
import type { ScopeNames } from "../scopes/scopes.ts";

/** The variables of one scope. */
interface NamesOptions {
  readonly scope: ScopeNames;
  /** Present on a branch or iteration of a parallel step. */
  readonly shared?: ReadonlySet<string>;
  readonly parent?: Names;
}

/** Where a name stands, for errors. */
interface Place {
  readonly step: string;
  readonly position: Position;
}

/** The names in sight at a place. Reading needs an assignment anywhere in a scope around, because jumps may go backwards. */
export class Names {
  readonly #own: ReadonlySet<string>;
  readonly #shared: ReadonlySet<string> | undefined;
  readonly #parent: Names | undefined;
  readonly #loopVariables: ReadonlySet<string>;

  constructor({ scope, shared, parent }: NamesOptions, loopVariables: readonly string[] = []) {
    this.#own = scope.own;
    this.#shared = shared;
    this.#parent = parent;
    this.#loopVariables = new Set(loopVariables);
  }

  /** Names inside an except block or a branch. */
  inner(options: Omit<NamesOptions, "parent">): Names {
    return new Names({ ...options, parent: this });
  }

  /** Names inside a loop; its variables must not be those of a loop around it. */
  loop({ value, index, position }: ForAction, step: string, options: Omit<NamesOptions, "parent">): Names {
    const declared = index === undefined ? [value] : [value, index];
    for (const name of declared) {
      if (!this.#isLoopVariable(name)) continue;
      throw new DefinitionError({
        message: `loop variable '${name}' is used by a loop around this one`,
        position,
        step,
      });
    }
    return new Names({ ...options, parent: this }, declared);
  }

  /** Whether a variable of that name may exist here. */
  has(name: string): boolean {
    return this.#own.has(name) || (this.#parent?.has(name) ?? false);
  }

  /** @throws DefinitionError when no variable of that name exists */
  expect(name: string, { step, position }: Place): void {
    if (this.has(name)) return;
    throw new DefinitionError({ message: `symbol '${name}' is not a variable`, position, step });
  }

  /** @throws DefinitionError when an assignment would change a variable outside a parallel step that is not shared */
  expectWritable(name: string, { step, position }: Place): void {
    if (!this.#isForeign(name)) return;
    const message = `variable '${name}' of the parent scope is written in a parallel step but not listed in 'shared'`;
    throw new DefinitionError({ message, position, step });
  }

  #isForeign(name: string): boolean {
    if (this.#own.has(name) || !this.#parent) return false;
    if (this.#shared && !this.#shared.has(name)) return true;
    return this.#parent.#isForeign(name);
  }

  #isLoopVariable(name: string): boolean {
    return this.#loopVariables.has(name) || (this.#parent ? this.#parent.#isLoopVariable(name) : false);
  }
}
