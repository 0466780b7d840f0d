import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { KeyPair } from "../certificate.ts";
import { postgresPort } from "../postgres/server.ts";
import { readFirstPacket, readPassword, withinLoginTime } from "./first-packets.ts";
import { connectPlain, connectUpstream, passOn, refusedLogin, type Upstream } from "./relay.ts";
import { type FirstPacket, passwordRequest } from "./startup.ts";

/** How clients log in that send nothing before PostgreSQL's own protocol: principals show a token for a password. */
export interface LoginRules {
  /** PostgreSQL, which asks everybody else for what it always asks for. */
  readonly upstream: Upstream;
  /** The certificate by which PostgreSQL knows that this server has identified a principal. */
  readonly voucher: KeyPair;
  /** Whether a user of the database is a principal's. */
  isPrincipal(user: string): Promise<boolean>;
  /** The user that a token's principal logs in as, if it may. */
  admit(token: string): string | undefined;
}

/** Where clients log in that use no connector. */
export interface LoginServerOptions extends LoginRules {
  readonly address: string;
  /** The instance's certificate. */
  readonly server: KeyPair;
}

/** Serves until it is closed, which cuts off open sessions. */
export interface LoginServer {
  close(): Promise<void>;
}

type Login = Exclude<FirstPacket, { kind: "encryption" }>;

/**
 * Listens on port 5432 of an address, in front of PostgreSQL, which knows no access tokens.
 *
 * @see https://cloud.google.com/alloydb/docs/database-users/manage-iam-authn
 */
export async function startLoginServer(options: LoginServerOptions): Promise<LoginServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ keepAlive: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // Whoever hangs up in the middle is of no interest to anybody else; the socket is gone either way.
    socket.on("error", () => socket.destroy());
    void withinLoginTime(socket, serve(socket, options));
  });
  server.listen({ host: options.address, port: postgresPort });
  await once(server, "listening");
  return {
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Nothing is said in favour of a client without encryption: PostgreSQL decides whether it lets such in. */
async function serve(socket: Socket, options: LoginServerOptions): Promise<void> {
  const { upstream, server: own } = options;
  const first = await readUntilTls(socket);
  if (first) return passOn(socket, await connectPlain(upstream), first);
  socket.write("S");
  const secure = new TLSSocket(socket, {
    isServer: true,
    key: own.key,
    cert: own.certificate,
    minVersion: "TLSv1.3",
  });
  secure.on("error", () => socket.destroy());
  const wanted = await readFirstPacket(secure);
  if (wanted.kind === "encryption") throw new Error("encryption is there already");
  await relayLogin(secure, wanted, options);
}

/** Logs a client in whose first packet was read, and joins it with PostgreSQL. */
export async function relayLogin(client: Socket, first: Login, rules: LoginRules): Promise<void> {
  const { upstream, voucher, isPrincipal, admit } = rules;
  if (first.kind === "cancel" || !(await isPrincipal(first.user))) {
    return passOn(client, await connectUpstream(upstream), first);
  }
  client.write(passwordRequest);
  if (admit(await readPassword(client)) !== first.user) return void client.end(refusedLogin(first.user));
  passOn(client, await connectUpstream({ ...upstream, certificate: voucher }), first);
}

/** What a client wants without encryption; `undefined` when it asks for TLS. */
async function readUntilTls(socket: Socket): Promise<Login | undefined> {
  for (;;) {
    const packet = await readFirstPacket(socket);
    if (packet.kind !== "encryption") return packet;
    if (packet.by === "TLS") return undefined;
    socket.write("N");
  }
}
