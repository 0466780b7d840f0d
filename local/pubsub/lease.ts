import { type AckId, type Delivery, toAckId } from "./delivery.ts";
import { type Consumer, isOpenTo, type Lane } from "./lane.ts";
import { advance, giveBack, keep, type Lanes, laneOf, letGo, nextIn } from "./lanes.ts";
import { type StoredMessage, sizeOf } from "./messages.ts";

/** A message in a consumer's hands. */
export interface Leased {
  readonly ackId: string;
  readonly message: StoredMessage;
  /** 1 when it is handed out for the first time. */
  readonly deliveryAttempt: number;
}

/** How much a consumer takes at once, and for how long. */
export interface Taking {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly leaseMs: number;
}

/** Hands out what a consumer may have now. */
export function take(lanes: Lanes, consumer: Consumer, { maxMessages, maxBytes, leaseMs }: Taking): Leased[] {
  const taken: Leased[] = [];
  let bytes = 0;
  for (const key of lanes.offered) {
    const lane = lanes.byKey.get(key);
    if (taken.length >= maxMessages || bytes >= maxBytes) break;
    if (!lane || !isOpenTo(lane, consumer)) continue;
    const rest = { maxMessages: maxMessages - taken.length, maxBytes: maxBytes - bytes, leaseMs };
    const more = takeFrom(lanes, lane, { ...rest, consumer, isFirst: taken.length === 0 });
    taken.push(...more);
    bytes += more.reduce((sum, { message }) => sum + sizeOf(message), 0);
  }
  return taken;
}

interface LaneTaking extends Taking {
  readonly consumer: Consumer;
  /** The first message is handed out however large it is. */
  readonly isFirst: boolean;
}

function takeFrom(lanes: Lanes, lane: Lane, taking: LaneTaking): Leased[] {
  const { consumer, maxBytes, isFirst } = taking;
  const taken: Leased[] = [];
  let bytes = 0;
  const most = consumer.mode === "single" ? 1 : taking.maxMessages;
  for (let next = readyIn(lanes, lane); next && taken.length < most; next = readyIn(lanes, lane)) {
    bytes += sizeOf(next);
    if (bytes > maxBytes && !(isFirst && taken.length === 0)) break;
    taken.push(lease(lanes, lane, { ...taking, message: next }));
  }
  if (taken.length > 0 && consumer.mode !== "stream") lanes.offered.delete(lane.key);
  if (lane.outstanding >= lane.ids.length) lanes.offered.delete(lane.key);
  return taken;
}

/** The message that a lane hands out next, unless it still has to wait. */
function readyIn(lanes: Lanes, lane: Lane): StoredMessage | undefined {
  const next = nextIn(lanes, lane);
  if (!next || (next.delayedUntil ?? 0) > lanes.context.clock.now()) return undefined;
  return lanes.context.messages.get(next.messageId);
}

function lease(
  lanes: Lanes,
  lane: Lane,
  { message, consumer, leaseMs }: LaneTaking & { readonly message: StoredMessage },
): Leased {
  const { messageId } = message;
  const { clock, subscription } = lanes.context;
  const { failures = 0, leases: earlier = 0 } = lanes.present.get(messageId) ?? {};
  const leases = earlier + 1;
  const delivery = { messageId, failures, leases, leasedUntil: clock.now() + leaseMs };
  keep(lanes, delivery);
  awaitEnd(lanes, delivery);
  lane.outstanding += 1;
  lane.holder = consumer;
  const bytes = sizeOf(message);
  lanes.held.set(messageId, { consumer, bytes });
  consumer.messages += 1;
  consumer.bytes += bytes;
  return { ackId: toAckId({ subscription, messageId, lease: leases }), message, deliveryAttempt: failures + 1 };
}

/** Gives a message back when its lease ends without an answer. */
export function awaitEnd(lanes: Lanes, { messageId, leases, leasedUntil = 0 }: Delivery): void {
  lanes.context.alarms.at(leasedUntil, () => {
    const delivery = lanes.present.get(messageId);
    if (delivery?.leases !== leases || delivery.leasedUntil !== leasedUntil || delivery.isAcked) return;
    fail(lanes, delivery);
  });
}

function fail(lanes: Lanes, delivery: Delivery): void {
  const { clock, messages, settings } = lanes.context;
  const { messageId } = delivery;
  const lane = laneOf(lanes, messageId);
  const failures = delivery.failures + 1;
  const message = messages.get(messageId);
  if (message && settings().takeOver(message, failures)) {
    keep(lanes, { ...delivery, failures, isAcked: true });
    advance(lanes, lane);
    return;
  }
  keep(lanes, { ...delivery, failures, delayedUntil: clock.now() + settings().backoffMs(failures) });
  giveBack(lanes, lane, lane.ids.indexOf(messageId));
}

/** Settles a message; false when the id no longer counts. */
export function acknowledge(lanes: Lanes, { messageId, lease: number }: AckId): boolean {
  const delivery = lanes.present.get(messageId);
  if (!delivery || delivery.leases !== number || delivery.isAcked || delivery.isVoid) return false;
  const lane = laneOf(lanes, messageId);
  const isHeld = delivery.leasedUntil !== undefined;
  // Late, but nobody else has it meanwhile: it counts, unless an earlier one of its key has to come again first.
  if (!isHeld && (lanes.context.settings().isExactlyOnce || lane.ids[0] !== messageId)) return false;
  letGo(lanes, messageId);
  keep(lanes, { ...delivery, leasedUntil: undefined, isAcked: true });
  advance(lanes, lane);
  return true;
}

/** Moves the end of a lease; 0 gives the message back. False when the id no longer counts. */
export function modifyDeadline(lanes: Lanes, { messageId, lease: number }: AckId, ms: number): boolean {
  const delivery = lanes.present.get(messageId);
  if (!delivery || delivery.leases !== number || delivery.leasedUntil === undefined) return false;
  if (ms <= 0) {
    fail(lanes, delivery);
    return true;
  }
  const extended = { ...delivery, leasedUntil: lanes.context.clock.now() + ms };
  keep(lanes, extended);
  awaitEnd(lanes, extended);
  return true;
}
