import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { credentials } from "@grpc/grpc-js";
import { PassThroughClient } from "google-auth-library";
import { codes } from "../../../local/error.ts";
import type { JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";
import { loadModel } from "../../../local/model/model.ts";
import { createWire } from "../../../local/model/wire.ts";
import { startTestCloud, testProject } from "../../support/local-cloud.ts";
import { createClientForm } from "./client-form.ts";
import { type OfficialClient, officialClients } from "./clients.ts";
import { fetchMethod } from "./fetch-method.ts";

/** How a client reaches the local cloud. */
export type Transport = "gRPC" | "REST";

/** What called a method: an official client, or the plain fetch of google-auth-library. */
export type Means = "client" | "fetch";

/** What a call came to, in JSON form whatever the transport was. */
export interface Answer {
  readonly value: JsonObject;
  readonly refusal?: Refusal;
}

/** A refusal as the client tells it. */
export interface Refusal {
  /** Name of the code. */
  readonly code: string;
  readonly message: string;
  /** Details of `google.rpc` by the last part of their type's name. */
  readonly details: readonly JsonObject[];
  /** `errors[].reason` of Compute Engine, Cloud Storage and IAM. */
  readonly reason?: string;
}

/** Calls methods by their full names, through the official client where there is one and by google-auth-library's fetch where not. */
export interface Caller {
  readonly transport: Transport;
  /** Methods that answered with success, by host and full name, with what called them. */
  readonly shown: ReadonlyMap<string, Means>;
  /** @param method full name, with the host before it and a space where several hosts have it */
  call(method: string, request: JsonObject): Promise<Answer>;
  /** Waits on the cloud's clock until an operation has ended. */
  untilEnded(host: string, operation: string): Promise<void>;
  close(): Promise<void>;
}

/** A local cloud that serves every API on a port of its own as well, for clients in REST mode. */
export interface ListeningCloud {
  readonly local: LocalCloud;
  readonly ports: ReadonlyMap<string, number>;
}

const model = loadModel();
const form = createClientForm(model, createWire(model));
const options = { autoPaginate: false, maxRetries: 0, otherArgs: { headers: { authorization: "Bearer owner" } } };

/** Starts the cloud that the suites share; on other ports, when somebody took one in the moment after it was found free. */
export async function startListeningCloud(): Promise<ListeningCloud> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await listenOnFreePorts();
    } catch (caught) {
      const isTaken = typeof caught === "object" && caught !== null && Reflect.get(caught, "code") === "EADDRINUSE";
      if (!isTaken || tries === 5) throw caught;
    }
  }
}

async function listenOnFreePorts(): Promise<ListeningCloud> {
  const hosts = [...new Set(Object.values(model.methods).flatMap((method) => method.hosts))];
  const free = await freePorts(hosts.length);
  const ports = new Map(hosts.map((host, index) => [host, free[index] ?? 0]));
  const listen = [...ports].map(([host, port]) => ({ host, port }));
  return { local: await startTestCloud({ listen }), ports };
}

/** Ports that are all free at once: none is given back before the last is found. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Opens clients over a transport; Compute Engine's speak REST only. */
export function openCaller({ local, ports }: ListeningCloud, transport: Transport): Caller {
  const opened = new Map<string, OfficialClient>();
  const shown = new Map<string, Means>();

  function clientOf(service: string, host: string): OfficialClient | undefined {
    const Client = officialClients[service];
    if (!Client) return undefined;
    const isRest = transport === "REST" || host === "compute.googleapis.com";
    const reached = isRest
      ? { port: ports.get(host), protocol: "http", fallback: true }
      : { port: local.port, sslCreds: credentials.createInsecure(), "grpc.default_authority": host };
    const made =
      opened.get(service) ??
      new Client({
        ...{ apiEndpoint: "127.0.0.1", projectId: testProject, authClient: new PassThroughClient(), ...reached },
      } as never);
    opened.set(service, made);
    return made;
  }

  /** The client that has the method, among those of the host for what many APIs share. */
  function find(service: string, host: string): readonly (OfficialClient | undefined)[] {
    if (officialClients[service]) return [clientOf(service, host)];
    if (!/^google\.(longrunning|cloud\.location|iam\.v1)\./.test(service)) return [];
    const services = Object.keys(officialClients).filter((name) => hostOf(name) === host);
    return services.flatMap((name) => {
      const client = clientOf(name, host);
      return service.startsWith("google.longrunning.") ? [operationsOf(client)] : [client];
    });
  }

  return {
    transport,
    shown,
    async call(named, request) {
      const [method = "", host = model.methods[method]?.hosts[0] ?? ""] = named.split(" ").reverse();
      const definition = model.methods[method];
      if (!definition) throw new Error(`there is no method ${method}`);
      const split = method.lastIndexOf(".");
      const name = `${method.charAt(split + 1).toLowerCase()}${method.slice(split + 2)}`;
      for (const client of isFetched(transport, host, method) ? [] : find(method.slice(0, split), host)) {
        const made = client && (await invoke(client, name, form.toClient(definition.request, request)));
        if (!made) continue;
        if ("caught" in made) return { value: {}, refusal: toRefusal(made.caught) };
        shown.set(`${host} ${method}`, "client");
        return { value: form.fromClient(definition.response, made.given) };
      }
      const answer = await fetchMethod(local, { host, method, request });
      if (!answer.refusal && !shown.has(`${host} ${method}`)) shown.set(`${host} ${method}`, "fetch");
      return answer;
    },
    async untilEnded(host, operation) {
      const { clock, operations } = local.cloud;
      await clock.working((hold) => operations.wait(host, operation, 600_000, hold));
    },
    async close() {
      for (const client of opened.values()) await client.close();
    },
  };
}

