import { type Change, type FieldChange, valueText } from "./change.ts";

/** The field by which a change tells what a seed file may cost; without a name, what all of them may. */
export function seedLossField(name: string | undefined, fields: Omit<FieldChange, "path">): FieldChange {
  return { path: `seed ${name ?? "files"}`, ...fields };
}

/** The field by which a deletion tells that there are rows in it that nobody was asked about. */
export function rowLossField(why: string): FieldChange {
  return { path: "rows", to: why };
}

/** Whether a field tells what is lost, and is none of a resource. */
export function isSeedLoss({ path }: FieldChange): boolean {
  return path.startsWith("seed ") || path === "rows";
}

/** Which seed files may lose rows, and by which statement, and which deletions do, each in a sentence. */
export function seedLossesOf(changes: readonly Change[]): readonly string[] {
  return changes
    .filter(({ effects }) => effects.dataLoss)
    .flatMap(({ fields }) => fields.filter(isSeedLoss))
    .map(({ path, to }) => `${path}: ${valueText(to)}`);
}
