import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import { isJsonObject, type JsonObject } from "../../../local/json.ts";
import type { LocalCloud } from "../../../local/main.ts";

/** What an API answered. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: JsonObject;
  readonly text: string;
}

/** How a request is sent apart from its address. */
export interface WireRequest {
  /** JSON, or text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Leaves `alt=json` out, for what is content rather than JSON. */
  readonly isMedia?: boolean;
}

/** Speaks as gcloud does, in one project. */
export interface Wire {
  readonly local: LocalCloud;
  readonly project: string;
  /** The project's number. */
  readonly number: string;
  /**
   * Sends a request through the proxy, with gcloud's headers.
   *
   * @param target verb and address, `POST compute.googleapis.com/compute/v1/…`
   */
  send(target: string, request?: WireRequest): Promise<WireAnswer>;
  close(): void;
}

/** Begins to speak as gcloud in a project in which every API is enabled. */
export function openWire(local: LocalCloud, project: string): Wire {
  const { projectNumber } = local.cloud.projects.ensure(project);
  for (const { host } of local.apis) local.cloud.projects.setUsable(project, host, true);
  const agent = createProxyAgent(local);
  return {
    local,
    project,
    number: projectNumber,
    close: () => agent.destroy(),
    send(target, { body, headers, isMedia } = {}) {
      const [method = "GET", address = ""] = target.split(" ", 2);
      const query = isMedia ? "" : `${address.includes("?") ? "&" : "?"}alt=json`;
      // A label selector has blanks around its sign.
      const url = new URL(`https://${target.slice(method.length + 1)}${query}`);
      const content = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
      const sent = { ...ownHeaders(method, content, body), ...headers };
      return exchange(agent, { method, url, headers: sent, content });
    },
  };
}

/** What gcloud says of itself with every request. */
function ownHeaders(method: string, content: string, body: unknown): Record<string, string> {
  const length = Buffer.byteLength(content);
  return {
    "user-agent":
      "google-cloud-sdk gcloud/528.0.0 command/gcloud.replay invocation-id/00000000000000000000000000000000",
    authorization: "Bearer owner",
    accept: "application/json",
    "accept-encoding": "gzip, deflate",
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(method === "GET" ? {} : { "content-length": String(length) }),
  };
}

interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly content: string;
}

function exchange(agent: Agent, { method, url, headers, content }: Exchange): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(url, { agent, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parse(text), text });
      });
    });
    sent.on("error", reject).end(content);
  });
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Connections through the cloud's proxy: CONNECT, then TLS under the API's own name. */
function createProxyAgent({ port, cloud }: LocalCloud): Agent {
  const agent = new Agent({ keepAlive: true });
  agent.createConnection = ({ host }, done) => {
    const asked = httpRequest({ host: "127.0.0.1", port, method: "CONNECT", path: `${host}:443` });
    asked.once("error", (error) => done?.(error, undefined as unknown as Duplex));
    asked.once("connect", (_response, socket) => {
      const name = host ?? "";
      done?.(null, connect({ socket, servername: name, ca: cloud.authority.certificate }));
    });
    asked.end();
    return undefined;
  };
  return agent;
}