/**
 * What a client asks for over REST at an address that its API does not have; Google answers that there is no such page
 * as well: policies by POST, or in another version, and operations of a location at the root.
 */
function isFetched(transport: Transport, host: string, method: string): boolean {
  if (transport !== "REST") return false;
  if (method === "google.iam.v1.IAMPolicy.GetIamPolicy") return true;
  const isPolicy = method.startsWith("google.iam.v1.IAMPolicy.");
  return (
    host === "cloudfunctions.googleapis.com" && (isPolicy || method === "google.longrunning.Operations.ListOperations")
  );
}

/** The part of a client that reads operations, where its API has any. */
function operationsOf(client: OfficialClient | undefined): OfficialClient | undefined {
  return (client as { readonly operationsClient?: OfficialClient } | undefined)?.operationsClient;
}

const hostOf = (service: string): string | undefined =>
  Object.entries(model.methods).find(([name]) => name.startsWith(`${service}.`))?.[1].hosts[0];

type Invoked = { readonly given: unknown } | { readonly caught: unknown } | undefined;

/** Calls a client's method; undefined when it has none of the name. */
async function invoke(client: OfficialClient, name: string, request: object): Promise<Invoked> {
  const functions = client as unknown as Readonly<Record<string, unknown>>;
  const unary = functions[name];
  const listing = functions[`${name}Async`];
  try {
    if (typeof unary === "function") return { given: toResponse(await unary.call(client, request, options)) };
    if (typeof listing !== "function") return undefined;
    return { given: await collect(listing.call(client, request, options), name) };
  } catch (caught) {
    // Over REST some clients know no address for the operations of their own API.
    return String(caught).includes("Cannot build HTTP request") ? undefined : { caught };
  }
}

/** The response among what generated clients resolve with: a page's is third, an operation's is inside. */
function toResponse(resolved: unknown): unknown {
  const [first, , third] = resolved as readonly unknown[];
  if (third && typeof third === "object") return third;
  return (first as { latestResponse?: unknown } | undefined)?.latestResponse ?? first;
}

async function collect(items: AsyncIterable<unknown>, name: string): Promise<object> {
  const found: unknown[] = [];
  for await (const item of items) found.push(item);
  if (name !== "aggregatedList") return { [name === "listLocations" ? "locations" : "operations"]: found };
  return { items: Object.fromEntries(found as readonly (readonly [string, unknown])[]) };
}

interface Caught {
  /** Of gRPC, or of HTTP where an older google-gax speaks REST. */
  readonly code?: number;
  readonly message: string;
  readonly details?: unknown;
  readonly statusDetails?: readonly JsonObject[];
  readonly errors?: readonly { readonly reason?: string }[];
}

function toRefusal(caught: unknown): Refusal {
  const { code, message, details, statusDetails, errors } = caught as Caught;
  const name = Object.entries(codes).find(([, { grpc }]) => grpc === code)?.[0];
  if (name === undefined) return toHttpRefusal(caught);
  const [first] = errors ?? [];
  return {
    code: name,
    message: typeof details === "string" ? details : message,
    details: statusDetails ?? [],
    ...(first?.reason ? { reason: first.reason } : {}),
  };
}

/** Older google-gax gives the body of a REST answer as the error's message. */
function toHttpRefusal(caught: unknown): Refusal {
  const { message = "" } = caught as Caught;
  if (!message.startsWith('{"error":')) throw caught;
  const { error } = JSON.parse(message) as { error: { status: string; message: string; details?: JsonObject[] } };
  return { code: error.status, message: error.message, details: error.details ?? [] };
}
