import type { PolicySpec } from "../spec/schema.ts";
import { type Change, type FieldChange, valueText } from "./change.ts";

/** The field by which a change tells what a seed file may cost; without a name, what all of them may. */
export function seedLossField(name: string | undefined, fields: Omit<FieldChange, "path">): FieldChange {
  return { path: `seed ${name ?? "files"}`, ...fields };
}

/** The field by which a change tells that an environment is to answer from another database than the one with its rows. */
export function rowsLeftField(
  environment: string,
  { from, to }: { readonly from: string; readonly to: string },
): FieldChange {
  const says = `stay there, for ${to} answers then, without them; both stand until ${environment} is taken down`;
  return { path: `rows of ${from}`, to: says };
}

/** The field by which a deletion tells that there are rows in it that nobody was asked about. */
export function rowLossField(why: string): FieldChange {
  return { path: "rows", to: why };
}

/** The field by which a change tells that a schedule is to cost rows, time and again. */
export function scheduleLossField({
  schedule,
  timeZone,
  level,
}: Pick<NonNullable<PolicySpec["rebuild"]>, "schedule" | "timeZone" | "level">): FieldChange {
  const to = `rebuilds ${level === "all" ? "all" : `the ${level}`} each time: rows that were written by then are lost`;
  return { path: `schedule ${schedule} (${timeZone})`, to };
}

/** Whether a field tells what costs rows, and is none of a resource. */
export function tellsLoss({ path }: FieldChange): boolean {
  return path === "rows" || ["seed ", "rows of ", "schedule "].some((start) => path.startsWith(start));
}

/** Which seed files may lose rows, and by which statement, which deletions and schedules do, and which rows stay elsewhere: each in a sentence. */
export function lossesOf(changes: readonly Change[]): readonly string[] {
  return changes
    .filter(({ effects }) => effects.dataLoss)
    .flatMap(({ fields }) => fields.filter(tellsLoss))
    .map(({ path, to }) => `${path}: ${valueText(to)}`);
}
