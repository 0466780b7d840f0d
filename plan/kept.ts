import { type Change, type FieldChange, valueText } from "./change.ts";

const path = "kept";

/** The field by which a change that does nothing tells why its resource stays. */
export function keptField(reason: string): FieldChange {
  return { path, to: reason };
}

/** Whether a change is none, and says why: that a removal leaves something is part of its plan. */
export function isKept({ action, fields }: Change): boolean {
  return action === "none" && fields.some((field) => field.path === path);
}

/** Why things stay that a removal would be expected to remove, each in a sentence. */
export function reasonsKept(changes: readonly Change[]): readonly string[] {
  return changes.filter(isKept).flatMap(({ fields }) => fields.map(({ to }) => valueText(to)));
}
