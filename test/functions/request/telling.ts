import type { AcceptClients } from "../../../functions/request/note.ts";
import type { TellClients } from "../../../functions/request/tell.ts";
import type { Message } from "../../../google/clients/pubsub.ts";
import type { TestInstallation } from "./context.ts";

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

/** What time it is, where messages go, and whether one is refused. */
export interface Telling {
  /** Seconds since the epoch that Google's clock shows. */
  readonly now: number;
  readonly heard: Heard[];
  readonly refuse?: () => boolean;
}

/** The clients of an installation with a topic, at a time. */
export function telling(
  { clients }: TestInstallation,
  { now, heard, refuse = () => false }: Telling,
): AcceptClients & TellClients {
  const readAt = new Date(now * 1000).toISOString();
  const { storage } = clients;
  return {
    ...clients,
    storage: {
      ...storage,
      async readText(bucket, object) {
        const found = await storage.readText(bucket, object);
        return found && { ...found, readAt };
      },
    },
    pubsub: {
      async publish(topic, { data, ...message }) {
        if (refuse()) throw new Error("the topic cannot be reached");
        heard.push({ ...message, topic, event: JSON.parse(Buffer.from(data, "base64").toString()) });
      },
    },
  };
}
