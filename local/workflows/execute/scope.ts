import { sizeOf } from "../value/size.ts";
import type { Value } from "../value/value.ts";
import type { Memory } from "./memory.ts";

/** What a scope is made of. */
interface ScopeOptions {
  readonly parent?: Scope;
  readonly memory: Memory;
  /** Variables that belong here; all others belong to a scope around. A routine's scope has all that are left. */
  readonly locals?: ReadonlySet<string>;
}

/** The variables of a routine, loop, branch or except block. Inner scopes see and change those of outer ones. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #memory: Memory;
  readonly #locals: ReadonlySet<string>;
  readonly #variables = new Map<string, Value>();

  constructor({ parent, memory, locals = new Set() }: ScopeOptions) {
    this.#parent = parent;
    this.#memory = memory;
    this.#locals = locals;
  }

  /** The variable's value, or `undefined` when it has not been assigned. */
  get(name: string): Value | undefined {
    const own = this.#variables.get(name);
    return own === undefined ? this.#parent?.get(name) : own;
  }

  /** Assigns the variable in the scope that it belongs to. */
  set(name: string, value: Value): void {
    if (this.#parent && !this.#locals.has(name)) this.#parent.set(name, value);
    else this.define(name, value);
  }

  /** Assigns a variable of this very scope. */
  define(name: string, value: Value): void {
    const before = this.#variables.get(name);
    const change = sizeOf(value) - (before === undefined ? -Buffer.byteLength(name) : sizeOf(before));
    this.#memory.change(change);
    this.#variables.set(name, value);
  }

  /** All variables in sight by name, those of inner scopes before those around that they hide. */
  visible(): ReadonlyMap<string, Value> {
    return new Map([...(this.#parent?.visible() ?? []), ...this.#variables]);
  }

  /** Gives the memory of the scope's own variables back. */
  dispose(): void {
    for (const [name, value] of this.#variables) this.#memory.change(-sizeOf(value) - Buffer.byteLength(name));
    this.#variables.clear();
  }
}
