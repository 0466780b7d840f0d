import { createHash } from "node:crypto";
import { system } from "../access/principal.ts";
import { ApiError, toApiError } from "../error.ts";
import { createLatencies } from "../latency.ts";
import type { EventTrigger } from "../model/generated/functions.ts";
import type { Subscription } from "../model/generated/pubsub.ts";
import type { Service } from "../model/generated/run.ts";
import { unserved } from "../unserved.ts";
import { type FunctionsContext, parseName } from "./context.ts";

/** The one type of events that functions are called with here. */
const messagePublished = "google.cloud.pubsub.topic.v1.messagePublished";

/** What stands in Pub/Sub and Cloud Run for one function's trigger. */
export interface PlacedTrigger {
  /** Full name of the push subscription. */
  readonly subscription: string;
  readonly topic: string;
  /** Whether the topic was made for the trigger, and goes with it. */
  readonly ownsTopic: boolean;
  readonly service: string;
  /** Where messages go once they are delivered. */
  readonly pushConfig?: Subscription["pushConfig"];
  /** Clock time in milliseconds from which messages are delivered; absent once they are. */
  readonly deliversFrom?: number;
}

/** In which identity Eventarc makes and removes what carries events. */
const eventarc = system("gcp-sa-eventarc");

/**
 * Refuses triggers that are not served, and such as cannot be.
 *
 * @throws ApiError UNIMPLEMENTED or INVALID_ARGUMENT
 */
export function checkTrigger({ eventType = "", eventFilters = [], pubsubTopic, channel }: EventTrigger): void {
  if (eventType === "") throw invalid("event_trigger.event_type: must be set");
  if (eventType !== messagePublished || channel) {
    throw unserved("functions.events", `event_trigger: events '${eventType}' are not served by the local cloud.`);
  }
  if (eventFilters.length > 0) throw invalid("event_trigger.event_filters: Pub/Sub messages are told by pubsub_topic");
  if (pubsubTopic !== undefined && !/^projects\/[^/]+\/topics\/[^/]+$/.test(pubsubTopic)) {
    throw invalid(`event_trigger.pubsub_topic: invalid topic '${pubsubTopic}'`);
  }
}

/**
 * A trigger with what Cloud Functions fills in. It keeps its name as long as its function has one.
 *
 * @param name full name of the function
 * @param account the default account of the project, in whose name events come
 */
export function withTrigger(name: string, sent: EventTrigger, account: string): EventTrigger {
  const { region, id, parent } = parseName(name);
  return {
    ...sent,
    trigger: `${parent}/triggers/${id}-${digits(name, 6)}`,
    triggerRegion: sent.triggerRegion || region,
    pubsubTopic: sent.pubsubTopic ?? ownTopic(name),
    serviceAccountEmail: sent.serviceAccountEmail || account,
    retryPolicy: sent.retryPolicy ?? "RETRY_POLICY_DO_NOT_RETRY",
  };
}

/**
 * Makes a function's trigger what its resource says: a push subscription whose messages reach the service as CloudEvents.
 *
 * @throws ApiError NOT_FOUND for a topic that is not there
 * @see https://cloud.google.com/eventarc/docs/run/create-trigger-messagepublished-gcloud
 */
export async function placeTrigger(
  context: FunctionsContext,
  { name, trigger, service }: { readonly name: string; readonly trigger: EventTrigger; readonly service: Service },
): Promise<void> {
  const { cloud, triggers } = context;
  const { pubsubTopic: topic = "" } = trigger;
  const present = triggers.get(name);
  if (present && present.topic !== topic) await removeTrigger(context, name);
  const ownsTopic = topic === ownTopic(name);
  const wanted = toSubscription(name, trigger, service);
  const { pushConfig } = wanted;
  const deliversFrom = present?.topic === topic ? present.deliversFrom : drawDelivery(context, name);
  const placed = { subscription: wanted.name, topic, ownsTopic, service: service.name ?? "" };
  triggers.put(name, { ...placed, pushConfig, deliversFrom });
  cloud.store.collection("run.events").put(service.name ?? "", { isRetried: trigger.retryPolicy === retried });
  if (ownsTopic) await unless("ALREADY_EXISTS", call(context, "Publisher.CreateTopic", { name: topic }));
  const silent = { ...wanted, pushConfig: undefined };
  await unless("ALREADY_EXISTS", call(context, "Subscriber.CreateSubscription", silent));
  if (deliversFrom === undefined) await deliver(context, name);
  else awaitDelivery(context, name, deliversFrom);
}

