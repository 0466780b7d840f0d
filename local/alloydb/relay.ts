import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { KeyPair } from "../certificate.ts";
import { toTls } from "../postgres/session.ts";
import { readFirstPacket, readSome } from "./first-packets.ts";
import { type FirstPacket, fatalError, tlsRequest, withoutChannelBinding } from "./startup.ts";

/** The PostgreSQL server behind the relay. */
export interface Upstream {
  readonly address: string;
  readonly port: number;
  /** PEM of the authority behind the server's certificate. */
  readonly serverAuthority: string;
  /** The certificate by which the server knows the relay, and what the relay vouches for; none vouches for nothing. */
  readonly certificate?: KeyPair;
}

/**
 * Passes a client's PostgreSQL session through to the server, over TLS of the relay's own.
 *
 * @param role the only role that the client may log in as; `undefined` leaves that to its password
 */
export async function relaySession(client: Socket, upstream: Upstream, role: string | undefined): Promise<void> {
  const first = await readStartup(client);
  if (first.kind === "startup" && role !== undefined && first.user !== role) {
    client.end(refusedLogin(first.user));
    return;
  }
  passOn(client, await connectUpstream(upstream), first);
}

/** The refusal of a principal that wants to log in as somebody else, or may not at all. */
export function refusedLogin(user: string): Buffer {
  return fatalError("28000", `AlloyDB IAM user authentication failed for user "${user}"`);
}

/** Joins a client whose first packet was read with a server, until either hangs up. */
export function passOn(client: Socket, server: Socket, first: Exclude<FirstPacket, { kind: "encryption" }>): void {
  server.write(first.bytes);
  client.on("close", () => server.destroy());
  server.on("close", () => client.destroy());
  client.on("error", () => server.destroy());
  server.on("error", () => client.destroy());
  client.pipe(server);
  server.pipe(withoutChannelBinding()).pipe(client);
}

/**
 * Reads packets up to the first that matters; encryption is refused, since the relay's TLS is around it already.
 *
 * @throws Error when the client goes away
 */
export async function readStartup(client: Socket): Promise<Exclude<FirstPacket, { kind: "encryption" }>> {
  for (;;) {
    const packet = await readFirstPacket(client);
    if (packet.kind !== "encryption") return packet;
    client.write("N");
  }
}

/** @throws Error when nobody listens */
export async function connectPlain({ address, port }: Pick<Upstream, "address" | "port">): Promise<Socket> {
  const plain = connect({ host: address, port, keepAlive: true, noDelay: true });
  await once(plain, "connect");
  return plain;
}

/** @throws Error when nobody listens or the server refuses TLS */
export async function connectUpstream(upstream: Upstream): Promise<Socket> {
  const plain = await connectPlain(upstream);
  plain.write(tlsRequest);
  const answer = await readSome(plain);
  if (answer.toString("latin1") !== "S") throw new Error("the server refuses TLS");
  const secure = connectTls({ ...toTls(upstream), socket: plain, host: upstream.address });
  await once(secure, "secureConnect");
  return secure;
}
