import { toIndex } from "../expression/evaluate.ts";
import { fault } from "../fault.ts";
import type { Assignment } from "../parse/syntax.ts";
import type { Task } from "../task.ts";
import { copyOf } from "../value/header-map.ts";
import { noteChange, sizeOf, textSize } from "../value/size.ts";
import { isList, isMap, typeName, type Value } from "../value/value.ts";
import type { Activation } from "./activation.ts";
import { evaluateIn, evaluateTemplate } from "./template.ts";

/** Runs one entry of an assign step. */
export function* runAssignment({ target, value }: Assignment, at: Activation): Task<void> {
  const assigned = yield* evaluateTemplate(value, at);
  if (target.path.length === 0) return at.scope.set(target.variable, assigned);
  const path: Value[] = [];
  for (const part of target.path) path.push(yield* evaluateIn(part, at));
  const container = at.scope.get(target.variable);
  if (container === undefined) throw fault("KeyError", `key not found: ${target.variable}`);
  at.scope.set(target.variable, withElement(container, path, assigned));
}

/** A copy of a map or list with one place in it changed; maps that are missing on the way are made (choice `missing-maps`). */
function withElement(container: Value, [key = null, ...rest]: readonly Value[], value: Value): Value {
  if (isList(container)) {
    const index = toIndex(container.length, key);
    const before = container[index] ?? null;
    const after = replace(before, rest, value);
    const copy = container.with(index, after);
    noteChange(copy, container, { bytes: sizeOf(after) - sizeOf(before), added: after });
    return copy;
  }
  if (!isMap(container)) throw fault("TypeError", `cannot assign an element of type '${typeName(container)}'`);
  if (typeof key !== "string") throw fault("TypeError", `map key must be a string, not ${typeName(key)}`);
  const before = container.get(key);
  const after = replace(before ?? new Map(), rest, value);
  const copy = copyOf(container).set(key, after);
  const bytes = sizeOf(after) - (before === undefined ? -textSize(key) : sizeOf(before));
  noteChange(copy, container, { bytes, added: after });
  return copy;
}

function replace(element: Value, path: readonly Value[], value: Value): Value {
  return path.length === 0 ? value : withElement(element, path, value);
}
