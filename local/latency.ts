import { emailOf } from "./access/principal.ts";
import { presentCaller } from "./caller.ts";
import type { Clock } from "./clock.ts";
import type { Random } from "./random.ts";
import type { Collection, Store } from "./store.ts";
import { createTally } from "./tally.ts";

/** One kind of waiting: median and 95th percentile in seconds. */
interface Latency {
  readonly p50: number;
  readonly p95: number;
}

/**
 * How long Google Cloud takes, in seconds. Measured where a public log gives a figure, estimated elsewhere.
 * Propagations are kinds like any other.
 */
// biome-ignore format: a table
export const latencies = {
  "serviceusage.enable":            { p50: 20,   p95: 90 },
  "serviceusage.propagation":       { p50: 10,   p95: 180 },
  "serviceusage.agents":            { p50: 5,    p95: 60 },
  "serviceusage.identity":          { p50: 2,    p95: 10 },
  "compute.network.insert":         { p50: 20,   p95: 60 },
  "compute.network.patch":          { p50: 10,   p95: 30 },
  "compute.network.delete":         { p50: 20,   p95: 60 },
  "compute.subnetwork.insert":      { p50: 12,   p95: 30 },
  "compute.subnetwork.patch":       { p50: 8,    p95: 20 },
  "compute.subnetwork.delete":      { p50: 12,   p95: 30 },
  "compute.address.insert":         { p50: 10,   p95: 20 },
  "compute.address.delete":         { p50: 5,    p95: 15 },
  "compute.firewall.insert":        { p50: 8,    p95: 20 },
  "compute.firewall.delete":        { p50: 8,    p95: 20 },
  "compute.instance.insert":        { p50: 20,   p95: 60 },
  "compute.instance.change":        { p50: 5,    p95: 20 },
  "compute.instance.delete":        { p50: 40,   p95: 90 },
  "compute.removePeering":          { p50: 10,   p95: 40 },
  "servicenetworking.create":       { p50: 60,   p95: 150 },
  "servicenetworking.active":       { p50: 3,    p95: 15 },
  "servicenetworking.delete":       { p50: 15,   p95: 60 },
  "servicenetworking.release":      { p50: 300,  p95: 7200 },
  "vpcaccess.connector.create":     { p50: 150,  p95: 270 },
  "vpcaccess.connector.update":     { p50: 120,  p95: 240 },
  "vpcaccess.connector.delete":     { p50: 60,   p95: 180 },
  "vpcaccess.residue":              { p50: 20,   p95: 120 },
  "alloydb.cluster.create":         { p50: 17,   p95: 60 },
  "alloydb.cluster.update":         { p50: 20,   p95: 60 },
  "alloydb.cluster.delete":         { p50: 180,  p95: 600 },
  "alloydb.instance.create.zonal":  { p50: 480,  p95: 900 },
  "alloydb.instance.create.regional": { p50: 660, p95: 1200 },
  "alloydb.instance.create.readPool": { p50: 420, p95: 900 },
  "alloydb.instance.update":        { p50: 180,  p95: 480 },
  "alloydb.instance.delete":        { p50: 120,  p95: 360 },
  "alloydb.user":                   { p50: 3,    p95: 15 },
  "alloydb.reconciling":            { p50: 3,    p95: 12 },
  "iam.serviceAccount.propagation": { p50: 10,   p95: 60 },
  "iam.policy.propagation":         { p50: 30,   p95: 150 },
  "artifactregistry.repository.create": { p50: 4, p95: 15 },
  "artifactregistry.repository.delete": { p50: 4, p95: 15 },
  "cloudbuild.build":               { p50: 90,   p95: 240 },
  "run.service.deploy.connector":   { p50: 15,   p95: 60 },
  "run.service.deploy.direct":      { p50: 60,   p95: 150 },
  "run.service.delete":             { p50: 3,    p95: 10 },
  "run.service.nameReuse":          { p50: 0,    p95: 30 },
  "run.job.create":                 { p50: 5,    p95: 15 },
  "run.job.delete":                 { p50: 3,    p95: 10 },
  "run.job.execution":              { p50: 30,   p95: 120 },
  "run.addressHold":                { p50: 4620, p95: 7200 },
  "workflows.deploy":               { p50: 5,    p95: 15 },
  "workflows.delete":               { p50: 3,    p95: 10 },
  "workflows.executionStart":       { p50: 0.5,  p95: 3 },
  "workflows.step":                 { p50: 0.1,  p95: 0.5 },
  "eventarc.trigger.create":        { p50: 10,   p95: 60 },
  "eventarc.trigger.delivery":      { p50: 60,   p95: 300 },
  "functions.deploy":               { p50: 100,  p95: 240 },
  "functions.delete":               { p50: 30,   p95: 90 },
} as const satisfies Record<string, Latency>;

/** A row of `latencies`. */
export type LatencyKind = keyof typeof latencies;

/** Draws how long one kind of waiting takes, for what it is about. @returns milliseconds */
export type DrawLatencyOf = (kind: LatencyKind, name: string) => number;

/** Something that was done and takes effect only later, without an operation that tells it. */
export interface Wait {
  readonly kind: LatencyKind;
  /** What it is about. */
  readonly name: string;
  /** Clock times in milliseconds since the epoch. */
  readonly startTime: number;
  readonly dueTime: number;
  /** E-mail of whoever did it. */
  readonly principal: string;
}

/** What draws of latencies are made with. */
export interface LatencyContext {
  readonly clock: Pick<Clock, "now">;
  readonly store: Store;
  readonly random: Random;
}

/**
 * Makes the draws of latencies; each counts from the moment of the draw. It depends on the seed, the kind, the name of what
 * it is about and which one it is for that name, so that concurrent clients change nobody's draws and a restart repeats
 * none.
 */
export function createLatencies({ clock, store, random }: LatencyContext): DrawLatencyOf {
  const tally = createTally(store, "latency.tally");
  const waits = openWaits(store);
  return (kind, name) => {
    const key = `${kind} ${name}`;
    const nth = `${key} ${tally.next(key)}`;
    const drawn = drawLatency(kind, random.lasting(`latency ${nth}`));
    const startTime = clock.now();
    const principal = emailOf(presentCaller().principal);
    waits.put(nth, { kind, name, startTime, dueTime: startTime + drawn, principal });
    return drawn;
  };
}

/** All waits that were ever drawn: with the operations they tell how long Google made its users wait, and for what. */
export function openWaits(store: Store): Collection<Wait> {
  return store.collection("latency.waits");
}

/** Standard normal quantile of 95 %. */
const Z95 = 1.6449;

/**
 * Draws a duration from the lognormal distribution through a row's two quantiles, kept within the row's 5th and 95th
 * percentile so that one run is never an outlier of its own seed. Where the median is nothing, half of the draws are, and
 * the others grow up to the 95th percentile.
 *
 * @returns milliseconds
 */
export function drawLatency(kind: LatencyKind, random: Random): number {
  const { p50, p95 } = latencies[kind];
  const drawn = Math.min(Z95, Math.max(-Z95, random.normal()));
  if (p50 === 0) return Math.max(0, drawn / Z95) * p95 * 1000;
  const sigma = Math.log(p95 / p50) / Z95;
  return p50 * Math.exp(sigma * drawn) * 1000;
}
