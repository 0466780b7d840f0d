import { type FieldChange, valueText } from "../../plan/change.ts";
import type { PlannedChange } from "../../plan/digest.ts";
import { isKept, reasonsKept } from "../../plan/kept.ts";
import { lossesOf, tellsLoss } from "../../plan/loss.ts";
import { toDuration } from "../../spec/duration.ts";
import { formatDuration } from "./duration.ts";
import { renderEffects, usd } from "./effects.ts";
import { isPlain, plainText } from "./plain.ts";
import type { PlanDocument } from "./plan-document.ts";

/** A plan for people: what it comes to, and with `verbose` every change and field. */
export function renderPlan(plan: PlanDocument, { verbose }: { readonly verbose: boolean }): string[] {
  const {
    environment,
    of,
    level,
    changes,
    timeToLiveSeconds,
    standing = [],
    approval,
    refused,
    changesHash,
    command,
  } = plan;
  const subject = of === "rebuild" ? `rebuild of ${environment} at level ${level}` : `${of} of ${environment}`;
  return [
    `Plan of ${subject}: ${countChanges(changes)}`,
    ...(verbose ? renderChanges(changes) : renderTelling(changes)),
    ...lossesOf(changes).map((loss) => `  loses     ${loss}`),
    ...reasonsKept(changes).map((reason) => `  keeps     ${reason}`),
    ...renderEffects(plan).map((line) => `  ${line}`),
    ...(timeToLiveSeconds === undefined
      ? []
      : [`  ends      ${toDuration(timeToLiveSeconds)} after this run has made it ready`]),
    ...renderStanding(standing),
    ...renderApproval(approval),
    ...(refused === undefined ? [] : [`  refused   ${plainText(refused)}`]),
    `  plan      ${changesHash}`,
    ...(refused === undefined ? renderWay(changes, command) : []),
    ...(verbose || changes.length === 0 ? [] : ["Every change and field: --verbose, or --json for programs."]),
  ];
}

/** How many changes there are of each kind: `3 to create, 1 to update`. */
export function countChanges(changes: readonly PlannedChange[]): string {
  const counts = new Map<string, number>();
  for (const { action } of changes.filter((change) => !isKept(change)))
    counts.set(action, (counts.get(action) ?? 0) + 1);
  return counts.size === 0
    ? "nothing to change"
    : [...counts].map(([action, count]) => `${count} to ${action}`).join(", ");
}

/** What is billed and no spec names any more is easily forgotten. */
function renderStanding(standing: NonNullable<PlanDocument["standing"]>): string[] {
  return standing.map(({ resource, costPerDay }, index) => {
    const name = resource.split("/").slice(-2).join("/");
    const says = `${name}: ${costPerDay === 0 ? "billed by use" : `${usd(costPerDay)} USD a day`}, made by an older spec, until it is removed`;
    return index === 0 ? `  stays     ${says}` : `            ${says}`;
  });
}

function renderApproval({ needed, reasons, approvers, timeoutSeconds }: PlanDocument["approval"]): string[] {
  if (!needed) return ["  approval  not needed"];
  const those = approvers.length > 0 ? approvers.join(", ") : "whoever may use the installation";
  return [
    ...reasons.map((reason, index) => (index === 0 ? `  approval  needed: ${reason}` : `            and: ${reason}`)),
    `            by: ${those}; never who asks`,
    ...(timeoutSeconds === undefined ? [] : [`            within: ${toDuration(timeoutSeconds)} of being asked`]),
  ];
}

/** The hash alone takes most of a line. */
function renderWay(changes: readonly PlannedChange[], command: string): string[] {
  if (changes.length === 0) return [];
  const [words = "", hash = ""] = command.split(" --plan ");
  return ["Carry out exactly this:", `  ${words} \\`, `    --plan ${hash}`];
}

const marks = { create: "+", update: "~", replace: "±", delete: "-", none: " " } as const;

/** Every change and field, by step. */
export function renderChanges(changes: readonly PlannedChange[]): string[] {
  return [...new Set(changes.map(({ step }) => step))].flatMap((step) => [
    `  ${step}`,
    ...changes.filter((change) => change.step === step).flatMap(renderChange),
  ]);
}

function renderChange({ action, resource, fields, effects }: PlannedChange): string[] {
  const notes = [
    ...(effects.dataLoss ? ["rows are LOST"] : []),
    ...(effects.downtime ? ["does not answer meanwhile"] : []),
    ...(effects.costPerDay === 0 ? [] : [`${effects.costPerDay > 0 ? "+" : ""}${usd(effects.costPerDay)} USD a day`]),
    ...(effects.expectedSeconds > 0 ? [formatDuration(effects.expectedSeconds)] : []),
  ];
  return [
    `    ${marks[action]} ${action} ${resource.split("/").slice(-2).join("/")}`,
    ...(notes.length > 0 ? [`        ${notes.join(", ")}`] : []),
    ...fields.map((field) => `        ${renderField(field)}`),
  ];
}

function renderField({ path, from, to }: FieldChange): string {
  return `${path}: ${textOf(from)} -> ${textOf(to)}`;
}

/** A value as it is, unless it would not stay on its line. */
function textOf(value: unknown): string {
  const text = valueText(value);
  return isPlain(text) ? text : plainText(text);
}

/** Fields in the short form, and how much of a value. */
const mostTold = 3;
const mostOfValue = 24;

/** What is otherwise afterwards, in one line: the first fields of what is there already, leaving out what follows from them. */
function renderTelling(changes: readonly PlannedChange[]): string[] {
  const kept = changes.filter(({ action }) => action === "update" || action === "replace");
  const telling = kept
    .flatMap(({ fields }) => fields)
    .filter((field) => !tellsLoss(field) && !/^(iamPolicy|labels|state|execution|template\.revision)/.test(field.path));
  if (telling.length === 0) return [];
  const told = telling.slice(0, mostTold).map(({ path, from, to }) => {
    const name = path.replace(/^template\.(containers\.[^.]+\.)?/, "");
    return `${name}: ${clip(textOf(from))} -> ${clip(textOf(to))}`;
  });
  const more = telling.length - told.length;
  return [`  fields    ${told.join("; ")}${more > 0 ? `; and ${more} more` : ""}`];
}

function clip(text: string): string {
  return text.length <= mostOfValue ? text : `${text.slice(0, mostOfValue - 1)}…`;
}
