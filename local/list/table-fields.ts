import type { FieldKind, Fields, FieldValue } from "./field.ts";

/** Fields that a list has names of its own for. */
export interface FieldTable<T> {
  /** By name in lower case. */
  readonly kinds: Readonly<Record<string, FieldKind>>;
  /** The texts that a field can have, where it is one of few. */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  /** The value of one of them, by its name in lower case. */
  readonly read: (item: T, name: string) => FieldValue;
  readonly labelsOf?: (item: T) => Readonly<Record<string, string>> | undefined;
}

/** Makes the fields of a list from a table; names are told apart without regard to case, labels with it. */
export function tableFields<T>({ kinds, choices = {}, read, labelsOf }: FieldTable<T>): Fields<T> {
  const labelOf = (name: string) => (labelsOf ? /^labels?[.:](.+)$/.exec(name)?.[1] : undefined);
  const hasKeys = (name: string) => labelsOf !== undefined && name.toLowerCase() === "labels";
  return {
    kindOf(name) {
      if (hasKeys(name)) return "list";
      return labelOf(name) === undefined ? kinds[name.toLowerCase()] : "text";
    },
    choicesOf: (name) => choices[name.toLowerCase()],
    valueOf(item, name) {
      if (hasKeys(name)) return Object.keys(labelsOf?.(item) ?? {});
      const label = labelOf(name);
      return label === undefined ? read(item, name.toLowerCase()) : labelsOf?.(item)?.[label];
    },
  };
}
