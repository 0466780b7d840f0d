import { once } from "node:events";
import {
  Metadata,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerWritableStream,
  type sendUnaryData,
} from "@grpc/grpc-js";
import type { JsonObject } from "../json.ts";
import { kept } from "../state/change-log.ts";

/** A streaming gRPC call of any of the three kinds. */
export type StreamingCall =
  | ServerDuplexStream<Buffer, Buffer>
  | ServerReadableStream<Buffer, Buffer>
  | ServerWritableStream<Buffer, Buffer>;

/** The requests of a call, one where the caller sends no stream. */
export async function* requestsOf(
  call: StreamingCall,
  decode: (bytes: Buffer) => JsonObject,
): AsyncGenerator<JsonObject, void> {
  if (!("read" in call)) {
    yield decode(call.request);
    return;
  }
  for await (const bytes of call) yield decode(bytes as Buffer);
}

/** Tells the caller, before anything is answered, that the stream stands. */
export function sendHeaders(call: StreamingCall): void {
  if (!call.cancelled) call.sendMetadata(new Metadata());
}

/** Responses as bytes, each once whatever was changed before it is kept: it may acknowledge that. */
export async function* encodeAll(
  responses: AsyncIterable<JsonObject>,
  encode: (response: JsonObject) => Buffer,
): AsyncGenerator<Buffer, void> {
  for await (const response of responses) {
    await kept();
    yield encode(response);
  }
}

/** Sends responses as fast as the caller takes them, and ends the call. */
export async function sendAll(call: StreamingCall, responses: AsyncIterable<Buffer>): Promise<void> {
  if (!("write" in call)) throw new Error("a call without a stream of responses is answered at once");
  for await (const bytes of responses) {
    if (call.cancelled) return;
    if (!call.write(bytes)) await Promise.race([once(call, "drain"), once(call, "cancelled")]);
  }
  call.end();
}

/** Answers a call whose caller streams with the one response that there is. */
export async function sendOne(responses: AsyncIterable<Buffer>, callback: sendUnaryData<Buffer>): Promise<void> {
  let last = Buffer.alloc(0);
  for await (const bytes of responses) last = Buffer.from(bytes);
  callback(null, last);
}
