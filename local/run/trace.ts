import type { Random } from "../random.ts";

/** Headers of one request, by lower-case name. */
type Headers = Readonly<Record<string, string | string[]>>;

/**
 * The headers with the trace that the front end tells the container of, in both forms. The caller's trace is gone on with,
 * in the W3C form where both are there; else the request begins one.
 *
 * @see https://cloud.google.com/run/docs/trace
 */
export function withTrace(headers: Headers, random: Random): Headers {
  const { trace, isSampled } = traceOf(headers) ?? { trace: random.hex(32), isSampled: false };
  const span = random.hex(16);
  return {
    ...headers,
    traceparent: `00-${trace}-${span}-${isSampled ? "01" : "00"}`,
    "x-cloud-trace-context": `${trace}/${BigInt(`0x${span}`)}${isSampled ? ";o=1" : ""}`,
  };
}

interface Trace {
  readonly trace: string;
  readonly isSampled: boolean;
}

/** All zeros is no trace. */
function traceOf({ traceparent, "x-cloud-trace-context": context }: Headers): Trace | undefined {
  const [, w3c, flags = "0"] =
    String(traceparent).match(/^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})/) ?? [];
  if (w3c !== undefined) return { trace: w3c, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
  const [, google, options] = String(context).match(/^(?!0{32})([0-9a-f]{32})(?:\/\d+)?(?:;o=(\d))?$/i) ?? [];
  return google === undefined ? undefined : { trace: google.toLowerCase(), isSampled: options === "1" };
}
