import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import {
  type AuthType,
  connectorPort,
  decodeResponse,
  encodeRequest,
  readFrame,
} from "../alloydb/metadata-exchange.ts";
import type { Connection } from "./connection-source.ts";

/** Who dials. */
export interface DialOptions {
  readonly authType: AuthType;
  readonly token: string;
  readonly userAgent: string;
  /** Gives up when it is aborted. */
  readonly signal: AbortSignal;
}

/**
 * Connects to an instance: mutual TLS 1.3 on port 5433, then the metadata exchange.
 *
 * @returns a paused socket on which PostgreSQL's protocol begins
 * @throws Error with the instance's own words when it refuses
 */
export async function dial(
  connection: Connection,
  { authType, token, userAgent, signal }: DialOptions,
): Promise<TLSSocket> {
  const socket = connect({
    host: connection.host,
    port: connectorPort,
    ca: connection.caCert,
    cert: connection.certificateChain.join("\n"),
    key: connection.privateKey,
    minVersion: "TLSv1.3",
  });
  socket.setNoDelay(true).setKeepAlive(true, 30_000);
  try {
    await once(socket, "secureConnect", { signal });
    socket.write(encodeRequest({ userAgent, authType, token }));
    const { error } = decodeResponse(await readFrame(socket));
    if (error !== undefined) throw new Error(error);
    return socket;
  } catch (caught) {
    socket.on("error", () => undefined).destroy();
    throw caught;
  }
}
