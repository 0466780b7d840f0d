import type { Clock } from "../clock.ts";
import { ApiError, errorInfo } from "../error.ts";
import type { Store } from "../store.ts";
import type { RateQuota } from "./plan.ts";

/** A minute of the clock, in milliseconds. */
const minute = 60_000;

/** What a project has used of a quota in the minute that began with its first call. */
interface Usage {
  readonly since: number;
  readonly used: number;
}

/** A call that counts against a quota. */
export interface RatedCall {
  readonly host: string;
  readonly projectId: string;
  readonly projectNumber: string;
}

/**
 * Makes what counts calls against quotas of requests a minute.
 *
 * @returns a function that counts one call, and throws an ApiError when the project's minute is used up
 * @see https://cloud.google.com/docs/quotas/overview
 */
export function createRates({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
  const usages = store.collection<Usage>("faults.rates");
  return (quota: RateQuota, call: RatedCall): void => {
    const key = `${quota.id} ${call.projectId}`;
    const now = clock.now();
    const before = usages.get(key);
    const usage = before && now - before.since < minute ? before : { since: now, used: 0 };
    if (usage.used >= quota.perMinute) throw exceeded(quota, call);
    usages.put(key, { ...usage, used: usage.used + 1 });
  };
}

/** Compute answers 403 where the others answer 429. */
function exceeded({ metric, perMinute }: RateQuota, { host, projectNumber }: RatedCall): ApiError {
  const [service = ""] = host.split(".");
  const limit = `${metric.replaceAll(" ", "")}PerMinutePerProject`;
  const message = `Quota exceeded for quota metric '${metric}' and limit '${metric} per minute' of service '${host}' for consumer 'project_number:${projectNumber}'.`;
  const info = errorInfo("RATE_LIMIT_EXCEEDED", "googleapis.com", {
    consumer: `projects/${projectNumber}`,
    quota_limit: limit,
    quota_limit_value: String(perMinute),
    quota_location: "global",
    quota_metric: `${host}/${metric.toLowerCase().replaceAll(" ", "_")}`,
    quota_unit: "1/min/{project}",
    service: host,
  });
  const details = [
    info,
    {
      "@type": "type.googleapis.com/google.rpc.QuotaFailure",
      violations: [{ subject: `project:${projectNumber}`, description: message }],
    },
  ];
  const isCompute = service === "compute";
  return new ApiError({
    code: isCompute ? "PERMISSION_DENIED" : "RESOURCE_EXHAUSTED",
    message,
    details,
    reason: "rateLimitExceeded",
  });
}
