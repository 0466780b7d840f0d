import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { KeyPair } from "../certificate.ts";
import { postgresPort } from "../postgres/server.ts";
import { toTls } from "../postgres/session.ts";
import { fatalError, parseFirstPacket, tlsRequest, withoutChannelBinding } from "./startup.ts";

/** The PostgreSQL server behind the relay. */
export interface Upstream {
  readonly address: string;
  /** PEM of the authority behind the server's certificate. */
  readonly serverAuthority: string;
  /** The certificate by which the server knows the relay, and what the relay vouches for. */
  readonly certificate: KeyPair;
}

/**
 * Passes a client's PostgreSQL session through to the server, over TLS of the relay's own.
 *
 * @param role the only role that the client may log in as; `undefined` leaves that to its password
 */
export async function relaySession(client: Socket, upstream: Upstream, role: string | undefined): Promise<void> {
  const first = await readStartup(client);
  if (first.kind === "startup" && role !== undefined && first.user !== role) {
    client.end(fatalError("28000", `AlloyDB IAM user authentication failed for user "${first.user}"`));
    return;
  }
  const server = await connectUpstream(upstream);
  server.write(first.bytes);
  client.on("close", () => server.destroy());
  server.on("close", () => client.destroy());
  client.on("error", () => server.destroy());
  server.on("error", () => client.destroy());
  client.pipe(server);
  server.pipe(withoutChannelBinding()).pipe(client);
}

/** Reads packets up to the first that matters; encryption is refused, since the relay's TLS is around it already. */
async function readStartup(
  client: Socket,
): Promise<Exclude<ReturnType<typeof parseFirstPacket>, { kind: "encryption" }>> {
  for (;;) {
    const packet = parseFirstPacket(await readPacket(client));
    if (packet.kind !== "encryption") return packet;
    client.write("N");
  }
}

/** Longest first packet that PostgreSQL itself takes. */
const maxStartupBytes = 10_000;

async function readPacket(socket: Socket): Promise<Buffer> {
  let received = Buffer.alloc(0);
  for (;;) {
    received = Buffer.concat([received, await readSome(socket)]);
    const length = received.length < 8 ? 8 : received.readUInt32BE(0);
    if (length < 8 || length > maxStartupBytes) throw new Error("invalid length of startup packet");
    if (received.length < length) continue;
    if (received.length > length) socket.unshift(received.subarray(length));
    return received.subarray(0, length);
  }
}

/** @throws Error when the socket ends first */
async function readSome(socket: Socket): Promise<Buffer> {
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

/** @throws Error when nobody listens or the server refuses TLS */
async function connectUpstream({ address, serverAuthority, certificate }: Upstream): Promise<TLSSocket> {
  const plain = connect({ host: address, port: postgresPort, keepAlive: true, noDelay: true });
  await once(plain, "connect");
  plain.write(tlsRequest);
  const answer = await readSome(plain);
  if (answer.toString("latin1") !== "S") throw new Error("the server refuses TLS");
  const secure = connectTls({ ...toTls({ serverAuthority, certificate }), socket: plain, host: address });
  await once(secure, "secureConnect");
  return secure;
}
