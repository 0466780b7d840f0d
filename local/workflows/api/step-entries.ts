import { toTimestamp } from "../../clock.ts";
import type { Cloud } from "../../cloud.ts";
import type { JsonObject } from "../../json.ts";
import { paginate } from "../../page.ts";
import type { StepRecord } from "../execute/history.ts";
import { type FieldValue, parseFilter } from "./list-filter.ts";
import { invalid, notFound, withProjectNumber } from "./names.ts";

/** Where step entries belong. */
interface EntriesContext {
  readonly cloud: Cloud;
  /** Full name of the execution. */
  readonly execution: string;
  readonly steps: readonly StepRecord[];
}

/**
 * One page of an execution's history.
 *
 * @throws ApiError INVALID_ARGUMENT
 * @see https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions.stepEntries
 */
export function listStepEntries(context: EntriesContext, query: URLSearchParams): JsonObject {
  const passes = parseFilter(query.get("filter") ?? "");
  const found = context.steps.filter((step) => passes((field) => fieldOf(step, field)));
  const ordered = isDescending(query.get("orderBy") ?? "") ? found.toReversed() : found;
  const places = ordered.slice(Number(query.get("skip") ?? 0)).map((step, place) => ({ step, place }));
  const page = paginate(places, {
    key: ({ place }) => String(place).padStart(8, "0"),
    size: Number(query.get("pageSize") ?? 0),
    token: query.get("pageToken") ?? "",
    limits: { usual: 100, most: 1000 },
  });
  return {
    stepEntries: page.items.map(({ step }) => toEntry(context, step)),
    nextPageToken: page.nextPageToken,
    totalSize: found.length,
  };
}

/** @throws ApiError NOT_FOUND */
export function getStepEntry(context: EntriesContext, id: string): JsonObject {
  const step = context.steps.find((candidate) => String(candidate.id) === id);
  if (!step) throw notFound(`${context.execution}/stepEntries/${id}`);
  return toEntry(context, step);
}

function isDescending(orderBy: string): boolean {
  const [matched, direction] = /^\s*(?:(?:entryId|createTime)(?:\s+(asc|desc))?)?\s*$/.exec(orderBy) ?? [];
  if (matched === undefined) throw invalid(`Invalid order by: ${orderBy}`);
  return direction === "desc";
}

function fieldOf(step: StepRecord, field: string): FieldValue {
  switch (field) {
    case "entryId":
      return step.id;
    case "createTime":
      return step.createTime;
    case "updateTime":
      return step.updateTime;
    case "routine":
    case "step":
    case "stepType":
    case "state":
      return step[field];
    default:
      throw invalid(`Invalid field in list filter: ${field}`);
  }
}

function toEntry({ cloud, execution }: EntriesContext, step: StepRecord): JsonObject {
  const text = (id: number | undefined) => (id === undefined ? undefined : String(id));
  return {
    name: `${withProjectNumber(cloud, execution)}/stepEntries/${step.id}`,
    createTime: toTimestamp(step.createTime),
    updateTime: toTimestamp(step.updateTime),
    routine: step.routine,
    step: step.step,
    stepType: step.stepType,
    state: step.state,
    entryId: String(step.id),
    exception: step.exception === undefined ? undefined : { payload: step.exception },
    navigationInfo: {
      parent: text(step.parent),
      children: step.children.map(String),
      previous: text(step.previous),
      next: text(step.next),
    },
    stepEntryMetadata: {
      threadId: String(step.threadId),
      progressType: progressType(step),
      progressNumber: text(step.progress),
    },
  };
}

/** What a step's progress number counts. */
function progressType({ stepType }: StepRecord): string | undefined {
  switch (stepType) {
    case "STEP_FOR_ITERATION":
      return "PROGRESS_TYPE_FOR";
    case "STEP_CONDITION":
      return "PROGRESS_TYPE_SWITCH";
    case "STEP_TRY":
    case "STEP_RETRY":
      return "PROGRESS_TYPE_RETRY";
    case "STEP_PARALLEL_BRANCH_ENTRY":
      return "PROGRESS_TYPE_PARALLEL_BRANCH";
    default:
      return undefined;
  }
}
