/** How often something is tried that fails while a new instance has no egress yet. */
export interface Patience {
  readonly attempts: number;
  /** Waits between two attempts. */
  readonly pause: () => Promise<void>;
}

/**
 * Tries until it works, the attempts are used up, or the failure is one that time does not heal.
 *
 * @param isLasting whether a failure is not worth another attempt
 * @param onFailure told of each failure that is followed by another attempt, counted from 1
 * @throws what the last attempt threw
 */
export async function persist<Result>(
  patience: Patience,
  attempt: () => Promise<Result>,
  policy: {
    readonly isLasting: (error: unknown) => boolean;
    readonly onFailure: (error: unknown, count: number) => void;
  },
): Promise<Result> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= patience.attempts || policy.isLasting(error)) throw error;
      policy.onFailure(error, count);
      await patience.pause();
    }
  }
}
