import type { ListExecutionsRequest } from "../../model/generated/workflow-executions.ts";
import { type Page, paginate } from "../../page.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { type FieldValue, parseFilter } from "./list-filter.ts";
import { invalid } from "./names.ts";
import { orderKey, sortByKey } from "./order.ts";

/**
 * One page of executions: filtered, and the newest first unless asked otherwise.
 *
 * @throws ApiError INVALID_ARGUMENT for a malformed filter or order
 */
export function pageOfExecutions(
  records: readonly ExecutionRecord[],
  { filter = "", orderBy = "", pageSize, pageToken, view }: ListExecutionsRequest,
): Page<ExecutionRecord> {
  const passes = parseFilter(filter);
  const key = orderKey(orderBy, { sortable, fieldOf, idOf, usual: "createTime desc" });
  const found = records.filter((record) => passes((field) => fieldOf(record, field)));
  const sorted = sortByKey(found, key);
  const limits = { usual: 100, most: view === "FULL" ? 100 : 1000 };
  const page = paginate(sorted, { key: (item) => item.key, size: pageSize, token: pageToken, limits });
  return { items: page.items.map(({ item }) => item), nextPageToken: page.nextPageToken };
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
      return record.createMs;
    case "starttime":
      return record.startMs;
    case "endtime":
      return record.endMs;
    case "duration":
      return record.duration === undefined ? undefined : Number.parseFloat(record.duration);
    case "disableconcurrencyquotaoverflowbuffering":
      return String(record.disableConcurrencyQuotaOverflowBuffering ?? false);
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
