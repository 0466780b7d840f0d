import { randomBytes } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import type { Collection } from "../store.ts";
import type { Contents } from "./contents.ts";
import type { ObjectWrite } from "./objects.ts";

/** An upload in several requests. */
export interface Session extends Omit<ObjectWrite, "content"> {
  /** Clock time of its beginning in milliseconds. */
  readonly begun: number;
  /** What has come so far, in order. */
  readonly parts: readonly Part[];
}

interface Part {
  /** Id among the contents. */
  readonly id: string;
  readonly size: number;
}

/** The unfinished uploads of a local cloud, by the id that the first request of each was answered with. */
export interface UploadSessions {
  begin(write: Omit<ObjectWrite, "content">): string;
  find(id: string): Session | undefined;
  /** Adds bytes; what came before is kept up to the offset. Gives all that has come. */
  receive(id: string, session: Session, chunk: { readonly bytes: Buffer; readonly offset?: number }): Promise<Session>;
  /** The bytes that have come. */
  read(session: Session): Promise<Buffer>;
  /** Forgets an upload, finished or not. */
  end(id: string): Promise<void>;
  /** Forgets those that nobody can continue any more. */
  expire(): void;
  /** Ids of all contents in use. */
  contents(): readonly string[];
}

/** @see https://cloud.google.com/storage/docs/resumable-uploads#session-uris */
const lifetimeMs = 7 * 24 * 3600_000;

/** Opens the unfinished uploads of a local cloud. */
export function openUploadSessions({ store, clock }: Cloud, contents: Contents): UploadSessions {
  const sessions: Collection<Session> = store.collection("storage.uploads");

  async function read({ parts }: Pick<Session, "parts">): Promise<Buffer> {
    return Buffer.concat(await Promise.all(parts.map(({ id }) => contents.read(id))));
  }

  async function discard(parts: readonly Part[]): Promise<void> {
    await Promise.all(parts.map(({ id }) => contents.discard(id)));
  }

  async function toPart(bytes: Buffer): Promise<Part> {
    return { id: await contents.write(bytes), size: bytes.length };
  }

  return {
    begin(write) {
      const id = randomBytes(24).toString("base64url");
      sessions.put(id, { ...write, begun: clock.now(), parts: [] });
      return id;
    },
    find: (id) => sessions.get(id),
    async receive(id, session, { bytes, offset = sizeOf(session) }) {
      if (offset >= sizeOf(session)) {
        const added = bytes.length > 0 ? [await toPart(bytes)] : [];
        return sessions.put(id, { ...session, parts: [...session.parts, ...added] });
      }
      const whole = Buffer.concat([(await read(session)).subarray(0, offset), bytes]);
      const rewritten = sessions.put(id, { ...session, parts: [await toPart(whole)] });
      await discard(session.parts);
      return rewritten;
    },
    read,
    async end(id) {
      const session = sessions.get(id);
      sessions.delete(id);
      if (session) await discard(session.parts);
    },
    expire() {
      for (const [id, { begun }] of sessions.list()) if (begun + lifetimeMs < clock.now()) sessions.delete(id);
    },
    contents: () => sessions.list().flatMap(([, { parts }]) => parts.map(({ id }) => id)),
  };
}

/** Number of bytes that have come. */
export function sizeOf({ parts }: Pick<Session, "parts">): number {
  return parts.reduce((sum, { size }) => sum + size, 0);
}
