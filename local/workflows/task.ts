/**
 * Work that a task waits for. Everything a definition does between two effects happens at once, so that one assignment
 * is atomic even when other branches run beside it.
 */
type Effect = () => Promise<void>;

/** A computation of the language that stops at each effect and goes on when it is over. */
export type Task<T> = Generator<Effect, T, void>;

/** Waits for real or simulated work from within a task. */
export function* perform<T>(work: () => Promise<T>): Task<T> {
  const slot: { outcome?: { readonly value: T } } = {};
  yield async () => {
    slot.outcome = { value: await work() };
  };
  if (!slot.outcome) throw new Error("a task was resumed before its effect was over");
  return slot.outcome.value;
}

/** Runs a task to its end, waiting for its effects; a rejected effect is thrown inside the task. */
export async function drive<T>(task: Task<T>): Promise<T> {
  let step = task.next();
  while (!step.done) {
    const failure = await attempt(step.value);
    step = failure ? task.throw(failure.reason) : task.next();
  }
  return step.value;
}

async function attempt(effect: Effect): Promise<{ readonly reason: unknown } | undefined> {
  try {
    await effect();
    return undefined;
  } catch (reason) {
    return { reason };
  }
}
