import type { Socket } from "node:net";

/** Port of an instance on which connectors and the Auth Proxy speak. */
export const connectorPort = 5433;

/** How a connection behind the exchange logs in: with a database password, or as the principal of the token. */
export type AuthType = "DB_NATIVE" | "AUTO_IAM";

/** What a connector says right after TLS. */
export interface ExchangeRequest {
  readonly userAgent: string;
  readonly authType: AuthType;
  /** OAuth 2.0 access token. */
  readonly token: string;
}

/** What the instance answers; with an error the connection ends. */
export interface ExchangeResponse {
  readonly error?: string;
}

/** Longest message of the exchange, in bytes. */
const maxFrameBytes = 16 * 1024;
/** Both sides give up after this time. */
const deadlineMs = 30_000;

const authTypes: Readonly<Record<AuthType, number>> = { DB_NATIVE: 1, AUTO_IAM: 2 };

/** The bytes of a request: the length of four bytes, then `MetadataExchangeRequest { 1: user_agent 2: auth_type 3: token }`. */
export function encodeRequest({ userAgent, authType, token }: ExchangeRequest): Buffer {
  return frame([text(1, userAgent), number(2, authTypes[authType]), text(3, token)]);
}

/** @throws Error for bytes that are no protobuf */
export function decodeRequest(body: Buffer): ExchangeRequest {
  const fields = parse(body);
  return {
    userAgent: String(fields.get(1) ?? ""),
    authType: fields.get(2) === authTypes.AUTO_IAM ? "AUTO_IAM" : "DB_NATIVE",
    token: String(fields.get(3) ?? ""),
  };
}

/** The bytes of an answer: the length, then `MetadataExchangeResponse { 1: response_code (1 OK, 2 ERROR) 2: error }`. */
export function encodeResponse({ error }: ExchangeResponse): Buffer {
  return frame(error === undefined ? [number(1, 1)] : [number(1, 2), text(2, error)]);
}

/** @throws Error for bytes that are no protobuf */
export function decodeResponse(body: Buffer): ExchangeResponse {
  const fields = parse(body);
  return fields.get(1) === 1 ? {} : { error: String(fields.get(2) ?? "unknown error") };
}

/**
 * Reads one message of the exchange; what came behind it stays in the socket, which is left paused.
 *
 * @throws Error when the socket ends, the message is too long, or 30 real seconds have passed
 */
export function readFrame(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const finish = (outcome: () => void) => {
      clearTimeout(deadline);
      socket.off("data", onData).off("close", onClose).off("error", onError).pause();
      outcome();
    };
    const fail = (message: string) => finish(() => reject(new Error(message)));
    const deadline = setTimeout(() => fail("the metadata exchange timed out"), deadlineMs);
    const onClose = () => fail("the connection ended during the metadata exchange");
    const onError = (error: Error) => fail(error.message);
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4) return;
      const length = received.readUInt32BE(0);
      if (length > maxFrameBytes) return fail(`a message of ${length} bytes is too long for the metadata exchange`);
      if (received.length < 4 + length) return;
      finish(() => {
        if (received.length > 4 + length) socket.unshift(received.subarray(4 + length));
        resolve(received.subarray(4, 4 + length));
      });
    };
    socket.on("data", onData).on("close", onClose).on("error", onError).resume();
  });
}

function frame(fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function number(field: number, value: number): Buffer {
  return Buffer.from([field << 3, ...varint(value)]);
}

function text(field: number, value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

/** Scalar fields by number; a field that comes twice counts as it came last. */
function parse(body: Buffer): Map<number, number | string> {
  const fields = new Map<number, number | string>();
  let offset = 0;
  const next = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = body[offset++];
      if (byte === undefined) throw new Error("malformed message in the metadata exchange");
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (offset < body.length) {
    const tag = next();
    const value = next();
    if ((tag & 7) === 0) {
      fields.set(tag >> 3, value);
      continue;
    }
    if ((tag & 7) !== 2 || offset + value > body.length) throw new Error("malformed message in the metadata exchange");
    fields.set(tag >> 3, body.toString("utf8", offset, offset + value));
    offset += value;
  }
  return fields;
}
