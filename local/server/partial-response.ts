import { ApiError } from "../error.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import type { Model } from "../model/model.ts";
import { findField } from "../model/parse.ts";

/** Fields that are wanted, each with those wanted of it; none below means all of it. `*` stands for every field. */
interface Selection {
  readonly [field: string]: Selection;
}

/**
 * Reads a partial response's selection: `kind,items(name,status)`, `items/name`, every `network` below any field by `*`.
 *
 * @throws ApiError INVALID_ARGUMENT
 * @see https://cloud.google.com/compute/docs/api/how-tos/performance#partial-response
 */
export function parseSelection(text: string): Selection {
  const tokens = text.match(/[^,()/\s]+|[,()/]/g) ?? [];
  let at = 0;

  function list(): Selection {
    const fields: Record<string, Selection> = {};
    do {
      const [name, below] = field();
      fields[name] = merge(fields[name], below);
    } while (take(","));
    return fields;
  }

  function field(): [string, Selection] {
    const name = tokens[at++] ?? "";
    if (name === "" || /^[,()/]$/.test(name)) throw badSelection(text);
    if (take("/")) return [name, Object.fromEntries([field()])];
    if (!take("(")) return [name, {}];
    const below = list();
    if (!take(")")) throw badSelection(text);
    return [name, below];
  }

  function take(token: string): boolean {
    if (tokens[at] !== token) return false;
    at += 1;
    return true;
  }

  const selection = list();
  if (at < tokens.length) throw badSelection(text);
  return selection;
}

/** Two selections of one field; all of it wins. */
function merge(one: Selection | undefined, other: Selection): Selection {
  if (!one) return other;
  const isWhole = Object.keys(one).length === 0 || Object.keys(other).length === 0;
  if (isWhole) return {};
  const entries = Object.entries(other).map(([name, below]) => [name, merge(one[name], below)] as const);
  return { ...one, ...Object.fromEntries(entries) };
}

/**
 * What a selection leaves of an answer.
 *
 * @param type of the answer in the model; without one, names are taken as they come
 * @throws ApiError INVALID_ARGUMENT for a field that the type does not have
 */
export function selectFields(model: Model, type: string | undefined, value: JsonObject, wanted: Selection): JsonObject {
  if (Object.keys(wanted).length === 0) return value;
  const fields = type === undefined ? undefined : model.messages[type]?.fields;
  const result: Record<string, Json> = {};
  for (const [name, below] of Object.entries(wanted)) {
    const found = fields ? findField(fields, name) : undefined;
    if (fields && !found && name !== "*") throw badSelection(name);
    const chosen = name === "*" ? Object.keys(value) : [found?.[0] ?? name];
    for (const key of chosen) {
      const item = value[key];
      const inner = fields?.[key];
      if (item === undefined) continue;
      result[key] =
        inner?.map && isJsonObject(item)
          ? selectEntries(model, inner.type, item, below)
          : selectItem(model, inner?.type, item, below);
    }
  }
  return result;
}

/** A map's keys are chosen like fields, whatever they are called. */
function selectEntries(model: Model, type: string, map: JsonObject, wanted: Selection): JsonObject {
  const names = Object.keys(wanted);
  const entries = Object.entries(map).flatMap(([key, item]): [string, Json][] => {
    const below = wanted[key] ?? wanted["*"];
    if (item === undefined || (names.length > 0 && !below)) return [];
    return [[key, selectItem(model, type, item, below ?? {})]];
  });
  return Object.fromEntries(entries);
}

function selectItem(model: Model, type: string | undefined, item: Json, wanted: Selection): Json {
  if (Array.isArray(item)) return (item as readonly Json[]).map((one) => selectItem(model, type, one, wanted));
  const isMessage = type === undefined || (model.messages[type] && !type.startsWith("google.protobuf."));
  if (!isJsonObject(item)) return item;
  return selectFields(model, isMessage ? type : undefined, item, wanted);
}

function badSelection(text: string): ApiError {
  const message = `Invalid field selection ${text}`;
  return new ApiError({ code: "INVALID_ARGUMENT", reason: "invalidParameter", message });
}
