import { styleText } from "node:util";
import type { AloneRun } from "../../local/workflows/alone/run-alone.ts";
import { formatDuration } from "../view/duration.ts";

type Step = AloneRun["steps"][number];

/** Most lines of steps; `--json` has all of them. */
const maxLines = 200;

/** One line a step, children below their parent: when it began, how long it took, its name and kind. */
export function renderSteps({ steps, startMs }: AloneRun, colour: boolean): readonly string[] {
  const depths = new Map<number, number>();
  for (const { id, parent } of steps) depths.set(id, parent === undefined ? 0 : (depths.get(parent) ?? 0) + 1);
  const shown = steps.slice(0, maxLines);
  const labels = shown.map((step) => `${"  ".repeat(depths.get(step.id) ?? 0)}${labelOf(step)}`);
  const width = Math.min(60, Math.max(0, ...labels.map((label) => label.length)));
  const lines = shown.map((step, index) => {
    const begin = formatDuration((step.createTime - startMs) / 1000).padStart(12);
    const took = formatDuration((step.updateTime - step.createTime) / 1000).padStart(12);
    const kind = kindOf(step);
    const line = `${begin} ${took}  ${(labels[index] ?? "").padEnd(width)}  ${kind}`.trimEnd();
    return step.state === "STATE_SUCCEEDED" ? line : `${paint(line, colour)}${noteOf(step)}`;
  });
  if (lines.length === 0) return [];
  const rest = steps.length - shown.length;
  const header = `${"begin".padStart(12)} ${"took".padStart(12)}  step`;
  return [header, ...lines, ...(rest > 0 ? [`… and ${rest} more; --json has all of them`] : [])];
}

/** How many steps of the definition were executed. */
export function countSteps(steps: AloneRun["steps"]): number {
  const byId = new Map(steps.map((step) => [step.id, step]));
  // The body of a condition or of `try` has no name of its own and is part of the step around it.
  const isBody = ({ step, parent }: Step) => {
    const above = parent === undefined ? undefined : byId.get(parent);
    return above !== undefined && above.step === step && parts.has(above.stepType);
  };
  return steps.filter((step) => !parts.has(step.stepType) && !isBody(step)).length;
}

/** What an entry is called: a step by its name, the parts of one by what they are. */
function labelOf({ step, stepType, progress }: Step): string {
  const part = parts.get(stepType);
  if (part === undefined) return step;
  return progress === undefined ? part : `${part} ${progress}`;
}

const parts: ReadonlyMap<string, string> = new Map([
  ["STEP_FOR_ITERATION", "iteration"],
  ["STEP_PARALLEL_BRANCH_ENTRY", "branch"],
  ["STEP_CONDITION", "condition"],
  ["STEP_TRY", "try"],
  ["STEP_RETRY", "retry"],
  ["STEP_EXCEPT", "except"],
]);

function kindOf({ stepType }: Step): string {
  if (parts.has(stepType) || stepType === "STEP_TYPE_UNSPECIFIED") return "";
  return stepType.replace("STEP_", "").toLowerCase().replaceAll("_", " ");
}

function noteOf({ state, exception }: Step): string {
  if (state === "STATE_CANCELLED") return "  ✗ stopped";
  return exception === undefined ? "" : `  ✗ ${exception.length > 100 ? `${exception.slice(0, 100)}…` : exception}`;
}

function paint(line: string, colour: boolean): string {
  return colour ? styleText("red", line) : line;
}
