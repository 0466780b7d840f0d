import type { ListExecutionsRequest } from "../../model/generated/workflow-executions.ts";
import { type Page, paginate } from "../../page.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { type FieldValue, parseFilter } from "./list-filter.ts";
import { invalid } from "./names.ts";

/**
 * One page of executions: filtered, and ordered by start time with the newest first unless asked otherwise.
 *
 * @throws ApiError INVALID_ARGUMENT for a malformed filter or order
 */
export function pageOfExecutions(
  records: readonly ExecutionRecord[],
  { filter = "", orderBy = "", pageSize, pageToken, view }: ListExecutionsRequest,
): Page<ExecutionRecord> {
  const passes = parseFilter(filter);
  const key = orderKey(orderBy);
  const found = records.filter((record) => passes((field) => fieldOf(record, field)));
  const sorted = found.map((record) => ({ record, key: key(record) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const limits = { usual: 100, most: view === "FULL" ? 100 : 1000 };
  const page = paginate(sorted, { key: (item) => item.key, size: pageSize, token: pageToken, limits });
  return { items: page.items.map(({ record }) => record), nextPageToken: page.nextPageToken };
}

function fieldOf(record: ExecutionRecord, field: string): FieldValue {
  const label = /^labels?[.:](.+)$/.exec(field)?.[1];
  if (label !== undefined) return record.labels?.[label];
  switch (field.toLowerCase()) {
    case "executionid":
      return idOf(record);
    case "state":
      return record.state;
    case "workflowrevisionid":
      return record.workflowRevisionId;
    case "createtime":
    case "starttime":
      return record.startMs;
    case "endtime":
      return record.endMs;
    case "duration":
      return record.endMs === undefined ? undefined : (record.endMs - record.startMs) / 1000;
    case "stepname":
      return record.status?.currentSteps?.at(-1)?.step;
    default:
      throw invalid(`Invalid field in list filter: ${field}`);
  }
}

function idOf({ name }: ExecutionRecord): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

const sortable = new Set([
  "executionid",
  "createtime",
  "starttime",
  "endtime",
  "duration",
  "state",
  "workflowrevisionid",
]);

/** Text that puts executions in the order asked for. */
function orderKey(orderBy: string): (record: ExecutionRecord) => string {
  const [, field = "startTime", direction = orderBy.trim() === "" ? "desc" : "asc"] =
    /^\s*(\w+)?(?:\s+(asc|desc))?\s*$/i.exec(orderBy) ?? fail(orderBy);
  if (!sortable.has(field.toLowerCase())) fail(orderBy);
  return (record) => {
    const text = `${sortText(fieldOf(record, field))} ${idOf(record)}`;
    return direction.toLowerCase() === "desc" ? inverted(text) : text;
  };
}

function fail(orderBy: string): never {
  throw invalid(`Invalid order by: ${orderBy}`);
}

function sortText(value: FieldValue): string {
  return typeof value === "number" ? value.toFixed(6).padStart(24, "0") : (value ?? "");
}

/** Printable ASCII turned round, so that the greatest text comes first. */
function inverted(text: string): string {
  return [...text].map((char) => String.fromCharCode(0x9e - char.charCodeAt(0))).join("");
}
