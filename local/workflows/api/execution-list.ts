import type { FieldValue } from "../../list/field.ts";
import { parseFilter } from "../../list/filter.ts";
import { orderKey, sortByKey } from "../../list/order.ts";
import { tableFields } from "../../list/table-fields.ts";
import type { ListExecutionsRequest } from "../../model/generated/workflow-executions.ts";
import { type CollectionPageRequest, type Page, pageOf, paginate } from "../../page.ts";
import type { Collection } from "../../store.ts";
import type { ExecutionOrder } from "./execution-order.ts";
import type { ExecutionRecord } from "./execution-record.ts";

/**
 * One page of executions: filtered, and the newest first unless asked otherwise.
 *
 * @throws ApiError INVALID_ARGUMENT for a malformed filter or order
 */
export function pageOfExecutions(source: ExecutionSource, request: ListExecutionsRequest): Page<ExecutionRecord> {
  const { parent = "", filter = "", orderBy = "", pageSize: size, pageToken: token, view } = request;
  const belongs = parseFilter(filter, { fields });
  const limits = { usual: 100, most: view === "FULL" ? 100 : 1000 };
  const page = { size, token, limits };
  // Of one workflow the usual order is at hand; any other is made from all.
  if (orderBy.trim() === "" && !parent.endsWith("/-")) return newestFirst(source, { parent, belongs, page });
  const key = orderKey(orderBy, { sortable, fields, idOf, usual: "createTime desc" });
  const prefix = parent.endsWith("/-") ? parent.slice(0, -1) : `${parent}/executions/`;
  const found = source.records.list(prefix).map(([, record]) => source.observe(record));
  const sorted = paginate(sortByKey(found.filter(belongs), key), { ...page, key: (item) => item.key });
  return { items: sorted.items.map(({ item }) => item), nextPageToken: sorted.nextPageToken };
}

/** Where executions are read from. */
export interface ExecutionSource {
  readonly records: Collection<ExecutionRecord>;
  readonly order: ExecutionOrder;
  /** The record with what is known of a running execution only. */
  readonly observe: (record: ExecutionRecord) => ExecutionRecord;
}

interface Wanted {
  readonly parent: string;
  readonly belongs: (record: ExecutionRecord) => boolean;
  readonly page: Pick<CollectionPageRequest<object, unknown>, "size" | "token" | "limits">;
}

function newestFirst(
  { records, order, observe }: ExecutionSource,
  { parent, belongs, page }: Wanted,
): Page<ExecutionRecord> {
  const found = pageOf(order.places, {
    ...{ ...page, prefix: `${parent}/executions/` },
    show(_, { name }) {
      const record = records.get(name);
      return record && observe(record);
    },
    belongs: (record) => record !== undefined && belongs(record),
  });
  return { items: found.items.filter((record) => record !== undefined), nextPageToken: found.nextPageToken };
}

const fields = tableFields<ExecutionRecord>({
  kinds: {
    executionid: "text",
    state: "text",
    workflowrevisionid: "text",
    createtime: "number",
    starttime: "number",
    endtime: "number",
    duration: "number",
    disableconcurrencyquotaoverflowbuffering: "text",
    stepname: "text",
  },
  choices: { state: ["ACTIVE", "SUCCEEDED", "FAILED", "CANCELLED", "UNAVAILABLE", "QUEUED"] },
  read: fieldOf,
  labelsOf: ({ labels }) => labels,
});

function fieldOf(record: ExecutionRecord, field: string): FieldValue {
  switch (field) {
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
    default:
      return record.status?.currentSteps?.at(-1)?.step;
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
