import type { AcceptClients } from "../../../functions/request/note.ts";
import type { TellClients } from "../../../functions/request/tell.ts";
import type { TestInstallation } from "./context.ts";
import { type Heard, toHeard } from "./heard.ts";

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
      async publish(topic, message) {
        if (refuse()) throw new Error("the topic cannot be reached");
        heard.push(toHeard(topic, message));
      },
    },
  };
}
