import { request } from "node:http";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { isServing } from "./grpc-health.ts";

/**
 * A startup or liveness probe in Cloud Run's own fields; seconds of real time.
 *
 * @see https://cloud.google.com/run/docs/configuring/healthchecks
 */
export interface Probe {
  readonly initialDelaySeconds?: number;
  readonly timeoutSeconds?: number;
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
  readonly httpGet?: {
    readonly path?: string;
    readonly port?: number;
    readonly httpHeaders?: readonly { readonly name?: string; readonly value?: string }[];
  };
  readonly tcpSocket?: { readonly port?: number };
  readonly grpc?: { readonly port?: number; readonly service?: string };
}

/** What is probed. */
export interface ProbeTarget {
  readonly address: string;
  /** Used when the probe names no port. */
  readonly port: number | undefined;
  readonly signal: AbortSignal;
}

/** The probe that an ingress container without one gets. */
export const defaultStartupProbe: Probe = {
  timeoutSeconds: 240,
  periodSeconds: 240,
  failureThreshold: 1,
  tcpSocket: {},
};

const defaults = { initialDelaySeconds: 0, timeoutSeconds: 1, periodSeconds: 10, failureThreshold: 3 } as const;

/** Seconds within which a startup probe must have succeeded once. */
function startupBudgetSeconds(probe: Probe): number {
  const { initialDelaySeconds, periodSeconds, failureThreshold } = { ...defaults, ...probe };
  return initialDelaySeconds + periodSeconds * failureThreshold;
}

/**
 * Probes until the first success or the end of the budget. Asks more often than the period says, so that nobody waits
 * for a container that is up already; how long a container may take is the budget's alone.
 */
export async function awaitStartup(probe: Probe, target: ProbeTarget): Promise<boolean> {
  const end = performance.now() + startupBudgetSeconds(probe) * 1000;
  const { timeoutSeconds } = { ...defaults, ...probe };
  for (let pause = 20; performance.now() < end && !target.signal.aborted; pause = Math.min(pause * 1.5, 500)) {
    const timeoutMs = Math.min(timeoutSeconds * 1000, end - performance.now());
    if (await probeOnce(probe, target, timeoutMs)) return true;
    await delay(Math.min(pause, Math.max(0, end - performance.now())), undefined, { signal: target.signal }).catch(
      () => undefined,
    );
  }
  return false;
}

/** Probes by the period until the threshold of consecutive failures is reached (false) or the target is aborted (true). */
export async function watchLiveness(probe: Probe, target: ProbeTarget): Promise<boolean> {
  const { initialDelaySeconds, timeoutSeconds, periodSeconds, failureThreshold } = { ...defaults, ...probe };
  const wait = (seconds: number) =>
    delay(seconds * 1000, undefined, { signal: target.signal, ref: false }).catch(() => undefined);
  await wait(initialDelaySeconds);
  for (let failures = 0; failures < failureThreshold; ) {
    await wait(periodSeconds);
    if (target.signal.aborted) return true;
    failures = (await probeOnce(probe, target, timeoutSeconds * 1000)) ? 0 : failures + 1;
  }
  return target.signal.aborted;
}

function probeOnce(probe: Probe, target: ProbeTarget, timeoutMs: number): Promise<boolean> {
  const port = (probe.httpGet ?? probe.tcpSocket ?? probe.grpc)?.port ?? target.port;
  if (port === undefined) return Promise.resolve(false);
  if (probe.grpc) return isServing({ ...target, port, service: probe.grpc.service ?? "", timeoutMs });
  return probe.httpGet ? getSucceeds(probe, { ...target, port, timeoutMs }) : connects({ ...target, port, timeoutMs });
}

interface Attempt {
  readonly address: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

function connects({ address, port, timeoutMs, signal }: Attempt): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, signal });
    const finish = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.setTimeout(timeoutMs, () => finish(false));
    socket.once("connect", () => finish(true)).once("error", () => finish(false));
  });
}

function getSucceeds({ httpGet }: Probe, { address, port, timeoutMs, signal }: Attempt): Promise<boolean> {
  const headers = Object.fromEntries((httpGet?.httpHeaders ?? []).map(({ name = "", value = "" }) => [name, value]));
  return new Promise((resolve) => {
    const sent = request({
      host: address,
      port,
      path: httpGet?.path ?? "/",
      headers,
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)))]),
    });
    sent.once("response", (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 400);
    });
    sent.once("error", () => resolve(false)).end();
  });
}
