import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { emailOf } from "../access/principal.ts";
import type { Identity, Tokens } from "../access/tokens.ts";
import type { Projects } from "../projects.ts";

/** Whom a metadata server speaks for. */
export interface MetadataSubject {
  readonly identity: Identity;
  readonly project: string;
  readonly region: string;
}

/** What metadata is answered from. */
export interface MetadataContext {
  readonly tokens: Tokens;
  readonly projects: Projects;
}

const scopes = ["https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/userinfo.email"];

/** An answer: text, or JSON when it is an object. */
type Answer = string | object | undefined;

/** Answers one request to a metadata server; both sides must show the `Metadata-Flavor` header. */
export function answerMetadata(
  context: MetadataContext,
  subject: MetadataSubject,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): void {
  const url = new URL(request.url ?? "/", "http://metadata.google.internal");
  const isRoot = url.pathname === "/";
  const isAllowed = isRoot || request.headers["metadata-flavor"] === "Google";
  const answer = isRoot ? "computeMetadata/\n" : metadataAt(context, subject, url);
  if (!isAllowed) send(response, 403, "Missing Metadata-Flavor:Google header.");
  else if (answer === undefined) send(response, 404, "Not Found");
  else send(response, 200, answer);
}

function send(response: ServerResponse, status: number, answer: string | object): void {
  const isText = typeof answer === "string";
  response.writeHead(status, {
    "content-type": isText ? "application/text" : "application/json",
    "metadata-flavor": "Google",
    server: "Metadata Server for Serverless",
  });
  response.end(isText ? answer : JSON.stringify(answer));
}

function metadataAt(context: MetadataContext, subject: MetadataSubject, url: URL): Answer {
  const path = url.pathname.replace(/^\/computeMetadata\/v1\//, "");
  const number = context.projects.find(subject.project)?.projectNumber ?? "0";
  switch (path) {
    case "project/project-id":
      return subject.project;
    case "project/numeric-project-id":
      return number;
    case "instance/region":
      return `projects/${number}/regions/${subject.region}`;
    case "instance/zone":
      return `projects/${number}/zones/${subject.region}-1`;
    case "instance/id":
      return Buffer.from(subject.identity.workload ?? "workload").toString("hex");
    case "universe/universe-domain":
    case "universe/universe_domain":
      return "googleapis.com";
    default:
      return path.startsWith("instance/service-accounts/") ? accountAt(context, subject, { path, url }) : undefined;
  }
}

function accountAt(
  { tokens }: MetadataContext,
  { identity }: MetadataSubject,
  { path, url }: { path: string; url: URL },
): Answer {
  const email = emailOf(identity.principal);
  const [account = "", field = ""] = path.replace("instance/service-accounts/", "").split("/");
  if (account === "") return `default/\n${email}/\n`;
  if (account !== "default" && account !== email) return undefined;
  switch (field) {
    case "":
      return url.searchParams.get("recursive") === "true"
        ? { aliases: ["default"], email, scopes }
        : "aliases\nemail\nidentity\nscopes\ntoken\n";
    case "email":
      return email;
    case "aliases":
      return "default";
    case "scopes":
      return `${scopes.join("\n")}\n`;
    case "token": {
      const { token, expiresInSeconds } = tokens.accessToken(identity);
      return { access_token: token, expires_in: expiresInSeconds, token_type: "Bearer" };
    }
    case "identity": {
      const audience = url.searchParams.get("audience");
      return audience ? tokens.idToken(identity, audience) : undefined;
    }
    default:
      return undefined;
  }
}

/** A metadata server with an address of its own. */
export interface MetadataServer {
  /** `{address}:{port}`, as `GCE_METADATA_HOST` takes it. */
  readonly host: string;
  close(): Promise<void>;
}

/** Starts a metadata server on a free port of a loopback address. */
async function listenMetadata(
  context: MetadataContext,
  subject: MetadataSubject,
  address: string,
): Promise<MetadataServer> {
  const server = createServer((request, response) => answerMetadata(context, subject, { request, response }));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, address, resolve);
  });
  return {
    host: `${address}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The metadata servers of a local cloud. */
export interface MetadataServers {
  listen(subject: MetadataSubject, address: string): Promise<MetadataServer>;
  /** Closes those that nobody has closed. */
  close(): Promise<void>;
}

/** Keeps count of metadata servers, so that none outlives its cloud. */
export function createMetadataServers(context: MetadataContext): MetadataServers {
  const open = new Set<MetadataServer>();
  return {
    async listen(subject, address) {
      const { host, close } = await listenMetadata(context, subject, address);
      const server: MetadataServer = {
        host,
        close() {
          open.delete(server);
          return close();
        },
      };
      open.add(server);
      return server;
    },
    async close() {
      await Promise.all([...open].map((server) => server.close()));
    },
  };
}
