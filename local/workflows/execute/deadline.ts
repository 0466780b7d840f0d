/** A request was not answered in time; hosts that simulate time throw it by themselves. */
export class DeadlineError extends Error {
  constructor(timeoutMs: number) {
    super(`request has not been answered within ${timeoutMs / 1000} seconds`);
    this.name = "DeadlineError";
  }
}

/**
 * Waits for a real exchange, which counts real time.
 *
 * @throws DeadlineError when it takes longer
 */
export async function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeadlineError(timeoutMs)), timeoutMs);
  timer.unref();
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
