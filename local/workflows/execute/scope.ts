import { sizeOf } from "../value/size.ts";
import type { Value } from "../value/value.ts";
import type { Memory } from "./memory.ts";

/** Where a scope ends for writing: inside a parallel step only shared variables of the outside may be written. */
interface ScopeOptions {
  readonly parent?: Scope;
  readonly memory: Memory;
  /** Present on the scope of a branch or iteration of a parallel step. */
  readonly shared?: ReadonlySet<string>;
}

/** The variables of a routine, loop, branch or except block. Inner scopes see and change those of outer ones. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #memory: Memory;
  readonly #shared: ReadonlySet<string> | undefined;
  readonly #variables = new Map<string, Value>();

  constructor({ parent, memory, shared }: ScopeOptions) {
    this.#parent = parent;
    this.#memory = memory;
    this.#shared = shared;
  }

  /** The variable's value, or `undefined` when it has not been assigned. */
  get(name: string): Value | undefined {
    const own = this.#variables.get(name);
    return own === undefined ? this.#parent?.get(name) : own;
  }

  /** Assigns the variable where it exists, otherwise makes it here. */
  set(name: string, value: Value): void {
    (this.#owner(name) ?? this).define(name, value);
  }

  /** Makes or replaces a variable of this very scope. */
  define(name: string, value: Value): void {
    const before = this.#variables.get(name);
    const change = sizeOf(value) - (before === undefined ? -Buffer.byteLength(name) : sizeOf(before));
    this.#memory.change(change);
    this.#variables.set(name, value);
  }

  /** Gives the memory of the scope's own variables back. */
  dispose(): void {
    for (const [name, value] of this.#variables) this.#memory.change(-sizeOf(value) - Buffer.byteLength(name));
    this.#variables.clear();
  }

  #owner(name: string): Scope | undefined {
    if (this.#variables.has(name)) return this;
    if (this.#shared && !this.#shared.has(name)) return undefined;
    return this.#parent ? this.#parent.#owner(name) : undefined;
  }
}
