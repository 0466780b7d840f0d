import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { codes } from "../../../local/error.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import { createWire } from "../../../local/model/wire.ts";
import { errorOf, rest } from "../../support/local-cloud.ts";

const model = loadModel();
const wire = createWire(model);

/** What a call ended with, in the same words whichever way it went. */
export interface Ending {
  /** Name of the code; `OK` for success. */
  readonly code: string;
  readonly message: string;
  readonly response: JsonObject;
}

/** One way to call methods. */
export interface Transport {
  readonly name: "REST" | "gRPC";
  call(method: string, request: JsonObject): Promise<Ending>;
  /** Sends what may be no message at all. */
  send(method: string, content: string | Buffer): Promise<Ending>;
  close(): void;
}

/** Calls by the first HTTP binding of a method. */
export function overRest(local: LocalCloud): Transport {
  async function exchange(target: string, body?: unknown): Promise<Ending> {
    const answer = await rest(local, target, body === undefined ? {} : { body });
    const { status, message, code } = errorOf(answer);
    if (answer.status < 300) return { code: "OK", message: "", response: answer.body };
    return { code: String(status ?? code ?? answer.status), message: String(message ?? answer.text), response: {} };
  }

  return {
    name: "REST",
    call(method, request) {
      const { target, body } = toHttp(method, request);
      return exchange(target, body);
    },
    send(method, content) {
      const { target } = toHttp(method, {});
      if (target.startsWith("GET ")) return exchange(`${target}${encodeURIComponent(content.toString())}`);
      return exchange(target, content.toString("latin1"));
    },
    close: () => undefined,
  };
}

/** Calls over gRPC under the host's name. */
export function overGrpc(local: LocalCloud): Transport {
  const clients = new Map<string, Client>();

  function clientOf(method: string): Client {
    const host = model.methods[method]?.hosts[0] ?? "";
    const options = { "grpc.default_authority": host };
    const client = clients.get(host) ?? new Client(`127.0.0.1:${local.port}`, credentials.createInsecure(), options);
    clients.set(host, client);
    return client;
  }

  function exchange(method: string, bytes: Buffer): Promise<Ending> {
    const split = method.lastIndexOf(".");
    const path = `/${method.slice(0, split)}/${method.slice(split + 1)}`;
    const metadata = new Metadata();
    metadata.set("authorization", "Bearer owner");
    const same = (value: Buffer) => value;
    return new Promise((resolve) => {
      clientOf(method).makeUnaryRequest(path, same, same, bytes, metadata, (error, value) => {
        const type = model.methods[method]?.response ?? "";
        if (!error) resolve({ code: "OK", message: "", response: wire.decode(type, value ?? Buffer.alloc(0)) });
        else resolve({ code: nameOf(error.code), message: error.details, response: {} });
      });
    });
  }

  return {
    name: "gRPC",
    call: (method, request) => exchange(method, wire.encode(model.methods[method]?.request ?? "", request)),
    send: (method, content) => exchange(method, Buffer.from(content)),
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}

function nameOf(code: number): string {
  return Object.entries(codes).find(([, { grpc }]) => grpc === code)?.[0] ?? String(code);
}

/** A request as its method's first HTTP binding carries it. */
function toHttp(method: string, request: JsonObject): { target: string; body?: Json } {
  const route = model.routes.find((one) => one.method === method);
  if (!route) throw new Error(`${method} has no HTTP form`);
  const fields = model.messages[model.methods[method]?.request ?? ""]?.fields ?? {};
  const inPath = new Set<string>();
  const path = route.path.replace(/\{([^=}]+)(?:=[^}]+)?\}/g, (_, variable: string) => {
    const names = variable
      .split(".")
      .map((part) => part.replace(/_([a-z])/g, (__, letter: string) => letter.toUpperCase()));
    if (names.length === 1) inPath.add(names[0] ?? "");
    const value = names.reduce<Json | undefined>(
      (inner, name) => (isJsonObject(inner) ? inner[name] : undefined),
      request,
    );
    return String(value ?? "absent")
      .split("/")
      .map(encodeURIComponent)
      .join("/");
  });
  const others = Object.entries(request).filter(
    ([name]) => !inPath.has(name) && name !== route.body && route.body !== "*",
  );
  const query = others.flatMap(([name, value]) =>
    typeof value === "object" || !fields[name] ? [] : [[name, String(value)] as [string, string]],
  );
  const target = `${route.verb} ${route.host}${path}?${new URLSearchParams(query)}`;
  if (route.body === undefined) return { target };
  return { target, body: route.body === "*" ? request : (request[route.body] ?? {}) };
}
