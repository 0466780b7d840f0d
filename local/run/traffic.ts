import type { Service, TrafficTarget, TrafficTargetStatus } from "../model/generated/run.ts";
import type { Random } from "../random.ts";
import { idOf } from "./names.ts";
import { tagUrl } from "./url.ts";
import { violation } from "./violation.ts";

/** What traffic targets are checked against. */
export interface TrafficContext {
  /** Path of the targets within the request, for messages. */
  readonly path: string;
  /** Tells whether a revision of that id exists or is being made. */
  readonly isKnown: (revision: string) => boolean;
}

/**
 * Checks how a service's traffic is split.
 *
 * @throws ApiError INVALID_ARGUMENT
 */
export function validateTraffic(traffic: readonly TrafficTarget[], { path, isKnown }: TrafficContext): void {
  const tags = traffic.flatMap(({ tag }) => (tag ? [tag] : []));
  const repeated = tags.find((tag, index) => tags.indexOf(tag) !== index);
  if (repeated) throw violation(path, `tag '${repeated}' is used more than once.`);
  const odd = tags.find((tag) => !/^[a-z]([a-z0-9-]{0,44}[a-z0-9])?$/.test(tag));
  if (odd)
    throw violation(path, `tag '${odd}' must be lowercase letters, digits and hyphens, beginning with a letter.`);
  for (const [index, { type, revision, percent = 0 }] of traffic.entries()) {
    const field = `${path}[${index}]`;
    const isRevision = type === "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";
    if (isRevision && !revision) throw violation(`${field}.revision`, "a revision must be named.");
    if (!isRevision && revision) throw violation(`${field}.revision`, "only allowed with type REVISION.");
    if (revision && !isKnown(idOf(revision)))
      throw violation(`${field}.revision`, `Revision ${revision} does not exist.`);
    if (percent < 0 || percent > 100) throw violation(`${field}.percent`, "must be between 0 and 100.");
  }
  const sum = traffic.reduce((total, { percent = 0 }) => total + percent, 0);
  if (sum !== 100) throw violation(path, `the percentages must add up to 100, not ${sum}.`);
}

/** What each target means now that the given revision is the latest that is ready. */
export function resolveTraffic({ traffic = [], uri = "" }: Service, latestReady: string): TrafficTargetStatus[] {
  return traffic.map(({ type, revision, percent, tag }) => ({
    type: type ?? "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST",
    revision: idOf(revision || latestReady),
    ...(percent ? { percent } : {}),
    ...(tag ? { tag, uri: tagUrl(uri, tag) } : {}),
  }));
}

/** Draws the revision that serves a request: the tag's, or one by the percentages. */
export function pickRevision(
  statuses: readonly TrafficTargetStatus[],
  { tag, random }: { readonly tag?: string; readonly random: Random },
): string | undefined {
  if (tag !== undefined) return statuses.find((status) => status.tag === tag)?.revision;
  let left = random.next() * 100;
  return statuses.find(({ percent = 0 }) => {
    left -= percent;
    return left < 0;
  })?.revision;
}
