import type * as v2 from "../../model/generated/run.ts";
import type * as v1 from "../../model/generated/run-v1.ts";
import { idOf } from "../names.ts";
import { refusal } from "./error.ts";
import { present } from "./shape.ts";

/** A traffic target as version 2 has it. */
export function fromKnativeTraffic(target: v1.TrafficTarget, index: number): v2.TrafficTarget {
  const { revisionName, latestRevision, percent, tag, configurationName } = target;
  const path = `spec.traffic[${index}]`;
  if (configurationName) throw refusal(`${path}.configuration_name`, "is not supported.");
  if (Boolean(revisionName) === Boolean(latestRevision)) {
    throw refusal(path, "exactly one of revision_name and latest_revision must be set.");
  }
  const type = revisionName ? "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION" : "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";
  return present({ type, revision: revisionName, percent, tag });
}

/** A traffic target as version 1 has it. */
export function toKnativeTraffic({ revision, percent, tag }: v2.TrafficTarget): v1.TrafficTarget {
  return present({
    ...(revision ? { revisionName: idOf(revision) } : { latestRevision: true }),
    ...{ percent, tag },
  });
}

/** Where traffic goes at present: a target for the latest revision names it. */
export function toKnativeTrafficStatus({
  type,
  revision,
  percent,
  tag,
  uri,
}: v2.TrafficTargetStatus): v1.TrafficTarget {
  const latestRevision = type === "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" || undefined;
  return present({ revisionName: revision, latestRevision, percent, tag, url: uri });
}
