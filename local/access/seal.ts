import { createHmac, timingSafeEqual } from "node:crypto";
import { isJsonObject, type JsonObject } from "../json.ts";

/** Makes texts that say themselves what they stand for, and knows its own again; so nothing is remembered of them. */
export interface Seal {
  /** A text of base64url characters; it hides nothing of the value. */
  close(value: JsonObject): string;
  /** What a text was made from; `undefined` unless it was made by the same secret for the same purpose. */
  open(text: string): JsonObject | undefined;
}

const codeBytes = 32;

/**
 * Makes a seal.
 *
 * @param purpose keeps texts of one kind from being taken for another's
 */
export function createSeal(secret: Buffer, purpose: string): Seal {
  const key = createHmac("sha256", secret).update(purpose).digest();
  const codeOf = (payload: Buffer) => createHmac("sha256", key).update(payload).digest();
  return {
    close(value) {
      const payload = Buffer.from(JSON.stringify(value));
      return Buffer.concat([codeOf(payload), payload]).toString("base64url");
    },
    open(text) {
      const bytes = Buffer.from(text, "base64url");
      const payload = bytes.subarray(codeBytes);
      if (bytes.length <= codeBytes || !timingSafeEqual(bytes.subarray(0, codeBytes), codeOf(payload)))
        return undefined;
      // Another text of the same bytes would be another token.
      if (bytes.toString("base64url") !== text) return undefined;
      const value: unknown = JSON.parse(payload.toString());
      return isJsonObject(value) ? value : undefined;
    },
  };
}
