import type { Service } from "../../google/clients/run.ts";
import type { FieldChange } from "../../plan/change.ts";
import { idOf } from "../../spec/names.ts";

/** One share of a service's traffic, or a tag without any. */
export type TrafficTarget = NonNullable<Service["traffic"]>[number];

/**
 * Annotation of a service: the run that last moved its traffic, or opened it. Writing it moves the service's `updateTime`, which
 * a change of the policy does not, so that no grant is older than that time says.
 */
export const openedAnnotation = "alloyrun-opened";

/**
 * Traffic under which a new revision is there by its tag only, and everything that serves goes on serving by name. The
 * very first revision of a service takes traffic by necessity.
 */
export function candidateTraffic(service: Service | undefined, revision: string, tag: string): TrafficTarget[] {
  const serving = service?.latestReadyRevision ? servingTargets(service) : [];
  const all: TrafficTarget = { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 };
  return [...(serving.length > 0 ? serving : [all]), named({ revision, tag })];
}

/** Traffic that goes to one revision alone, with no tag left. */
export function wholeTraffic(revision: string): TrafficTarget[] {
  return [named({ revision, percent: 100 })];
}

/** What moving all traffic to a revision changes: it may have all of it already, as the latest one, or beside a tag. */
export function shiftField({ trafficStatuses }: Service, revision: string): FieldChange {
  const served = (trafficStatuses ?? []).filter(({ percent }) => (percent ?? 0) > 0);
  const from = served.map(({ type, revision: id }) => {
    return type === "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" ? `the latest revision, ${id}` : id;
  });
  const other = from.find((each) => each !== revision);
  const isThere = from.length > 0 && other === undefined;
  return isThere ? { path: "traffic.tag", from: revision } : { path: "traffic", from: other, to: revision };
}

/** Id of the revision that takes all traffic by name, if one does. */
export function soleRevision(service: Service): string | undefined {
  const [only, ...others] = service.trafficStatuses ?? [];
  if (others.length > 0 || only?.percent !== 100 || only.tag) return undefined;
  return only.type === "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION" ? idOf(only.revision ?? "") : undefined;
}

/**
 * Id of the revision that users are answered by: the one with the most traffic, whatever other revisions have a tag.
 * Undefined when nothing serves, as before the first revision is ready.
 */
export function servingRevision({ trafficStatuses, latestReadyRevision }: Service): string | undefined {
  const served = (trafficStatuses ?? []).filter(({ percent }) => (percent ?? 0) > 0);
  const [most] = served.sort((a, b) => (b.percent ?? 0) - (a.percent ?? 0));
  const isByName = most?.type === "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";
  return (most && idOf((isByName ? most.revision : latestReadyRevision) ?? "")) || undefined;
}

/** Ids of all revisions that have traffic, or are to have it: a change of traffic is written before it is in effect. */
export function reachedRevisions({ traffic, trafficStatuses, latestReadyRevision }: Service): readonly string[] {
  const reached = [...(traffic ?? []), ...(trafficStatuses ?? [])].filter(({ percent }) => (percent ?? 0) > 0);
  const ids = reached.map(({ type, revision }) => {
    return idOf((type === "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION" ? revision : latestReadyRevision) ?? "");
  });
  return [...new Set(ids)].filter((id) => id !== "");
}

/** URL under which a revision answers: its tag's, or the service's own when it takes all traffic. */
export function urlOf(service: Service, revision: string): string | undefined {
  if (soleRevision(service) === revision) return service.uri ?? undefined;
  const tagged = service.trafficStatuses?.find((status) => idOf(status.revision ?? "") === revision && status.tag);
  return tagged?.uri || undefined;
}

function servingTargets(service: Service): TrafficTarget[] {
  return (service.trafficStatuses ?? [])
    .filter(({ percent, revision }) => (percent ?? 0) > 0 && revision)
    .map(({ percent, revision }) => named({ revision: idOf(revision ?? ""), percent: percent ?? 0 }));
}

function named(target: { readonly revision: string; readonly percent?: number; readonly tag?: string }): TrafficTarget {
  return { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", ...target };
}
