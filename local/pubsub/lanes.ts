import type { Alarms } from "../alarm.ts";
import type { Clock } from "../clock.ts";
import type { Collection } from "../store.ts";
import type { Delivery } from "./delivery.ts";
import { type Consumer, type Lane, laneKey } from "./lane.ts";
import type { Messages, StoredMessage } from "./messages.ts";

/** What of a subscription's settings decides about its messages. */
export interface BacklogSettings {
  readonly isOrdered: boolean;
  readonly isExactlyOnce: boolean;
  readonly retainsAcked: boolean;
  readonly retentionMs: number;
  /** Milliseconds until a message may be handed out again that failed so often. */
  backoffMs(failures: number): number;
  /** Takes a message over that failed often enough; false leaves it where it is. */
  takeOver(message: StoredMessage, failures: number): boolean;
}

/** What a backlog works with. */
export interface BacklogContext {
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly messages: Messages;
  /** `pubsub.deliveries` */
  readonly deliveries: Collection<Delivery>;
  /** Full name of the subscription. */
  readonly subscription: string;
  readonly settings: () => BacklogSettings;
}

/** The messages of one subscription in lanes, and who has them. What of it must not be lost is in `deliveries`. */
export interface Lanes {
  readonly context: BacklogContext;
  /** Every delivery in the order of its message, settled ones included that are kept for a seek. */
  readonly present: Map<string, Delivery>;
  readonly byKey: Map<string, Lane>;
  /** Keys of lanes with something to hand out, in the order in which it became so. */
  readonly offered: Set<string>;
  /** Who has which message. */
  readonly held: Map<string, { readonly consumer: Consumer; readonly bytes: number }>;
  /** Told that there may be something to take. */
  readonly watchers: Set<() => void>;
  isTelling: boolean;
}

/** Lanes without messages. */
export function createLanes(context: BacklogContext): Lanes {
  return {
    context,
    present: new Map(),
    byKey: new Map(),
    offered: new Set(),
    held: new Map(),
    watchers: new Set(),
    isTelling: false,
  };
}

/** Keeps what became of a delivery. */
export function keep({ context, present }: Lanes, delivery: Delivery): void {
  const { messageId } = delivery;
  present.set(messageId, context.deliveries.put(`${context.subscription}/${messageId}`, delivery));
}

/** Takes a message out of the subscription for good. */
export function remove({ context, present }: Lanes, messageId: string): void {
  present.delete(messageId);
  context.deliveries.delete(`${context.subscription}/${messageId}`);
  context.messages.release(messageId);
}

/** The lane of a message, made when there is none. */
export function laneOf({ context, byKey }: Lanes, messageId: string): Lane {
  const key = laneKey(context.settings().isOrdered, messageId, context.messages.get(messageId)?.orderingKey);
  const lane = byKey.get(key) ?? { key, ids: [], outstanding: 0 };
  byKey.set(key, lane);
  return lane;
}

/** Tells who watches, once this turn's changes are made. */
export function tell(lanes: Lanes): void {
  if (lanes.isTelling) return;
  lanes.isTelling = true;
  queueMicrotask(() => {
    lanes.isTelling = false;
    for (const watcher of [...lanes.watchers]) if (lanes.offered.size > 0) watcher();
  });
}

/** The delivery that a lane hands out next. */
export function nextIn({ present }: Lanes, lane: Lane): Delivery | undefined {
  return present.get(lane.ids[lane.outstanding] ?? "");
}

/** Offers a lane's next message, now or when its delay is over. */
export function offer(lanes: Lanes, lane: Lane): void {
  const { alarms, clock } = lanes.context;
  const next = nextIn(lanes, lane);
  if (!next || lanes.byKey.get(lane.key) !== lane) return;
  const { delayedUntil = 0 } = next;
  if (delayedUntil > clock.now()) {
    alarms.at(delayedUntil, () => offer(lanes, lane));
    return;
  }
  lanes.offered.add(lane.key);
  tell(lanes);
}

/** Takes a message out of its consumer's hands. */
export function letGo(lanes: Lanes, messageId: string): void {
  const lease = lanes.held.get(messageId);
  if (!lease) return;
  lanes.held.delete(messageId);
  lease.consumer.messages -= 1;
  lease.consumer.bytes -= lease.bytes;
  if (lanes.offered.size > 0) tell(lanes);
}

/** Takes a message out of the subscription, or keeps it for a seek. */
export function settle(lanes: Lanes, delivery: Delivery): void {
  letGo(lanes, delivery.messageId);
  if (lanes.context.settings().retainsAcked) keep(lanes, { ...delivery, leasedUntil: undefined, isAcked: true });
  else remove(lanes, delivery.messageId);
}

/** Settles what is acknowledged at the head of a lane, and offers what comes next. */
export function advance(lanes: Lanes, lane: Lane): void {
  const head = () => lanes.present.get(lane.ids[0] ?? "");
  for (let first = head(); first?.isAcked; first = head()) {
    lane.ids.shift();
    lane.outstanding = Math.max(0, lane.outstanding - 1);
    settle(lanes, first);
  }
  if (lane.outstanding === 0) lane.holder = undefined;
  if (lane.ids.length > 0) {
    offer(lanes, lane);
    return;
  }
  lanes.byKey.delete(lane.key);
  lanes.offered.delete(lane.key);
}

/** Gives a lane back from a place on: what follows is delivered again after it, acknowledged or not. */
export function giveBack(lanes: Lanes, lane: Lane, from: number): void {
  for (const id of lane.ids.slice(from, lane.outstanding)) {
    const delivery = lanes.present.get(id);
    letGo(lanes, id);
    const isHandedOut = delivery?.leasedUntil !== undefined || delivery?.isAcked;
    if (delivery && isHandedOut) keep(lanes, { ...delivery, leasedUntil: undefined, isAcked: undefined });
  }
  voidAfter(lanes, lane, from);
  lane.outstanding = Math.min(lane.outstanding, from);
  if (lane.outstanding === 0) lane.holder = undefined;
  offer(lanes, lane);
}

/** Acknowledgements of what was handed out after a message that failed no longer count. */
function voidAfter(lanes: Lanes, lane: Lane, place: number): void {
  for (let index = place + 1; index < lane.ids.length; index += 1) {
    const delivery = lanes.present.get(lane.ids[index] ?? "");
    if (!delivery || delivery.leases === 0) return;
    if (!delivery.isVoid) keep(lanes, { ...delivery, isVoid: true });
  }
}
