import type { HttpRequest } from "../http.ts";
import type { PushConfig } from "../model/generated/pubsub.ts";
import { accountEmail, accountPrincipal } from "../workload/service-account.ts";
import { keepActive } from "./activity.ts";
import { agentOf } from "./agent.ts";
import type { Backlog } from "./backlog.ts";
import type { PubSubContext, StoredSubscription } from "./context.ts";
import { parseAckId } from "./delivery.ts";
import type { Consumer } from "./lane.ts";
import type { Leased } from "./lease.ts";
import { toPushRequest } from "./push-request.ts";

/** Answers by which an endpoint acknowledges a message. */
const acknowledging = new Set([102, 200, 201, 202, 204]);
/** Messages that are pushed at once: how many at first, and at most. */
const first = 3;
const most = 100;

/**
 * Pushes a subscription's messages to its endpoint as long as it has one. An endpoint that answers well gets more at
 * once, one that does not gets fewer.
 *
 * @returns what ends it
 */
export function startPushing(context: PubSubContext, name: string, backlog: Backlog): () => void {
  const consumer: Consumer = { mode: "single", messages: 0, bytes: 0 };
  let atOnce = first;

  function pump(): void {
    const subscription = context.subscriptions.get(name);
    if (!subscription?.pushConfig?.pushEndpoint || subscription.detached) return;
    const maxMessages = Math.floor(atOnce) - consumer.messages;
    if (maxMessages <= 0) return;
    const leaseMs = subscription.ackDeadlineSeconds * 1000;
    const taken = backlog.take(consumer, { maxMessages, maxBytes: Number.POSITIVE_INFINITY, leaseMs });
    for (const leased of taken) void push(subscription, leased);
  }

  async function push(subscription: StoredSubscription, leased: Leased): Promise<void> {
    const isTaken = await context.cloud.clock.working(() => deliver(context, subscription, leased));
    atOnce = isTaken ? Math.min(most, atOnce + 1) : Math.max(1, atOnce / 2);
    const id = parseAckId(leased.ackId);
    if (id && isTaken) backlog.acknowledge(id);
    else if (id) backlog.modifyDeadline(id, 0);
    const present = context.subscriptions.get(name);
    if (isTaken && present) keepActive(context, present);
    pump();
  }

  return backlog.watch(pump);
}

/** Whether the endpoint took the message in time. */
async function deliver(context: PubSubContext, subscription: StoredSubscription, leased: Leased): Promise<boolean> {
  const { pushConfig = {}, ackDeadlineSeconds } = subscription;
  try {
    const token = await idToken(context, subscription, pushConfig);
    const status = await statusWithin(context, toPushRequest(subscription, leased, token), ackDeadlineSeconds * 1000);
    return acknowledging.has(status);
  } catch {
    // Nobody there, or no account to speak for: to be tried again like any refusal.
    return false;
  }
}

/** The answer's status; 0 when the time is over first. */
function statusWithin({ cloud }: PubSubContext, request: HttpRequest, ms: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(resolve, ms, 0).unref();
    const settle = () => clearTimeout(timeout);
    cloud
      .fetch(request)
      .then(({ status }) => resolve(status), reject)
      .finally(settle);
  });
}

/**
 * The token of the account that a push speaks for. Pub/Sub's own identity has the right to it within the project; for
 * an account of another project it has to be granted.
 */
async function idToken(
  { cloud }: PubSubContext,
  { name }: StoredSubscription,
  { oidcToken, pushEndpoint = "" }: PushConfig,
): Promise<string | undefined> {
  if (!oidcToken?.serviceAccountEmail) return undefined;
  const [, project = ""] = name.split("/");
  const email = accountEmail(oidcToken.serviceAccountEmail);
  const principal = await accountPrincipal(cloud, email);
  const home = /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1] ?? project;
  if (home !== project) {
    const account = `//iam.googleapis.com/projects/${home}/serviceAccounts/${email}`;
    cloud.access.demand(agentOf(cloud, project), "iam.serviceAccounts.getOpenIdToken", account);
  }
  return cloud.tokens.idToken({ principal }, oidcToken.audience || pushEndpoint);
}
