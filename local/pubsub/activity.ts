import type { PubSubContext, StoredSubscription } from "./context.ts";
import { toMs } from "./rules.ts";

const hourMs = 3_600_000;

/** Notes that a subscription is in use; written once an hour, since expiration counts days. */
export function keepActive({ cloud, subscriptions }: PubSubContext, subscription: StoredSubscription): void {
  const activeAt = cloud.clock.now();
  if (activeAt - subscription.activeAt >= hourMs) subscriptions.put(subscription.name, { ...subscription, activeAt });
}

/** Clock time at which a subscription goes that nobody uses; `undefined` when it stays. */
export function expiryOf({ activeAt, expirationPolicy }: StoredSubscription): number | undefined {
  // An hour of grace for what was not written.
  return expirationPolicy?.ttl === undefined ? undefined : activeAt + toMs(expirationPolicy.ttl) + hourMs;
}
