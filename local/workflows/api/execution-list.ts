import type { ListExecutionsRequest } from "../../model/generated/workflow-executions.ts";
import { type CollectionPageRequest, type Page, pageOf, paginate } from "../../page.ts";
import type { Collection } from "../../store.ts";
import type { ExecutionOrder } from "./execution-order.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { type FieldValue, type FilterFields, parseFilter } from "./list-filter.ts";
import { invalid } from "./names.ts";
import { orderKey, sortByKey } from "./order.ts";

/**
 * One page of executions: filtered, and the newest first unless asked otherwise.
 *
 * @throws ApiError INVALID_ARGUMENT for a malformed filter or order
 */
export function pageOfExecutions(source: ExecutionSource, request: ListExecutionsRequest): Page<ExecutionRecord> {
  const { parent = "", filter = "", orderBy = "", pageSize: size, pageToken: token, view } = request;
  const passes = parseFilter(filter, filterable);
  const belongs = (record: ExecutionRecord) => passes((field) => fieldOf(record, field));
  const limits = { usual: 100, most: view === "FULL" ? 100 : 1000 };
  const page = { size, token, limits };
  // Of one workflow the usual order is at hand; any other is made from all.
  if (orderBy.trim() === "" && !parent.endsWith("/-")) return newestFirst(source, { parent, belongs, page });
  const key = orderKey(orderBy, { sortable, fieldOf, idOf, usual: "createTime desc" });
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

const filterable: FilterFields = {
  executionid: "text",
  state: ["ACTIVE", "SUCCEEDED", "FAILED", "CANCELLED", "UNAVAILABLE", "QUEUED"],
  workflowrevisionid: "text",
  createtime: "amount",
  starttime: "amount",
  endtime: "amount",
  duration: "amount",
  disableconcurrencyquotaoverflowbuffering: ["true", "false"],
  stepname: "text",
  labels: "text",
};

const sortable = new Set([
  "executionid",
  "createtime",
  "starttime",
  "endtime",
  "duration",
  "state",
  "workflowrevisionid",
]);
