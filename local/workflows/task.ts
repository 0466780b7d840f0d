/** How something ended that a task waited for. */
export type Settled<T> = { readonly value: T } | { readonly error: unknown };

/** What a task waits for: it is told how to go on. */
export type Suspension = (resume: () => void) => void;

/**
 * A computation of the language that stops where it has to wait. Everything it does between two waits happens at once,
 * so that one assignment is atomic even when other branches run beside it.
 */
export type Task<T> = Generator<Suspension, T, void>;

/** Waits from within a task until `settle` is called; an error is thrown inside the task. */
export function* suspend<T>(begin: (settle: (outcome: Settled<T>) => void) => void): Task<T> {
  const slot: { outcome?: Settled<T> } = {};
  yield (resume) =>
    begin((outcome) => {
      slot.outcome = outcome;
      resume();
    });
  if (!slot.outcome) throw new Error("a task was resumed before its wait was over");
  if ("error" in slot.outcome) throw slot.outcome.error;
  return slot.outcome.value;
}
