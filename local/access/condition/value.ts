/** What a condition may look at. */
export interface ConditionContext {
  /** Clock time in milliseconds since the epoch. */
  readonly now: number;
  /** Roles whose members the request to set a policy changes, as far as its service tells; absent for other requests. */
  readonly modifiedRoles?: readonly string[] | "untold";
  /** `//{host}/{name}` of what is asked for. */
  readonly resource: string;
}

/** Types of the values in a condition; timestamps and durations are milliseconds. */
export type ValueType = "bool" | "string" | "int" | "timestamp" | "duration" | "list";

/** A value of one of the types. */
export type Value = boolean | string | number | readonly string[];

/** A part of a condition, ready to be evaluated. */
export interface Expression {
  readonly type: ValueType;
  readonly evaluate: (context: ConditionContext) => Value;
  /** The value of what is a constant. */
  readonly constant?: Value;
}
