import type { Duplex } from "node:stream";
import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type StatusObject,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { Tokens } from "../access/tokens.ts";
import { ApiError, codes, toApiError } from "../error.ts";
import { ConnectionLost } from "../fault/connection-lost.ts";
import type { JsonObject } from "../json.ts";
import { readRequest } from "../model/bind.ts";
import type { Method, Model } from "../model/model.ts";
import { createWire, type Wire } from "../model/wire.ts";
import type { Operations } from "../operation.ts";
import { kept } from "../state/change-log.ts";
import { type Connections, createConnections } from "./connections.ts";
import type { Dispatcher } from "./dispatch.ts";
import { encodeAll, requestsOf, type StreamingCall, sendAll, sendHeaders, sendOne } from "./grpc-stream.ts";
import type { HostTable } from "./hosts.ts";
import type { StreamInvocation } from "./stream.ts";

/** What gRPC calls are answered with. */
export interface GrpcContext {
  readonly model: Model;
  readonly tokens: Tokens;
  readonly operations: Operations;
  readonly dispatcher: Dispatcher;
  readonly hosts: HostTable;
  /** Answers a streaming call; see `invokeStream`. */
  readonly stream: (invocation: StreamInvocation) => AsyncIterable<JsonObject>;
}

/** A gRPC server without a port of its own. */
export interface GrpcServer {
  /** Serves a connection whose first bytes may be pushed back onto it. */
  accept(connection: Duplex): void;
  stop(): void;
}

/** Serves every method of the model over gRPC, by the same handlers as REST. */
export function createGrpcServer(context: GrpcContext): GrpcServer {
  const server = new Server({ "grpc.max_receive_message_length": 64 * 1024 * 1024 });
  const wire = createWire(context.model);
  const connections = createConnections();
  const served = { ...context, connections };
  const methods = Object.entries(context.model.methods);
  const byService = Map.groupBy(methods, ([name]) => name.slice(0, name.lastIndexOf(".")));
  for (const [service, entries] of byService) {
    const definition: Record<string, ServiceDefinition[string]> = {};
    const implementation: UntypedServiceImplementation = {};
    for (const [name, method] of entries) {
      const short = name.slice(service.length + 1);
      definition[short] = methodDefinition(`/${service}/${short}`, method);
      const isStream = method.requestStream || method.responseStream;
      implementation[short] = (isStream ? streamHandler : unaryHandler)(served, wire, { name, method });
    }
    server.addService(definition, implementation);
  }
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    accept(connection) {
      connections.add(connection);
      injector.injectConnection(connection);
    },
    stop: () => server.forceShutdown(),
  };
}

/** What a handler works with. */
interface Served extends GrpcContext {
  readonly connections: Connections;
}

/** Messages pass as bytes; encoding needs to know more than one value. */
function methodDefinition(path: string, method: Method): ServiceDefinition[string] {
  const same = (bytes: Buffer) => bytes;
  return {
    path,
    requestStream: method.requestStream === true,
    responseStream: method.responseStream === true,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

function unaryHandler(
  context: Served,
  wire: Wire,
  { name, method }: { name: string; method: Method },
): handleUnaryCall<Buffer, Buffer> {
  return (call, callback) => {
    const aborted = new AbortController();
    call.on("cancelled", () => aborted.abort());
    const headers = headersOf(call.metadata);
    const respond = async () => {
      const request = decodeRequest(wire, method, call.request);
      const response = await context.dispatcher.invoke({
        host: hostOf(context, { authority: call.getHost(), method, request }),
        method: name,
        headers,
        signal: aborted.signal,
        identify: () => context.tokens.identify(headers.authorization),
        read: (reading) => readRequest(reading, name, request),
      });
      await kept();
      return wire.encode(method.response, response);
    };
    respond().then(
      (bytes) => callback(null, bytes),
      (caught: unknown) => {
        if (caught instanceof ConnectionLost) context.connections.destroy(call.getPeer());
        else callback(toGrpcStatus(wire, toApiError(caught)));
      },
    );
  };
}

/** One handler for the three kinds of streams: the callback is there when the caller streams and is answered once. */
function streamHandler(
  context: Served,
  wire: Wire,
  { name, method }: { name: string; method: Method },
): (call: StreamingCall, callback?: sendUnaryData<Buffer>) => void {
  return (call, callback) => {
    const aborted = new AbortController();
    call.on("cancelled", () => aborted.abort());
    const headers = headersOf(call.metadata);
    const responses = context.stream({
      host: hostOf(context, { authority: call.getHost(), method, request: {} }),
      method: name,
      headers,
      signal: aborted.signal,
      requests: requestsOf(call, (bytes) => decodeRequest(wire, method, bytes)),
      identify: () => context.tokens.identify(headers.authorization),
      onAdmitted: () => sendHeaders(call),
    });
    const encoded = encodeAll(responses, (response) => wire.encode(method.response, response));
    const sent = callback ? sendOne(encoded, callback) : sendAll(call, encoded);
    sent.catch((caught: unknown) => {
      if (caught instanceof ConnectionLost) return context.connections.destroy(call.getPeer());
      const status = toGrpcStatus(wire, toApiError(caught));
      if (callback) callback(status);
      else call.emit("error", status);
    });
  };
}

/** @throws ApiError INVALID_ARGUMENT for bytes that are no such message */
function decodeRequest(wire: Wire, method: Method, bytes: Uint8Array): JsonObject {
  try {
    return wire.decode(method.request, bytes);
  } catch (cause) {
    throw new ApiError({ code: "INVALID_ARGUMENT", message: "Request proto is invalid.", cause });
  }
}

function headersOf(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata.toHttp2Headers()).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
}

/** A method that many APIs share is told by the host asked, or by whose operation it is. */
function hostOf(
  { hosts, operations }: GrpcContext,
  { authority, method, request }: { authority: string; method: Method; request: JsonObject },
): string {
  const asked = hosts.apiHost(authority);
  if (asked !== undefined && method.hosts.includes(asked)) return asked;
  const name = String(request.name ?? "");
  return (
    method.hosts.find((host) =>
      operations.list(host, name.replace(/\/?operations\/[^/]+$/, "")).some((one) => one.name === name),
    ) ??
    method.hosts[0] ??
    ""
  );
}

function toGrpcStatus(wire: Wire, error: ApiError): Partial<StatusObject> {
  const metadata = new Metadata();
  const status = { ...error.toStatus() } as JsonObject;
  metadata.set("grpc-status-details-bin", wire.encode("google.rpc.Status", status));
  return { code: codes[error.code].grpc, details: error.message, metadata };
}
