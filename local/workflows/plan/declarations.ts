/** The variables of nested scopes while a definition is read from top to bottom. */
export class Declarations {
  readonly #names: Set<string>;
  readonly #parent: Declarations | undefined;

  constructor(names: readonly string[], parent?: Declarations) {
    this.#names = new Set(names);
    this.#parent = parent;
  }

  /** Variables that belong to this very scope. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** A loop, branch or except block inside this scope, with the variables that it begins with. */
  inner(names: readonly string[]): Declarations {
    return new Declarations(names, this);
  }

  /** Notes an assignment: it makes the variable here unless a scope around has it already. */
  declare(name: string): void {
    if (!this.#has(name)) this.#names.add(name);
  }

  #has(name: string): boolean {
    return this.#names.has(name) || (this.#parent ? this.#parent.#has(name) : false);
  }
}
