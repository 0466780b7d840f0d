import type { AckId } from "./delivery.ts";
import { type Consumer, countOutstanding } from "./lane.ts";
import {
  advance,
  type BacklogContext,
  createLanes,
  giveBack,
  keep,
  type Lanes,
  laneOf,
  letGo,
  offer,
  remove,
  settle,
} from "./lanes.ts";
import { acknowledge, awaitEnd, type Leased, modifyDeadline, type Taking, take } from "./lease.ts";
import type { StoredMessage } from "./messages.ts";

/** The messages of one subscription that are not settled yet, and who has them. */
export interface Backlog {
  /** Has a message delivered. */
  add(message: StoredMessage): void;
  /** Hands out what the consumer may have now, in order. */
  take(consumer: Consumer, taking: Taking): readonly Leased[];
  /** Settles a message; false when the id no longer counts. */
  acknowledge(id: AckId): boolean;
  /** Moves the end of a lease; 0 gives the message back. False when the id no longer counts. */
  modifyDeadline(id: AckId, ms: number): boolean;
  /** Tells somebody whenever there may be something to take; gives what ends that. */
  watch(listener: () => void): () => void;
  /** Ids of the messages that are not acknowledged, in order. */
  unacked(): readonly string[];
  /** Makes exactly those unacknowledged that the test picks, among what the backlog has and the further ones given. */
  seek(isWanted: (message: StoredMessage) => boolean, further: readonly StoredMessage[]): void;
  /** Forgets everything. */
  clear(): void;
  /** Makes the timers that records and settings call for. */
  start(): void;
}

/** Opens the backlog of a subscription as its records tell it. */
export function openBacklog(context: BacklogContext): Backlog {
  const lanes = createLanes(context);
  for (const [, delivery] of context.deliveries.list(`${context.subscription}/`)) {
    context.messages.hold(delivery.messageId);
    lanes.present.set(delivery.messageId, delivery);
  }
  rebuild(lanes);
  const sweeper = createSweeper(lanes);
  return {
    add(message) {
      add(lanes, message);
      sweeper.arm();
    },
    take: (consumer, taking) => take(lanes, consumer, taking),
    acknowledge: (id) => acknowledge(lanes, id),
    modifyDeadline: (id, ms) => modifyDeadline(lanes, id, ms),
    watch(listener) {
      lanes.watchers.add(listener);
      return () => void lanes.watchers.delete(listener);
    },
    unacked: () => [...lanes.present.values()].filter(({ isAcked }) => !isAcked).map(({ messageId }) => messageId),
    seek(isWanted, further) {
      seek(lanes, isWanted, further);
      sweeper.arm();
    },
    clear: () => clear(lanes),
    start() {
      for (const delivery of lanes.present.values()) if (delivery.leasedUntil !== undefined) awaitEnd(lanes, delivery);
      for (const lane of lanes.byKey.values()) offer(lanes, lane);
      sweeper.sweep();
    },
  };
}

function add(lanes: Lanes, { messageId }: StoredMessage): void {
  lanes.context.messages.hold(messageId);
  keep(lanes, { messageId, failures: 0, leases: 0 });
  const lane = laneOf(lanes, messageId);
  lane.ids.push(messageId);
  if (lane.outstanding === 0 || lane.holder?.mode === "stream") offer(lanes, lane);
}

function seek(lanes: Lanes, isWanted: (message: StoredMessage) => boolean, further: readonly StoredMessage[]): void {
  const { messages } = lanes.context;
  for (const { messageId } of further.filter((message) => !lanes.present.has(message.messageId))) {
    messages.hold(messageId);
    lanes.present.set(messageId, { messageId, failures: 0, leases: 0 });
  }
  for (const { messageId, leases } of [...lanes.present.values()]) {
    const message = messages.get(messageId);
    letGo(lanes, messageId);
    if (message && isWanted(message)) keep(lanes, { messageId, failures: 0, leases, isVoid: true });
    else settle(lanes, { messageId, failures: 0, leases });
  }
  rebuild(lanes);
}

function clear(lanes: Lanes): void {
  for (const messageId of [...lanes.present.keys()]) {
    letGo(lanes, messageId);
    remove(lanes, messageId);
  }
  lanes.byKey.clear();
  lanes.offered.clear();
}

/** Puts every delivery into its lane, as the records tell it. */
function rebuild(lanes: Lanes): void {
  const { present, byKey, offered } = lanes;
  byKey.clear();
  offered.clear();
  const sorted = [...present.values()].sort((a, b) => (a.messageId < b.messageId ? -1 : 1));
  present.clear();
  for (const delivery of sorted) {
    present.set(delivery.messageId, delivery);
    const lane = laneOf(lanes, delivery.messageId);
    // What is acknowledged with nothing before it is settled, and only kept for a seek.
    if (delivery.isAcked && lane.ids.length === 0) byKey.delete(lane.key);
    else lane.ids.push(delivery.messageId);
  }
  for (const lane of [...byKey.values()]) {
    const handedOut = countOutstanding(lane.ids.map((id) => present.get(id)));
    lane.outstanding = lane.ids.length;
    giveBack(lanes, lane, handedOut);
  }
}

/** Forgets messages that nobody took in time: one alarm, for the oldest. */
function createSweeper(lanes: Lanes) {
  const { alarms, clock, messages, settings } = lanes.context;
  let isArmed = false;

  function sweep(): void {
    isArmed = false;
    for (const { messageId } of [...lanes.present.values()]) {
      const until = (messages.get(messageId)?.publishedAt ?? 0) + settings().retentionMs;
      if (until > clock.now()) {
        isArmed = true;
        alarms.at(until, sweep);
        return;
      }
      forget(lanes, messageId);
    }
  }

  return { sweep, arm: () => void (isArmed || sweep()) };
}

function forget(lanes: Lanes, messageId: string): void {
  const lane = laneOf(lanes, messageId);
  const index = lane.ids.indexOf(messageId);
  letGo(lanes, messageId);
  remove(lanes, messageId);
  if (index >= 0) lane.ids.splice(index, 1);
  if (index >= 0 && index < lane.outstanding) lane.outstanding -= 1;
  advance(lanes, lane);
}
