import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Open connections by their other end, `{address}:{port}`, which is all that a gRPC call knows of its own. */
export interface Connections {
  add(connection: Duplex): void;
  /** Closes a connection without a word. */
  destroy(peer: string): void;
}

/** Makes an empty table of connections; they leave it when they close. */
export function createConnections(): Connections {
  const byPeer = new Map<string, Socket>();
  return {
    add(connection) {
      if (!(connection instanceof Socket)) return;
      const peer = `${connection.remoteAddress}:${connection.remotePort}`;
      byPeer.set(peer, connection);
      connection.once("close", () => byPeer.delete(peer));
    },
    destroy: (peer) => void byPeer.get(peer)?.destroy(),
  };
}
