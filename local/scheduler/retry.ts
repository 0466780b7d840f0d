import type { RetryConfig } from "../model/generated/scheduler.ts";
import type { Execution } from "./job.ts";
import { defaultRetry } from "./settings.ts";

const toMs = (duration: string) => Number.parseFloat(duration) * 1000;

/**
 * Milliseconds until a failed execution is tried again: the pause doubles a number of times, then grows evenly, and
 * never beyond its largest. `undefined` when it is not tried again before its next time.
 *
 * @see https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#RetryConfig
 */
export function retryDelay(sent: RetryConfig, execution: Execution, now: number): number | undefined {
  const config = { ...defaultRetry, retryCount: 0, ...sent };
  const { retries, firstAttemptAt = now } = execution;
  const limitMs = toMs(config.maxRetryDuration);
  const hasCountLeft = retries < config.retryCount;
  // With both limits an execution is tried again until both are reached.
  const hasTimeLeft = config.retryCount > 0 && limitMs > 0 && now - firstAttemptAt < limitMs;
  if (!hasCountLeft && !hasTimeLeft) return undefined;
  const least = toMs(config.minBackoffDuration);
  const doubled = least * 2 ** Math.min(retries, config.maxDoublings);
  const grown = Math.max(0, retries - config.maxDoublings) * least * 2 ** config.maxDoublings;
  return Math.min(doubled + grown, toMs(config.maxBackoffDuration));
}
