import * as z from "zod";
import { eventTypes } from "./catalogue.ts";

const head = `# Events

Every type of event and its \`data\`, generated from the table that those who tell them are held to by \`npm run generate\`;
[events.schema.json](events.schema.json) is the same as a JSON Schema. [doors.md](doors.md#events) tells how they come.

Each is a CloudEvent 1.0 whose \`type\` is \`dev.alloyrun.\` and a name of below, \`subject\` the environment, \`time\` when it
happened. All times are RFC 3339, by Google's clock; everything counted says its unit. Fields marked with \`?\` may be absent or
null. More types and fields may come one day: pass over what you do not know.
`;

/** The page of reference of all events in Markdown. */
export function toEventReference(): string {
  const sections = Object.entries(eventTypes).map(([type, { when, data }]) => {
    const rows = rowsOf(data, "").map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
    return `## ${type}\n\n${when}\n\n| data | value | meaning |\n|---|---|---|\n${rows.join("\n")}\n`;
  });
  return [head, ...sections].join("\n");
}

type Row = readonly [field: string, value: string, meaning: string];

function rowsOf(schema: unknown, path: string): readonly Row[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray) return rowsOf(inner.element, `${path.slice(0, -1)}[].`);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([key, value]) => {
    const mark = value instanceof z.ZodType && isSure(value) ? "" : "?";
    const row: Row = [`\`${path}${key}\`${mark}`, kindOf(value), descriptionOf(value)];
    return [row, ...rowsOf(value, `${path}${key}.`)];
  });
}

/** Whether a field is always there, and never null. */
function isSure(schema: z.ZodType): boolean {
  return !(schema instanceof z.ZodOptional) && !(schema instanceof z.ZodNullable);
}

function kindOf(schema: unknown): string {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodEnum) return inner.options.map((option) => `\`${String(option)}\``).join(", ");
  if (inner instanceof z.ZodISODateTime) return "time";
  if (inner instanceof z.ZodNumber) return "number";
  if (inner instanceof z.ZodBoolean) return "`true`, `false`";
  if (inner instanceof z.ZodLiteral) return [...inner.values].map((value) => `\`${String(value)}\``).join(", ");
  if (inner instanceof z.ZodArray) return `list of ${kindOf(inner.element)}`;
  if (inner instanceof z.ZodRecord || inner instanceof z.ZodObject) return "mapping";
  return inner instanceof z.ZodString ? "text" : "any";
}

/** What a field holds when it is there. */
function unwrap(schema: unknown): unknown {
  const isWrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodNullable;
  return isWrapped ? unwrap(schema.unwrap()) : schema;
}

/** A description stands on whatever layer it was given. */
function descriptionOf(schema: unknown): string {
  if (!(schema instanceof z.ZodType)) return "";
  const isWrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodNullable;
  return schema.description ?? (isWrapped ? descriptionOf(schema.unwrap()) : "");
}
