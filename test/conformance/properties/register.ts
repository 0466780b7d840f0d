/** What somebody did to one resource, or saw of it, and when. */
export interface Act {
  readonly kind: "create" | "get" | "patch" | "delete" | "list";
  /** Value that was to be written. */
  readonly value?: string;
  /** Name of the code that it ended with. */
  readonly code: string;
  /** Value seen; absent where there was none. */
  readonly seen?: string;
  /** Order of its call and of its answer among all that happened. */
  readonly called: number;
  readonly answered: number;
}

/** What the naive model lets an act be answered with in a state, and the state after it; absent when it could not be. */
function applied(state: string | undefined, act: Act): { readonly state: string | undefined } | undefined {
  const { kind, value, code, seen } = act;
  if (kind === "list") return seen === state ? { state } : undefined;
  if (kind === "create") {
    if (state !== undefined) return code === "ALREADY_EXISTS" ? { state } : undefined;
    return code === "OK" ? { state: value } : undefined;
  }
  if (state === undefined) return code === "NOT_FOUND" ? { state } : undefined;
  if (code !== "OK") return undefined;
  if (kind === "get") return seen === state ? { state } : undefined;
  return { state: kind === "patch" ? value : undefined };
}

/**
 * Whether there is an order of the acts, each at some moment between its call and its answer, in which a resource that is
 * there or not and has one value gives every answer that was given.
 *
 * @see https://doi.org/10.1145/78969.78972
 */
export function isLinearizable(acts: readonly Act[], state?: string): boolean {
  if (acts.length === 0) return true;
  const earliest = Math.min(...acts.map(({ answered }) => answered));
  return acts.some((act, index) => {
    if (act.called > earliest) return false;
    const after = applied(state, act);
    return after !== undefined && isLinearizable(acts.toSpliced(index, 1), after.state);
  });
}
