import { once } from "node:events";
import type { Socket } from "node:net";
import { type FirstPacket, parseFirstPacket } from "./startup.ts";

/** Longest first packet that PostgreSQL itself takes. */
const maxStartupBytes = 10_000;
/** Longest password message: a token has a few kilobytes at most. */
const maxPasswordBytes = 65_536;

/** A client that has not begun its session within a minute is cut off, as PostgreSQL's `authentication_timeout` has it. */
const loginMs = 60_000;

/** Ends a client's connection when what is to begin its session fails, or takes too long. */
export async function withinLoginTime(socket: Socket, login: Promise<void>): Promise<void> {
  const deadline = setTimeout(() => socket.destroy(), loginMs);
  deadline.unref();
  try {
    await login;
  } catch {
    socket.destroy();
  } finally {
    clearTimeout(deadline);
  }
}

/** The first packet of a client; what came behind it stays in the socket. @throws Error when the client goes away */
export async function readFirstPacket(socket: Socket): Promise<FirstPacket> {
  return parseFirstPacket(await readPacket(socket, { lengthAt: 0, least: 8, most: maxStartupBytes }));
}

/** The text of a client's password message. @throws Error for any other message */
export async function readPassword(socket: Socket): Promise<string> {
  const packet = await readPacket(socket, { lengthAt: 1, least: 6, most: maxPasswordBytes });
  if (packet[0] !== 0x70) throw new Error("expected a password message");
  return packet.toString("utf8", 5, packet.length - 1);
}

interface PacketForm {
  /** Where the length lies, which counts itself and the content. */
  readonly lengthAt: number;
  /** Bounds of the whole, in bytes. */
  readonly least: number;
  readonly most: number;
}

async function readPacket(socket: Socket, { lengthAt, least, most }: PacketForm): Promise<Buffer> {
  let received = Buffer.alloc(0);
  for (;;) {
    received = Buffer.concat([received, await readSome(socket)]);
    if (received.length < lengthAt + 4) continue;
    const length = lengthAt + received.readUInt32BE(lengthAt);
    if (length < least || length > most) throw new Error("invalid length of a packet before the login");
    if (received.length < length) continue;
    if (received.length > length) socket.unshift(received.subarray(length));
    return received.subarray(0, length);
  }
}

/** What has come from a socket that nobody else reads. @throws Error when it ends first */
export async function readSome(socket: Socket): Promise<Buffer> {
  for (;;) {
    const chunk: Buffer | null = socket.read();
    if (chunk !== null) return chunk;
    if (socket.destroyed || socket.readableEnded) throw new Error("the client went away");
    const gone = new AbortController();
    const { signal } = gone;
    await Promise.race([
      once(socket, "readable", { signal }),
      once(socket, "end", { signal }),
      once(socket, "close", { signal }),
    ]).finally(() => gone.abort());
  }
}
