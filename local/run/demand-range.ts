import { violation } from "./violation.ts";

/** Where a number stands, and between what it must lie. */
export interface Bounds {
  /** Path of the field within the request. */
  readonly field: string;
  readonly least: number;
  readonly most: number;
}

/**
 * Insists that a number lies between two others, both included; one that is absent does.
 *
 * @throws ApiError INVALID_ARGUMENT
 */
export function demandRange(value: number | undefined, { field, least, most }: Bounds): void {
  if (value === undefined || (value >= least && value <= most)) return;
  throw violation(field, `must be between ${least} and ${most}, not ${value}.`);
}

/** The same for a duration such as `300s`, in seconds. */
export function demandSeconds(duration: string | undefined, bounds: Bounds): void {
  if (duration === undefined) return;
  const seconds = Number.parseFloat(duration);
  if (seconds >= bounds.least && seconds <= bounds.most) return;
  throw violation(bounds.field, `must be between ${bounds.least}s and ${bounds.most}s, not ${duration}.`);
}
