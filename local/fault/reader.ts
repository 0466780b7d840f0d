import { ApiError } from "../error.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";

/** Reads the fields of a JSON object one by one; what is wrong or unknown is refused with its path. */
export interface Reader {
  text(field: string): string | undefined;
  number(field: string, least: number): number | undefined;
  boolean(field: string): boolean | undefined;
  choice<Choice extends string>(field: string, choices: readonly Choice[]): Choice | undefined;
  list(field: string): readonly Json[];
  object(field: string): Reader | undefined;
  /** The value as it is. */
  value(field: string): Json | undefined;
  /** A field that must be there. */
  demand<T>(field: string, value: T | undefined): T;
  /** The refusal of a field's value. */
  refusal(field: string, why: string): ApiError;
  /** Refuses fields that nobody read. */
  end(): void;
}

/** @throws ApiError INVALID_ARGUMENT when the value is no object; so do the reader's own methods for what they refuse */
export function createReader(value: Json | undefined, path: string): Reader {
  if (!isJsonObject(value)) throw refusal(path, "must be an object");
  const known = new Set<string>();
  const at = (field: string) => (path === "" ? field : `${path}.${field}`);

  function read<T>(field: string, what: string, accepts: (present: Json) => T | undefined): T | undefined {
    known.add(field);
    const present = (value as JsonObject)[field];
    if (present === undefined) return undefined;
    const accepted = accepts(present);
    if (accepted === undefined) throw refusal(at(field), `must be ${what}, not ${JSON.stringify(present)}`);
    return accepted;
  }

  return {
    text: (field) => read(field, "text", (present) => (typeof present === "string" && present ? present : undefined)),
    number: (field, least) =>
      read(field, `a number from ${least}`, (present) =>
        typeof present === "number" && present >= least ? present : undefined,
      ),
    boolean: (field) => read(field, "true or false", (present) => (typeof present === "boolean" ? present : undefined)),
    choice: (field, choices) =>
      read(field, `one of ${choices.join(", ")}`, (present) => choices.find((choice) => choice === present)),
    list: (field) =>
      read(field, "a list", (present) => (Array.isArray(present) ? (present as Json[]) : undefined)) ?? [],
    object: (field) => read(field, "an object", (present) => createReader(present, at(field))),
    value: (field) => read(field, "a value", (present) => present),
    demand(field, found) {
      if (found === undefined) throw refusal(at(field), "is missing");
      return found;
    },
    refusal: (field, why) => refusal(at(field), why),
    end() {
      const other = Object.keys(value).find((field) => !known.has(field));
      if (other !== undefined) throw refusal(at(other), "is not known here");
    },
  };
}

function refusal(path: string, why: string): ApiError {
  return new ApiError({ code: "INVALID_ARGUMENT", message: `${path || "the fault plan"} ${why}` });
}
