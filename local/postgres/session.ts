import type { ConnectionOptions } from "node:tls";
import pg from "pg";
import type { KeyPair } from "../certificate.ts";
import { postgresPort } from "./server.ts";

/** A login to a server of the local cloud. */
export interface Login {
  readonly address: string;
  /** 5432 unless given. */
  readonly port?: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  /** PEM of the authority behind the server's certificate. */
  readonly serverAuthority: string;
  /** A client's certificate, for roles that log in by one. */
  readonly certificate?: KeyPair;
}

/** An open session. */
export type Session = pg.Client;

/**
 * Opens a session, gives it to some work, and closes it whatever happens.
 *
 * @throws DatabaseError of pg with the server's SQLSTATE in `code`; an Error of the socket when nobody listens
 */
export async function withSession<T>(login: Login, work: (session: Session) => Promise<T>): Promise<T> {
  const { address, port = postgresPort, database, user, password } = login;
  const ssl = toTls(login);
  const session = new pg.Client({ host: address, port, database, user, password: password ?? "", ssl });
  // A server that is stopped breaks the connection outside of any query; the query in flight is told as well.
  session.on("error", () => undefined);
  await session.connect();
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}

/** TLS options for a connection to a server of the local cloud, whose certificate lists its loopback address. */
export function toTls({
  serverAuthority,
  certificate,
}: Pick<Login, "serverAuthority" | "certificate">): ConnectionOptions {
  const own = certificate ? { key: certificate.key, cert: certificate.certificate } : {};
  return { ca: serverAuthority, minVersion: "TLSv1.3", ...own };
}
