import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Cloud } from "../cloud.ts";
import type { RunContext } from "./context.ts";
import { serve } from "./ingress.ts";
import { toTarget } from "./target.ts";

/** A service's plain address on this machine: collection `run.localUrls`, keyed by the service's full name. */
interface LocalUrl {
  /** `http://127.0.0.1:{port}` */
  readonly url: string;
}

const servers = new WeakMap<RunContext, Map<string, Server>>();

/** The loopback URL of a service that curl and a browser open as it is. */
export function localUrl({ store }: Pick<Cloud, "store">, service: string): string | undefined {
  return store.collection<LocalUrl>("run.localUrls").get(service)?.url;
}

/**
 * Gives a service a loopback URL of its own, the one that it had before if nobody else listens there; whoever calls it is
 * nobody in particular unless they say who they are.
 */
export async function openLocalUrl(context: RunContext, name: string): Promise<void> {
  const open = servers.get(context) ?? new Map<string, Server>();
  servers.set(context, open);
  if (open.has(name)) return;
  const server = createServer((request, response) => {
    const service = context.services.get(name);
    void serve(context, service && toTarget(context, service, request.url ?? "/"), { request, response });
  });
  open.set(name, server);
  const former = Number(URL.parse(localUrl(context.cloud, name) ?? "")?.port ?? 0);
  await listen(server, former).catch(() => listen(server, 0));
  const listening = server.address();
  if (typeof listening !== "object" || listening === null) throw new Error(`${name} has no port`);
  context.cloud.store.collection<LocalUrl>("run.localUrls").put(name, { url: `http://127.0.0.1:${listening.port}` });
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

/** Takes a service's loopback URL away. */
export async function closeLocalUrl(context: RunContext, name: string): Promise<void> {
  const server = servers.get(context)?.get(name);
  servers.get(context)?.delete(name);
  context.cloud.store.collection<LocalUrl>("run.localUrls").delete(name);
  if (!server) return;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Takes all of them away. */
export async function closeLocalUrls(context: RunContext): Promise<void> {
  await Promise.all([...(servers.get(context)?.keys() ?? [])].map((name) => closeLocalUrl(context, name)));
}