/** A new trigger keeps its first messages for a while. @returns clock time when that is over */
function drawDelivery({ cloud }: FunctionsContext, name: string): number {
  return cloud.clock.now() + createLatencies(cloud)("eventarc.trigger.delivery", name);
}

/** Waits again for the deliveries that had not begun when the cloud ended. */
export function resumeDeliveries(context: FunctionsContext): void {
  for (const [name, { deliversFrom }] of context.triggers.list()) {
    if (deliversFrom !== undefined) awaitDelivery(context, name, deliversFrom);
  }
}

/** Lets messages flow at a time, to which the clock is drawn, unless the trigger is gone or another by then. */
function awaitDelivery(context: FunctionsContext, name: string, deliversFrom: number): void {
  const { clock } = context.cloud;
  const isDue = () => context.triggers.get(name)?.deliversFrom === deliversFrom;
  void clock
    .sleep(Math.max(0, deliversFrom - clock.now()), { draws: true })
    .then(() => (isDue() ? clock.working(() => deliver(context, name)) : undefined));
}

async function deliver(context: FunctionsContext, name: string): Promise<void> {
  const placed = context.triggers.get(name);
  if (!placed) return;
  const { subscription, pushConfig } = placed;
  context.triggers.put(name, { ...placed, deliversFrom: undefined });
  await unless("NOT_FOUND", call(context, "Subscriber.ModifyPushConfig", { subscription, pushConfig }));
}

const retried = "RETRY_POLICY_RETRY";

/** Takes away what carries a function's events, if anything does. */
export async function removeTrigger(context: FunctionsContext, name: string): Promise<void> {
  const placed = context.triggers.get(name);
  if (!placed) return;
  const { subscription, topic, ownsTopic, service } = placed;
  await unless("NOT_FOUND", call(context, "Subscriber.DeleteSubscription", { subscription }));
  if (ownsTopic) await unless("NOT_FOUND", call(context, "Publisher.DeleteTopic", { topic }));
  context.cloud.store.collection("run.events").delete(service);
  context.triggers.delete(name);
}

function toSubscription(
  name: string,
  { pubsubTopic: topic = "", serviceAccountEmail }: EventTrigger,
  { uri = "" }: Service,
): Subscription & { readonly name: string } {
  const { project, region, id } = parseName(name);
  const trigger = `${id}-${digits(name, 6)}`;
  const mode = encodeURIComponent(`CUSTOM_PUBSUB_${topic}`);
  return {
    name: `projects/${project}/subscriptions/eventarc-${region}-${trigger}-sub-${digits(trigger, 3)}`,
    topic,
    labels: { "goog-eventarc": "", "goog-drz-eventarc-location": region },
    ackDeadlineSeconds: 600,
    messageRetentionDuration: "86400s",
    expirationPolicy: {},
    retryPolicy: { minimumBackoff: "10s", maximumBackoff: "600s" },
    pushConfig: {
      pushEndpoint: `${uri}?__GCP_CloudEventsMode=${mode}`,
      oidcToken: { serviceAccountEmail, audience: uri },
    },
  };
}

/** The topic of a trigger that names none. */
function ownTopic(name: string): string {
  const { project, region, id } = parseName(name);
  const trigger = `${id}-${digits(name, 6)}`;
  return `projects/${project}/topics/eventarc-${region}-${trigger}-${digits(trigger, 3)}`;
}

/** Digits that tell apart what was made for equal ids elsewhere. */
function digits(text: string, count: number): string {
  const value = createHash("sha256").update(text).digest().readUInt32BE();
  return String(value % 10 ** count).padStart(count, "0");
}

async function call({ cloud }: FunctionsContext, method: string, request: object): Promise<void> {
  await cloud.call(`google.pubsub.v1.${method}`, request, eventarc);
}

/** Whether work was done; not if the refusal says that there was nothing to do. */
async function unless(code: ApiError["code"], work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (caught) {
    if (toApiError(caught).code === code) return false;
    throw caught;
  }
}

function invalid(message: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message });
}
