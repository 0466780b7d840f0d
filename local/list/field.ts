/** A field's value: text, several texts (spellings, elements or keys), or a number (milliseconds of a time, seconds of a duration). */
export type FieldValue = string | readonly string[] | number | undefined;

/**
 * What a field's values are compared as. Of a list, `:` asks for an element; of a message it can only be asked whether
 * it is there.
 */
export type FieldKind = "text" | "number" | "list" | "message";

/** The fields that a list's items are filtered and ordered by. */
export interface Fields<T> {
  /** `undefined` for a field that the items do not have. */
  kindOf(name: string): FieldKind | undefined;
  /** The texts that a field can have, where it is one of few; what is compared with any other is malformed. */
  choicesOf?(name: string): readonly string[] | undefined;
  valueOf(item: T, name: string): FieldValue;
}
