import { Transform } from "node:stream";

/** The first packet that a PostgreSQL client sends. */
export type FirstPacket =
  | { readonly kind: "startup"; readonly user: string; readonly bytes: Buffer }
  | { readonly kind: "encryption"; readonly by: "TLS" | "GSSAPI" }
  | { readonly kind: "cancel"; readonly bytes: Buffer };

const cancelCode = 80877102;
const tlsCode = 80877103;
const gssCode = 80877104;

/** Length of what asks a server for TLS, and the packet itself. */
export const tlsRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * Reads a first packet.
 *
 * @see https://www.postgresql.org/docs/16/protocol-message-formats.html
 */
export function parseFirstPacket(bytes: Buffer): FirstPacket {
  const code = bytes.readUInt32BE(4);
  if (code === tlsCode) return { kind: "encryption", by: "TLS" };
  if (code === gssCode) return { kind: "encryption", by: "GSSAPI" };
  if (code === cancelCode) return { kind: "cancel", bytes };
  const words = bytes.toString("utf8", 8).split("\0");
  const at = words.findIndex((word, index) => index % 2 === 0 && word === "user");
  return { kind: "startup", user: at < 0 ? "" : (words[at + 1] ?? ""), bytes };
}

/** Asks a client for its password as it is: `AuthenticationCleartextPassword`. */
export const passwordRequest = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

/** An `ErrorResponse` that ends a login. */
export function fatalError(sqlState: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0M${message}\0\0`);
  const head = Buffer.from([0x45, 0, 0, 0, 0]);
  head.writeUInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields]);
}

const authenticationMessage = 0x52;
const errorMessage = 0x45;
const saslCode = 10;
const channelBound = "SCRAM-SHA-256-PLUS";

/**
 * Passes on what a server says, without its offer of channel binding: that binds a login to the TLS connection which
 * the server sees, and that one ends at the relay. A client without TLS would take the offer for an attack.
 */
export function withoutChannelBinding(): Transform {
  let held: Buffer | undefined = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (held === undefined) return done(null, chunk);
      held = Buffer.concat([held, chunk]);
      const length = held.length < 5 ? Number.POSITIVE_INFINITY : 1 + held.readUInt32BE(1);
      if (held.length < length) return done();
      const [first, rest] = [held.subarray(0, length), held.subarray(length)];
      held = first[0] === authenticationMessage || first[0] === errorMessage ? undefined : Buffer.alloc(0);
      this.push(withoutOffer(first));
      return held === undefined || rest.length === 0 ? done(null, rest) : this._transform(rest, _encoding, done);
    },
  });
}

function withoutOffer(message: Buffer): Buffer {
  if (message[0] !== authenticationMessage || message.readUInt32BE(5) !== saslCode) return message;
  const offered = message.toString("latin1", 9).split("\0").filter(Boolean);
  const kept = Buffer.from(`${offered.filter((mechanism) => mechanism !== channelBound).join("\0")}\0\0`);
  const head = Buffer.from(message.subarray(0, 9));
  head.writeUInt32BE(8 + kept.length, 1);
  return Buffer.concat([head, kept]);
}
