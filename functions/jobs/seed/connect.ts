import { isIP } from "node:net";
import { type ConnectionOptions, checkServerIdentity, type PeerCertificate } from "node:tls";
import { Client, DatabaseError } from "pg";
import { SeedFailure } from "./failure.ts";
import type { Log } from "./log.ts";
import { type Patience, persist } from "./patience.ts";

/** Where to log in, and as whom. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** PEM certificate of the cluster's own authority. */
  readonly authority: string;
}

/** A single attempt to connect is given up after this long. */
const attemptMillis = 5000;

/**
 * Opens a connection over TLS, verified against the cluster's own authority.
 *
 * A new instance on Direct VPC egress has no network for 20 to 80 seconds, so refused and lost connections are tried
 * again as often as `patience` says.
 *
 * @throws SeedFailure `connect` when the server cannot be reached or is not the cluster's; `login` when it refuses the
 * user; DatabaseError when it refuses the database
 */
export async function connect(login: Login, patience: Patience, log: Log): Promise<Client> {
  const where = `${login.host}:${login.port}`;
  try {
    return await persist(patience, () => open(login), {
      isLasting,
      onFailure: (error, attempt) =>
        log("WARNING", `connecting to ${where}: ${reason(error)}; trying again`, { attempt }),
    });
  } catch (cause) {
    if (cause instanceof DatabaseError && !isRefusedLogin(cause) && !isNotReady(cause)) throw cause;
    const kind = isRefusedLogin(cause) ? "login" : "connect";
    const message = `connecting to ${where} as ${login.user}, database ${login.database}: ${reason(cause)}`;
    throw new SeedFailure({ kind, message, cause });
  }
}

/** Closes a connection; what went wrong before matters more than a failure to say goodbye. */
export async function disconnect(client: Client): Promise<void> {
  await client.end().catch(() => undefined);
}

async function open(login: Login): Promise<Client> {
  const { host, port, database, user, password } = login;
  const client = new Client({
    host,
    port,
    database,
    user,
    password,
    ssl: serverVerification(login),
    connectionTimeoutMillis: attemptMillis,
    application_name: "alloyrun-seed",
  });
  // A connection lost between two queries fails the next query; without a listener it would end the process first.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await endWithClient(client);
    return client;
  } catch (error) {
    await disconnect(client);
    throw error;
  }
}

/**
 * Has the server end what it does for a client that was killed: it would else go on with a statement to the end, and hold
 * until then whatever locks whoever seeds again waits for. Where servers cannot watch their clients, it stays so.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL
 */
async function endWithClient(client: Client): Promise<void> {
  await client.query("SET client_connection_check_interval = '5s'").catch(() => undefined);
}

/**
 * The authority belongs to one cluster, so a certificate that it signed for serving proves the cluster; where the
 * certificate also names addresses, the dialled one must be among them.
 */
function serverVerification(login: Login): ConnectionOptions {
  return {
    ca: login.authority,
    rejectUnauthorized: true,
    minVersion: "TLSv1.2",
    checkServerIdentity: (_, certificate) => checkAddress(login.host, certificate),
  };
}

function checkAddress(host: string, certificate: PeerCertificate): Error | undefined {
  const namesAddresses = /(^|[ ,])IP Address:/.test(certificate.subjectaltname ?? "");
  return isIP(host) !== 0 && namesAddresses ? checkServerIdentity(host, certificate) : undefined;
}

function isLasting(error: unknown): boolean {
  return error instanceof DatabaseError ? !isNotReady(error) : isUntrusted(error);
}

/** 28P01 is a wrong password, 28000 a user that may not log in. */
function isRefusedLogin(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code ?? "").startsWith("28");
}

/** 57P03: starting up; 57P01, 57P02: shutting down; 53300: no connection left. */
function isNotReady(error: DatabaseError): boolean {
  return ["57P03", "57P01", "57P02", "53300"].includes(error.code ?? "");
}

/** A certificate that does not verify, and a server without TLS, stay so. */
function isUntrusted(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS/.test(code) || /does not support SSL/.test(error.message);
}

function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(", ");
  if (error instanceof Error) return error.message;
  return String(error);
}
