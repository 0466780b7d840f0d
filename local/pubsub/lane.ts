import type { Delivery } from "./delivery.ts";

/**
 * Who receives messages. A pull takes a batch of an ordering key and nobody gets more of the key until all of it is
 * acknowledged; a push takes one message at a time; a stream that has a key goes on receiving it.
 */
export interface Consumer {
  readonly mode: "batch" | "single" | "stream";
  /** Messages that it has and did not answer for. */
  messages: number;
  bytes: number;
}

/** Messages that are delivered in order: those of one ordering key, or a single one that has none. */
export interface Lane {
  readonly key: string;
  /** Unsettled messages in order; the first `outstanding` are handed out (or acknowledged before an earlier one). */
  readonly ids: string[];
  outstanding: number;
  holder?: Consumer;
}

/** The lane of a message. */
export function laneKey(isOrdered: boolean, messageId: string, orderingKey: string | undefined): string {
  return isOrdered && orderingKey ? `key ${orderingKey}` : messageId;
}

/** Whether a consumer may receive the lane's next message now. */
export function isOpenTo({ ids, outstanding, holder }: Lane, consumer: Consumer): boolean {
  if (outstanding >= ids.length) return false;
  return outstanding === 0 || (holder === consumer && consumer.mode === "stream");
}

/** Messages at the head of a lane that are handed out, as the records tell after a restart. */
export function countOutstanding(deliveries: readonly (Delivery | undefined)[]): number {
  const first = deliveries.findIndex((delivery) => !delivery?.isAcked && delivery?.leasedUntil === undefined);
  return first < 0 ? deliveries.length : first;
}
