import type { IncomingMessage, ServerResponse } from "node:http";
import type { Principal } from "./access/principal.ts";
import type { Hold } from "./clock.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import type { JsonObject } from "./json.ts";
import type { LatencyKind } from "./latency.ts";
import type { Random } from "./random.ts";

/**
 * What an emulated API adds to the local cloud. An API's folder under `local/` exports one `create<Api>(cloud)` that
 * fills this contract, and `apis.ts` has one row for it. Routes, validation, JSON forms, REST and gRPC come from the
 * model; an API holds behaviour only.
 */
export interface Api {
  /** Host name, for example `alloydb.googleapis.com`; also the name of the service to enable. */
  readonly host: string;
  /** Behaviour by full method name; a method of the model without an entry answers UNIMPLEMENTED. */
  readonly methods: Readonly<Record<string, Handler>>;
  /** Behaviour of the model's streaming methods, by full method name. */
  readonly streams?: Readonly<Record<string, StreamHandler>>;
  /** What each method of the model demands, implemented or not; a test finds none unlisted. */
  readonly permissions: PermissionTable;
  /** The work behind this API's long-running operations, by kind; see `Operations.start`. */
  readonly operations?: Readonly<Record<string, RunOperation>>;
  /** Shape of error bodies; `rpc` unless given. */
  readonly errorStyle?: "rpc" | "compute" | "iam" | "storage";
  /**
   * The project of a resource (`//{host}/{name}`) whose name does not say it, such as a bucket or an account below
   * `projects/-`; its policies count, and the API must be enabled there.
   */
  projectOf?(resource: string): string | undefined;
  /** The project of a request that `raw` answers, when its path does not say it. */
  projectOfPath?(path: string): string | undefined;
  /**
   * The resource that contains one (`//{host}/{name}`) whose name does not say it, such as the service of a revision in
   * version 1 of Cloud Run; its policies count too.
   */
  containerOf?(resource: string): string | undefined;
  /**
   * The address that the model's routes know, where the API has others for the same: a path that leaves the region to the
   * host's name, an id in place of a name.
   */
  canonicalUrl?(url: URL): URL;
  /**
   * Whether an address takes ID tokens whose audience it is in place of access tokens, as an endpoint that Pub/Sub pushes to
   * does.
   */
  takesIdTokens?(url: URL): boolean;
  /** Requests to this host that no JSON method describes (media up- and downloads); `undefined` leaves them to the routes. */
  raw?(request: HttpRequest, call: Call): Promise<HttpResponse | undefined>;
  /** Other hosts answered by this API's workloads (`*.run.app`, `*.cloudfunctions.net`). */
  readonly sites?: readonly Site[];
  /**
   * Makes again what is not in the store and must be there before anybody calls: timers, listeners, databases, processes.
   * Called once, after the port listens and before unfinished operations run again, on one API after the other in the order
   * of `apis.ts`; after a first start the store is empty. What takes long (a process that others do not wait for) is only
   * set off.
   */
  start?(): Promise<void> | void;
  /** Ends what the API has running. What it changes in the store from then on is not kept. */
  stop?(): Promise<void>;
}

/**
 * Behaviour of one method. The request is proto-JSON after validation: path, query and body merged under lowerCamel
 * names, enums by name, 64-bit integers and bytes as strings, absent fields absent; project numbers in resource names
 * are already replaced by ids. The answer is proto-JSON too. A refusal is a thrown `ApiError`.
 */
export type Handler = (request: JsonObject, call: Call) => Promise<JsonObject> | JsonObject;

/** Requests of a streaming call: the first has passed the rules of a unary one, the later ones are only well-formed. */
export interface StreamRequests {
  readonly first: JsonObject;
  /** Ends when the caller has closed its side, and throws when the caller is gone. */
  readonly later: AsyncIterable<JsonObject>;
}

/**
 * Behaviour of one streaming method over gRPC: yields responses until the stream is over. A stream holds no clock: work
 * inside it takes a hold of its own. `call.signal` tells that the caller is gone; a refusal is a thrown `ApiError`.
 */
export type StreamHandler = (requests: StreamRequests, call: Call) => AsyncIterable<JsonObject>;

/**
 * Handlers typed by an API's generated method table (`local/model/generated/<api>.ts`), for use as
 * `methods: handlers<AlloyDbMethods>({ "google.cloud.alloydb.v1.AlloyDBAdmin.GetCluster": (request, call) => … })`.
 */
