import { toTimestamp } from "../../clock.ts";
import type { Cloud } from "../../cloud.ts";
import type { FieldValue } from "../../list/field.ts";
import { parseFilter } from "../../list/filter.ts";
import { orderKey, sortByKey } from "../../list/order.ts";
import { tableFields } from "../../list/table-fields.ts";
import type {
  ListStepEntriesRequest,
  ListStepEntriesResponse,
  StepEntry,
  StepEntryMetadata_ProgressType,
} from "../../model/generated/workflow-executions.ts";
import { paginate } from "../../page.ts";
import type { KeptStep } from "./history-store.ts";
import { invalid, notFound, withProjectNumber } from "./names.ts";

/** Where step entries belong. */
export interface EntriesContext {
  readonly cloud: Cloud;
  /** Full name of the execution. */
  readonly execution: string;
  readonly steps: readonly KeptStep[];
  /** Whether entries say how many iterations are expected. */
  readonly isDetailed: boolean;
}

const sortable = new Set(["entryid", "createtime", "updatetime", "routine", "step", "steptype", "state"]);

/**
 * One page of an execution's history.
 *
 * @param open gives the execution's entries once the request is found well formed
 * @throws ApiError INVALID_ARGUMENT
 * @see https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions.stepEntries/list
 */
export function listStepEntries(
  open: () => EntriesContext,
  { filter = "", orderBy = "", skip = 0, pageSize, pageToken }: ListStepEntriesRequest,
): ListStepEntriesResponse {
  if (skip < 0) throw invalid("skip must not be negative");
  const passes = parseFilter(filter, { fields });
  const key = orderKey(orderBy, { sortable, fields, idOf: ({ id }) => toDigits(id), usual: "entryId" });
  const context = open();
  const found = context.steps.filter(passes);
  // What is skipped is skipped from the page that the token begins, so the page is cut out of what is left.
  const rest = paginate(sortByKey(found, key), {
    key: (item) => item.key,
    size: found.length || 1,
    token: pageToken,
    limits: { usual: found.length || 1, most: found.length || 1 },
  });
  const limits = { usual: 1000, most: 1000 };
  const page = paginate(rest.items.slice(skip), { key: (item) => item.key, size: pageSize, limits });
  return {
    stepEntries: page.items.map(({ item }) => toEntry(context, item)),
    nextPageToken: page.nextPageToken,
    totalSize: found.length,
  };
}

/** @throws ApiError NOT_FOUND */
export function getStepEntry(context: EntriesContext, id: string): StepEntry {
  const step = context.steps.find((candidate) => String(candidate.id) === id);
  if (!step) throw notFound(`${context.execution}/stepEntries/${id}`);
  return toEntry(context, step);
}

const states = ["IN_PROGRESS", "SUCCEEDED", "FAILED", "CANCELLED"];

const fields = tableFields<KeptStep>({
  kinds: {
    entryid: "number",
    createtime: "number",
    updatetime: "number",
    parent: "number",
    routine: "text",
    step: "text",
    steptype: "text",
    state: "text",
  },
  choices: { state: [...states, ...states.map((state) => `STATE_${state}`)] },
  read: fieldOf,
});

function fieldOf(step: KeptStep, field: string): FieldValue {
  switch (field) {
    case "entryid":
      return step.id;
    case "createtime":
      return step.createTime;
    case "updatetime":
      return step.updateTime;
    case "parent":
      return step.parent;
    case "routine":
      return step.routine;
    case "step":
      return step.step;
    case "steptype":
      return [step.stepType, step.stepType.replace("STEP_", "")];
    default:
      return [step.state, step.state.replace("STATE_", "")];
  }
}

function toDigits(id: number): string {
  return String(id).padStart(8, "0");
}

function toEntry({ cloud, execution, steps, isDetailed }: EntriesContext, step: KeptStep): StepEntry {
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
      progressType: progressType(step, steps),
      progressNumber: text(step.progress),
      expectedIteration: isDetailed ? text(step.expected ?? expectedAbove(step, steps)) : undefined,
    },
    variableData: step.variables && { variables: step.variables },
  };
}

/** How many there will be like it: a loop's iterations, a parallel step's branches. */
function expectedAbove({ progress, parent }: KeptStep, steps: readonly KeptStep[]): number | undefined {
  return progress === undefined ? undefined : steps[(parent ?? 0) - 1]?.expected;
}

/** What a step's progress number counts. */
function progressType(
  { stepType, parent }: KeptStep,
  steps: readonly KeptStep[],
): StepEntryMetadata_ProgressType | undefined {
  switch (stepType) {
    case "STEP_FOR_ITERATION":
      return "PROGRESS_TYPE_FOR";
    case "STEP_CONDITION":
      return "PROGRESS_TYPE_SWITCH";
    case "STEP_TRY":
    case "STEP_RETRY":
      return "PROGRESS_TYPE_RETRY";
    case "STEP_PARALLEL_BRANCH_ENTRY":
      return steps[(parent ?? 0) - 1]?.stepType === "STEP_PARALLEL_FOR"
        ? "PROGRESS_TYPE_PARALLEL_FOR"
        : "PROGRESS_TYPE_PARALLEL_BRANCH";
    default:
      return undefined;
  }
}
