import type { Probe } from "../model/generated/run.ts";
import { demandRange } from "./demand-range.ts";
import { violation } from "./violation.ts";

/** Where a probe stands. */
export interface ProbeContext {
  readonly kind: string;
  /** Path of the containers within the request. */
  readonly field: string;
  /** Whether its container has a port, which a probe without one uses. */
  readonly hasPort: boolean;
}

/** Kinds of probes that a TCP socket cannot be, as refusals name them. */
const untouchable: Readonly<Record<string, string>> = { liveness_probe: "liveness", readiness_probe: "readiness" };

/**
 * Checks a startup, liveness or readiness probe.
 *
 * @throws ApiError INVALID_ARGUMENT
 * @see https://cloud.google.com/run/docs/configuring/healthchecks
 */
export function validateProbe(probe: Probe, { kind, field, hasPort }: ProbeContext): void {
  const refuse = (rule: string) => violation(`${field}.${kind}`, rule);
  const { initialDelaySeconds = 0, timeoutSeconds = 1, periodSeconds = 10, failureThreshold = 3 } = probe;
  const most = kind === "startup_probe" ? 240 : 3600;
  const handlers = [probe.httpGet, probe.tcpSocket, probe.grpc].filter((handler) => handler !== undefined);
  if (handlers.length !== 1) throw refuse("exactly one of http_get, tcp_socket and grpc must be set.");
  const noSocket = untouchable[kind];
  if (noSocket && probe.tcpSocket) throw refuse(`TCP sockets are not allowed in ${noSocket} probes.`);
  if (initialDelaySeconds < 0 || initialDelaySeconds > most)
    throw refuse(`initial_delay_seconds must be between 0 and ${most}.`);
  if (periodSeconds < 1 || periodSeconds > most) throw refuse(`period_seconds must be between 1 and ${most}.`);
  if (timeoutSeconds < 1 || timeoutSeconds > periodSeconds)
    throw refuse("timeout_seconds must be between 1 and period_seconds.");
  if (failureThreshold < 1) throw refuse("failure_threshold must be at least 1.");
  if (kind === "startup_probe" && periodSeconds * failureThreshold > 240) {
    throw refuse("period_seconds * failure_threshold must not be greater than 240 seconds.");
  }
  const { port } = probe.httpGet ?? probe.tcpSocket ?? probe.grpc ?? {};
  demandRange(port || undefined, { field: `${field}.${kind}.port`, least: 1, most: 65_535 });
  if (Buffer.byteLength(probe.grpc?.service ?? "") > 127) throw refuse("grpc.service must be at most 127 bytes.");
  if (!port && !hasPort) throw refuse("port must be set for a container without an exposed port.");
}
