import { eventSchema } from "../../../functions/events/schema.ts";
import type { Message } from "../../../google/clients/pubsub.ts";

/** A message as it was published, with the event in it. */
export interface Heard extends Omit<Message, "data"> {
  readonly topic: string;
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly time: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

/** Reads what is published. @throws ZodError when it is no event as they are described */
export function toHeard(topic: string, { data, ...message }: Message): Heard {
  const event = JSON.parse(Buffer.from(data, "base64").toString());
  eventSchema.parse(event);
  return { ...message, topic, event };
}
