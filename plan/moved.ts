import { canonicalJson } from "../spec/names.ts";
import { type FieldChange, valueText } from "./change.ts";
import type { Digest, PlannedChange } from "./digest.ts";

/** What has moved between two digests of different hashes, in words: never nothing. */
export function whatMoved(before: Digest, after: Digest): readonly string[] {
  const moved = movedBetween(before, after);
  // A hash is also of what only alloyrun itself knows.
  return moved.length > 0 ? moved : ["effects or prices, or the version of alloyrun that planned it"];
}

/**
 * What differs between two digests, as people name it: resources that only one of them changes, and of those that both
 * change alike the fields that only one of them does.
 */
export function movedBetween(before: Digest, after: Digest): readonly string[] {
  return [
    ...(before.level === after.level ? [] : [`the level: ${before.level} → ${after.level}`]),
    ...generationMoved(before, after),
    ...(before.planHash === after.planHash ? [] : ["the spec"]),
    ...(canonicalJson(before.reasons) === canonicalJson(after.reasons) ? [] : ["why somebody must approve"]),
    ...(before.refused === after.refused ? [] : ["what its protection refuses"]),
    ...(canonicalJson([before.deciders]) === canonicalJson([after.deciders]) ? [] : ["who must approve"]),
    ...(canonicalJson([before.standing]) === canonicalJson([after.standing]) ? [] : ["what older plans have left"]),
    ...(canonicalJson([before.unfinished]) === canonicalJson([after.unfinished])
      ? []
      : ["what a rebuild has left unfinished"]),
    ...(before.timeToLiveSeconds === after.timeToLiveSeconds ? [] : ["how long it lives"]),
    ...onlyIn(before.changes, after.changes).map((change) => `no longer: ${change}`),
    ...onlyIn(after.changes, before.changes).map((change) => `now: ${change}`),
  ];
}

/** Where another run has made something anew meanwhile, which database serves, or is to. A removal takes all of them. */
function generationMoved(before: Digest, after: Digest): readonly string[] {
  if (before.action === "down" && after.action === "down") return [];
  const [from, to] = [before.generations, after.generations];
  return [
    ...(from.cluster === to.cluster
      ? []
      : [`which cluster serves afterwards: generation ${from.cluster} → ${to.cluster}`]),
    ...(from.database === to.database
      ? []
      : [`which database serves afterwards: generation ${from.database} → ${to.database}`]),
  ];
}

/** What only the first of two plans changes. */
function onlyIn(some: readonly PlannedChange[], others: readonly PlannedChange[]): readonly string[] {
  return some.flatMap(({ resource, action, fields }) => {
    const alike = others.filter((other) => other.resource === resource && other.action === action);
    if (alike.length === 0) return [`${action} ${resource}`];
    const known = new Set(alike.flatMap((other) => other.fields).map(fieldText));
    const own = fields.map(fieldText).filter((text) => !known.has(text));
    return own.length > 0 ? [`${action} ${resource}, with ${own.join("; ")}`] : [];
  });
}

/** Of a value that is not told this says no more than the plan does. */
function fieldText({ path, from, to }: FieldChange): string {
  return `${path}: ${valueText(from)} → ${valueText(to)}`;
}
