/** What would be, or was, done to one resource. */
export interface Change {
  /** Full name of the resource. */
  readonly resource: string;
  readonly action: "create" | "update" | "replace" | "delete" | "none";
  /** Fields that differ, `from` and `to` as people read them; values that do not exist yet are `unknown`. */
  readonly fields: readonly FieldChange[];
  readonly effects: Effects;
}

/** One field's difference. */
export interface FieldChange {
  /** Path as in the API, for example `scaling.maxInstanceCount`; containers and variables go by their names. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** A value of a field as people read it. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return "(none)";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What a change means to people. */
export interface Effects {
  /** Whether rows are lost. */
  readonly dataLoss: boolean;
  /** Whether the environment does not answer meanwhile. */
  readonly downtime: boolean;
  /** Difference in USD per day by list price. */
  readonly costPerDay: number;
  readonly expectedSeconds: number;
}