export type TypedHandlers<Methods extends MethodTypes<keyof Methods>> = {
  readonly [Name in keyof Methods]?: (
    request: Methods[Name]["request"],
    call: Call,
  ) => Promise<Methods[Name]["response"]> | Methods[Name]["response"];
};

/** Request and response types by full method name. */
export type MethodTypes<Names extends PropertyKey = PropertyKey> = Record<Names, { request: object; response: object }>;

/** Erases the types of handlers; requests were validated against the same model that the types were generated from. */
export function handlers<Methods extends MethodTypes<keyof Methods>>(
  typed: TypedHandlers<Methods>,
): Record<string, Handler> {
  return typed as Record<string, Handler>;
}

/** Who calls, and how the caller is spoken to. */
export interface Call {
  readonly principal: Principal;
  /** Full method name in the model. */
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
  /**
   * Fields of the body that a PATCH of Compute Engine or Cloud Storage takes away by sending null or nothing inside it, as JSON
   * paths in the resource (`labels.a`).
   */
  readonly cleared?: readonly string[];
  /** The request's hold on the clock; a long poll waits through it (`call.hold.during(…)`). */
  readonly hold: Hold;
  /** Name of the workload the caller's token was given to, if any (see `Fabric.workload`). */
  readonly workload?: string;
}

/** What a method demands of its caller. */
export interface PermissionTable {
  readonly [method: string]: readonly PermissionRule[] | { readonly open: string };
}

/** One permission on one resource. A table row `{ open: reason }` demands none. */
export interface PermissionRule {
  /** For example `alloydb.clusters.create`. */
  readonly permission: string;
  /**
   * Resource whose policy decides, as a template over the request's fields: `{parent}`, `{name}`, `{cluster.name}`,
   * `projects/{project}`. Policies of its ancestors up to the project count too.
   */
  readonly resource: string;
  /** Demanded only of requests for which this holds. */
  readonly when?: (request: JsonObject) => boolean;
}

/** Another host name space that the local cloud answers, such as the URLs of Cloud Run services. */
export interface Site {
  matches(host: string): boolean;
  /** Answers a request that came in over the network, streaming both ways. */
  handle(request: IncomingMessage, response: ServerResponse, url: URL): void;
  /** Answers a request made inside the local cloud (workflows, push, schedules). */
  fetch(request: HttpRequest): Promise<HttpResponse>;
}

/**
 * Work behind a long-running operation: runs once the operation has been answered, waits out its latency, changes
 * state, and returns the operation's response (with `@type`) or throws what becomes its error. It reads all it needs
 * from `input` and the store, and may be run again after the process was killed anywhere in the middle of it: it takes
 * what it finds done for done.
 */
export type RunOperation = (operation: RunningOperation) => Promise<JsonObject>;

/** A long-running operation while its work runs. */
export interface RunningOperation {
  /** Full operation name. */
  readonly name: string;
  readonly input: JsonObject;
  /** The operation's hold on the clock: real work in here passes 1:1. */
  readonly hold: Hold;
  /** Waits until the operation's drawn latency is over. */
  latency(): Promise<void>;
  /** Replaces fields of the operation's metadata. */
  annotate(metadata: JsonObject): void;
}

/** What starts a long-running operation. */
export interface StartOperation {
  readonly host: string;
  /** Where the operation is listed, `projects/{p}/locations/{l}`; empty for `operations/{id}`. */
  readonly parent: string;
  /** Key in `Api.operations`. */
  readonly kind: string;
  /** Full name of the resource that changes. */
  readonly target: string;
  readonly input?: JsonObject;
  readonly metadata?: JsonObject;
  /** Time that Google takes. Absent: none of its own (the work's real time counts). */
  readonly latency?: LatencyKind;
  /** Id in place of the usual one, or how it is drawn. */
  readonly id?: string | ((draws: Random) => string);
}

/** A `google.longrunning.Operation` as JSON; `done` is absent until it is. */
export interface OperationResource extends JsonObject {
  readonly name: string;
  readonly metadata?: JsonObject;
  readonly done?: boolean;
  readonly error?: { readonly code: number; readonly message: string; readonly details?: readonly JsonObject[] };
  readonly response?: JsonObject;
}
