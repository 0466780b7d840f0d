import type { IncomingMessage } from "node:http";

/** Where a request wants to go, whichever way it names it. */
export interface Target {
  /** Absolute URL under the real host name. */
  readonly url: URL;
  /** Whether the request is for this server itself rather than for a host behind it. */
  readonly isOwn: boolean;
}

/** Whether a host name means this machine. */
export function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d+){3}|localhost|\[?::1\]?)$/.test(host);
}

/**
 * Reads a request's target: absolute form (a proxy's client), a host behind the path's first segment
 * (`/alloydb.googleapis.com/v1/…`), or the `Host` header.
 *
 * @param knows tells whether a host name is answered here
 */
export function targetOf(request: IncomingMessage, knows: (host: string) => boolean): Target {
  const raw = request.url ?? "/";
  const absolute = /^https?:\/\//i.test(raw) ? new URL(raw) : undefined;
  const url = absolute ?? new URL(raw.startsWith("/") ? raw : "/", `http://${request.headers.host ?? "localhost"}`);
  if (!isLoopback(url.hostname))
    return { url: new URL(`https://${url.host}${url.pathname}${url.search}`), isOwn: false };
  const [, host = "", rest = ""] = url.pathname.match(/^\/([^/]+\.[^/]+)(\/.*)?$/) ?? [];
  if (host && knows(host)) return { url: new URL(`https://${host}${rest || "/"}${url.search}`), isOwn: false };
  return { url, isOwn: true };
}
