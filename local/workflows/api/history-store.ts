import type { Json } from "../../json.ts";
import type { Store } from "../../store.ts";
import type { StepRecord } from "../execute/history.ts";
import { toPayload } from "../execute/outcome.ts";

/** An entry of a history as it is kept: its variables as JSON. */
export interface KeptStep extends Omit<StepRecord, "variables"> {
  readonly variables?: Readonly<Record<string, Json>>;
}

/** The histories of executions that have ended. */
export interface HistoryStore {
  get(execution: string): readonly KeptStep[];
  put(execution: string, steps: readonly KeptStep[]): void;
  delete(execution: string): void;
}

/** Entries in one record of the store. */
const stepsPerPage = 500;

/** Opens the collection of histories. */
export function openHistories({ collection }: Store): HistoryStore {
  const pages = collection<{ readonly steps: readonly KeptStep[] }>("workflows.stepEntries");
  const remove = (execution: string) => {
    for (const [name] of pages.list(`${execution}/`)) pages.delete(name);
  };
  return {
    get: (execution) => pages.list(`${execution}/`).flatMap(([, { steps }]) => steps),
    put(execution, steps) {
      remove(execution);
      for (let start = 0; start < steps.length; start += stepsPerPage) {
        const page = String(start / stepsPerPage).padStart(6, "0");
        pages.put(`${execution}/${page}`, { steps: steps.slice(start, start + stepsPerPage) });
      }
    },
    delete: remove,
  };
}

/** Most bytes of variables that one history keeps; entries after that have none. */
const maxVariableBytes = 16 * 1024 * 1024;

/** Entries in the form in which they are kept and shown. */
export function toKept(steps: readonly StepRecord[]): readonly KeptStep[] {
  let bytes = 0;
  return steps.map(({ variables, ...step }) => {
    if (!variables || bytes > maxVariableBytes) return step;
    const shown = [...variables].map(([name, value]): [string, Json] => {
      const text = toPayload(value);
      bytes += text.length;
      return [name, JSON.parse(text) as Json];
    });
    return { ...step, variables: Object.fromEntries(shown) };
  });
}
