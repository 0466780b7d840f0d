/**
 * One message on its way to one subscription, as `pubsub.deliveries` has it by `{subscription}/{message id}`. It is put
 * there before a publish is answered and taken away by the acknowledgement, so nothing in between can lose it.
 */
export interface Delivery {
  readonly messageId: string;
  /** How often it was refused or not acknowledged in time. */
  readonly failures: number;
  /** How often it was handed out; the count is part of an acknowledgement's id, so that an old one is told. */
  readonly leases: number;
  /** Clock time in milliseconds at which the latest lease ends; absent when nobody has the message. */
  readonly leasedUntil?: number;
  /** Clock time before which it is not handed out again. */
  readonly delayedUntil?: number;
  /** Whether it has to come again whoever acknowledges what was handed out before. */
  readonly isVoid?: boolean;
  /** Acknowledged while an earlier one of its ordering key is not, or kept for a seek afterwards. */
  readonly isAcked?: boolean;
}

/** What an acknowledgement's id says. */
export interface AckId {
  readonly subscription: string;
  readonly messageId: string;
  readonly lease: number;
}

/** The id that a delivery is acknowledged by. */
export function toAckId({ subscription, messageId, lease }: AckId): string {
  return Buffer.from(JSON.stringify([subscription, messageId, lease])).toString("base64url");
}

/** What is in an acknowledgement's id; `undefined` for a text that is none. */
export function parseAckId(text: string): AckId | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (!Array.isArray(value) || value.length !== 3) return undefined;
    const [subscription, messageId, lease] = value as readonly unknown[];
    if (typeof subscription !== "string" || typeof messageId !== "string" || typeof lease !== "number")
      return undefined;
    return { subscription, messageId, lease };
  } catch {
    return undefined;
  }
}
