import { readFileSync } from "node:fs";

/** All that is known about the served APIs: what `generate.ts` reads from the service definitions. */
export interface Model {
  readonly routes: readonly Route[];
  /** By full name, `google.cloud.alloydb.v1.AlloyDBAdmin.CreateCluster`. */
  readonly methods: Readonly<Record<string, Method>>;
  /** By full name, `google.cloud.alloydb.v1.Cluster`. */
  readonly messages: Readonly<Record<string, Message>>;
  /** Numbers by value name, by full name of the enum. */
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One HTTP binding of a method. */
export interface Route {
  readonly host: string;
  readonly verb: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Template in the syntax of `google.api.http`, for example `/v1/{name=projects/*}`. */
  readonly path: string;
  /** Full method name. */
  readonly method: string;
  /** `*`, or the JSON name of the request field that the body fills; absent when there is no body. */
  readonly body?: string;
}

/** One method of an API. */
export interface Method {
  /** Full name of the request message. */
  readonly request: string;
  /** Full name of the response message. */
  readonly response: string;
  /** Hosts that serve it; more than one for the operations and locations that many APIs share. */
  readonly hosts: readonly string[];
  /** Whether its definition is our own, because no package ships one. */
  readonly ours?: true;
  /** Whether the caller sends any number of requests, and receives any number of responses. */
  readonly requestStream?: true;
  readonly responseStream?: true;
}

/** One message type. */
export interface Message {
  /** By JSON name, in the order of the definition. */
  readonly fields: Readonly<Record<string, Field>>;
}

/** Annotations of `google.api.field_behavior`. */
export type Behavior =
  | "REQUIRED"
  | "OPTIONAL"
  | "OUTPUT_ONLY"
  | "INPUT_ONLY"
  | "IMMUTABLE"
  | "IDENTIFIER"
  | "UNORDERED_LIST"
  | "NON_EMPTY_DEFAULT";

/** One field of a message. */
export interface Field {
  /** Number on the wire. */
  readonly id: number;
  /** A scalar type of protocol buffers, or the full name of a message or an enum. */
  readonly type: string;
  /** Name in the definition when it is not the JSON name. */
  readonly proto?: string;
  readonly repeated?: true;
  /** Key type when the field is a map; `type` is then the type of its values. */
  readonly map?: string;
  readonly oneof?: string;
  /** Whether presence is tracked for a scalar (`optional` of proto3). */
  readonly presence?: true;
  readonly behaviors?: readonly Behavior[];
  /** Type of the resource that the string names, for example `compute.googleapis.com/Network`. */
  readonly reference?: string;
  /** Enum whose value names a string field of Compute takes. */
  readonly values?: string;
}

let loaded: Model | undefined;

/** The generated model, read once. */
export function loadModel(): Model {
  loaded ??= JSON.parse(readFileSync(new URL("./generated/model.json", import.meta.url), "utf8")) as Model;
  return loaded;
}
