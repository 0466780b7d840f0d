import { isJsonObject, type Json } from "../json.ts";
import { type Field, loadModel } from "../model/model.ts";
import { findField } from "../model/parse.ts";
import { freeForms } from "../model/scalar.ts";
import type { FieldKind, Fields, FieldValue } from "./field.ts";

/**
 * The fields of a message of the model, in either spelling: `labels.team`, `network_config.network`,
 * `networkInterfaces.subnetwork` of any of the interfaces.
 *
 * @param type full name of the message
 */
export function modelFields(type: string): Fields<object> {
  return {
    kindOf: (name) => kindAt(type, name.split(".")),
    valueOf(item, name) {
      const path = name.split(".");
      const { values, field } = valuesAt(type, [item], path);
      return toValue(kindAt(type, path) ?? "text", field, values);
    },
  };
}

function fieldAt(type: string, name: string): [string, Field] | undefined {
  return findField(loadModel().messages[type]?.fields ?? {}, name);
}

function kindAt(type: string, [first = "", ...rest]: readonly string[]): FieldKind | undefined {
  const [, field] = fieldAt(type, first) ?? [];
  if (!field) return undefined;
  if (rest.length === 0) return kindOf(field);
  if (field.map)
    return rest.length === 1 || !loadModel().messages[field.type]
      ? kindOf({ ...field, map: undefined })
      : kindAt(field.type, rest.slice(1));
  if (freeForms.has(field.type)) return "text";
  return kindAt(field.type, rest);
}

function kindOf({ type, repeated, map }: Field): FieldKind {
  if (map) return "list";
  if (repeated) return loadModel().messages[type] ? "message" : "list";
  if (type === "google.protobuf.Timestamp" || type === "google.protobuf.Duration") return "number";
  if (/^(?:s?int|uint32|s?fixed|double|float)/.test(type)) return "number";
  return loadModel().messages[type] ? "message" : "text";
}

/** All values at a path: one, or one for each element on the way. */
function valuesAt(
  type: string,
  items: readonly unknown[],
  [first = "", ...rest]: readonly string[],
): { readonly values: readonly unknown[]; readonly field: Field | undefined } {
  const [name = first, field] = fieldAt(type, first) ?? [];
  const below = items.flatMap((item) => (isJsonObject(item) ? elementsOf(item[name]) : []));
  if (rest.length === 0 || !field) return { values: below, field };
  if (!field.map) return valuesAt(field.type, below, rest);
  const key = rest.join(".");
  return {
    values: below.flatMap((item) => (isJsonObject(item) ? elementsOf(item[key]) : [])),
    field: { ...field, map: undefined },
  };
}

function elementsOf(value: Json | undefined): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  return value === undefined || value === null ? [] : [value];
}

function toValue(kind: FieldKind, field: Field | undefined, values: readonly unknown[]): FieldValue {
  if (field?.map) return values.filter(isJsonObject).flatMap((value) => Object.keys(value));
  if (kind === "number") return values.length === 0 ? undefined : toNumber(field?.type ?? "", String(values[0]));
  if (values.length > 1 || kind === "list") return values.map(String);
  // A boolean that is not there is false.
  return values.length === 0 ? (field?.type === "bool" ? "false" : undefined) : String(values[0]);
}

function toNumber(type: string, text: string): number {
  return type === "google.protobuf.Timestamp" ? Date.parse(text) : Number.parseFloat(text);
}
