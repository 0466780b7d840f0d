import * as z from "zod";
import { environmentSchema } from "./schema.ts";

/** The reference page of `environment.yaml` in Markdown, one row for each key, from the schema itself. */
export function toReference(): string {
  const rows = rowsOf(environmentSchema, "").map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`);
  return `${head}\n${rows.join("\n")}\n`;
}

const head = `# environment.yaml

The keys of a spec, generated from its schema by \`npm run generate\`. **Bold** keys must be given; everything else has the
default that is shown, or the one that its description names. Unknown keys are refused.

Editors know all this when the first line says where the schema lies:

\`\`\`yaml
# yaml-language-server: $schema=spec/generated/environment.schema.json
\`\`\`

| key | value | default | meaning |
|---|---|---|---|`;

type Row = readonly [key: string, value: string, fallback: string, meaning: string];

function rowsOf(schema: unknown, path: string): Row[] {
  const inner = unwrap(schema);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([key, value]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const isRequired = !(value instanceof z.ZodType) || !value.safeParse(undefined).success;
    const shown = isRequired ? `**\`${at}\`**` : `\`${at}\``;
    const row: Row = [shown, valuesOf(value), defaultOf(value), descriptionOf(value)];
    return [row, ...rowsOf(value, at), ...entriesOf(value, at)];
  });
}

/** The rows of what a record or a list holds, where those are mappings: `secrets.<name>.version`, `tickets[].name`. */
function entriesOf(schema: unknown, path: string): Row[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return rowsOf(inner.element, `${path}[]`);
  return inner instanceof z.ZodRecord ? rowsOf(inner.valueType, `${path}.<name>`) : [];
}

function valuesOf(schema: unknown): string {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodEnum) return shorten(inner.options.map(String));
  if (inner instanceof z.ZodLiteral) return shorten([...inner.values].map(String));
  if (inner instanceof z.ZodNumber) return numbersOf(inner);
  if (inner instanceof z.ZodBoolean) return "`true`, `false`";
  if (inner instanceof z.ZodArray) return `list of ${valuesOf(inner.element)}`;
  if (inner instanceof z.ZodRecord) return "mapping of names";
  if (inner instanceof z.ZodObject) return "mapping";
  const example: unknown = examplesOf(inner)[0];
  return example === undefined ? "text" : `text, such as \`${String(example).slice(0, 60)}\``;
}

function shorten(words: readonly string[]): string {
  const shown = words
    .slice(0, 8)
    .map((word) => `\`${word}\``)
    .join(", ");
  return words.length > 8 ? `${shown} … (${words.length})` : shown;
}

function numbersOf({ minValue, maxValue, isInt }: z.ZodNumber): string {
  if (minValue === null || !Number.isFinite(minValue)) return "number";
  const most = maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER ? ` to ${maxValue}` : " or more";
  return isInt ? `${minValue}${most}` : `more than ${minValue}`;
}

function defaultOf(schema: unknown): string {
  if (!(schema instanceof z.ZodDefault)) return "";
  return `\`${JSON.stringify(schema.parse(undefined)).replace(/^"|"$/g, "")}\``;
}

function descriptionOf(schema: unknown): string {
  return (schema instanceof z.ZodType && schema.meta()?.description) || "";
}

function examplesOf(schema: unknown): readonly unknown[] {
  const examples: unknown = schema instanceof z.ZodType ? schema.meta()?.examples : undefined;
  return Array.isArray(examples) ? examples : [];
}

function unwrap(schema: unknown): unknown {
  const isWrapped =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapped ? unwrap(schema.unwrap()) : schema;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
