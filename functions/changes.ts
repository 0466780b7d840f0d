import { isDeepStrictEqual } from "node:util";
import type { Change, Effects, FieldChange } from "../plan/change.ts";

/** Effects that differ from none. */
export type SomeEffects = Partial<Effects>;

const noEffects: Effects = { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 0 };

/** A resource that comes into being. */
export function creation(resource: string, effects: SomeEffects = {}): Change {
  return { resource, action: "create", fields: [], effects: { ...noEffects, ...effects } };
}

/** A resource some of whose fields change. */
export function update(resource: string, fields: readonly FieldChange[], effects: SomeEffects = {}): Change {
  return { resource, action: "update", fields, effects: { ...noEffects, ...effects } };
}

/** A resource that is deleted and made anew. */
export function replacement(resource: string, effects: SomeEffects = {}): Change {
  return { resource, action: "replace", fields: [], effects: { ...noEffects, ...effects } };
}

/** A resource that goes. */
export function deletion(resource: string, effects: SomeEffects = {}): Change {
  return { resource, action: "delete", fields: [], effects: { ...noEffects, ...effects } };
}

/** One field that may change while the resource lives: where it lies, what is wanted, what is there. */
export interface MutableField<Wanted, Observed> {
  /** Path as in the API, which is also the path in the update mask. */
  readonly path: string;
  /** `undefined` leaves the field to whoever set it. */
  readonly wanted: (wanted: Wanted) => unknown;
  readonly observed: (observed: Observed, wanted: Wanted) => unknown;
}

/** The fields of a table that differ. */
export function differences<Wanted, Observed>(
  table: readonly MutableField<Wanted, Observed>[],
  wanted: Wanted,
  observed: Observed,
): readonly FieldChange[] {
  return table
    .map((field) => ({ path: field.path, from: field.observed(observed, wanted), to: field.wanted(wanted) }))
    .filter(({ from, to }) => to !== undefined && !isDeepStrictEqual(from, to));
}

/** Those of the observed labels that we write: labels of others are no difference. */
export function sameLabels(
  wanted: Readonly<Record<string, string>>,
  observed: Readonly<Record<string, string>> | null | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(wanted).flatMap((key) => (observed?.[key] === undefined ? [] : [[key, observed[key]]])),
  );
}
