/**
 * A whole HTTP request as the local cloud's parts hand it to each other, whichever way it came in (proxy, path prefix,
 * or from a workflow inside this process).
 */
export interface HttpRequest {
  /** Upper-case method. */
  readonly method: string;
  /** Absolute URL under the real host name, for example `https://alloydb.googleapis.com/v1/projects/p/…`. */
  readonly url: URL;
  /** Header names in lower case; several values of one header are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** How long a caller inside the local cloud waits for the answer, on the clock; as long as it takes unless given. */
  readonly timeoutMs?: number;
}

/** A whole HTTP response. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Called once it has left, or its line is down. */
  readonly afterwards?: () => void;
}

/** An `application/json` response. */
export function jsonResponse(status: number, value: unknown, headers: Record<string, string> = {}): HttpResponse {
  return {
    status,
    headers: { "content-type": "application/json; charset=UTF-8", ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}
