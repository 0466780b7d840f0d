import type { StepType } from "../plan/program.ts";

/** How a step went. */
export type StepState = "STATE_IN_PROGRESS" | "STATE_SUCCEEDED" | "STATE_FAILED" | "STATE_CANCELLED";

/** One entry of an execution's history. Times are milliseconds since the epoch; ids count from 1. */
export interface StepRecord {
  readonly id: number;
  readonly routine: string;
  readonly step: string;
  readonly stepType: StepType;
  readonly state: StepState;
  readonly createTime: number;
  readonly updateTime: number;
  /** JSON text of the error that ended it. */
  readonly exception?: string;
  readonly parent?: number;
  readonly children: readonly number[];
  readonly previous?: number;
  readonly next?: number;
  readonly threadId: number;
  /** Which iteration, branch or attempt, from 1. */
  readonly progress?: number;
}

/** What a new entry is about. */
export interface NewStep {
  readonly routine: string;
  readonly step: string;
  readonly stepType: StepType;
  readonly parent?: EntryHandle;
  readonly threadId: number;
  readonly progress?: number;
}

/** An entry under way. */
export interface EntryHandle {
  readonly id: number;
}

type Mutable = { -readonly [Key in keyof StepRecord]: StepRecord[Key] } & { children: number[] };

/** What an execution has done, step by step. */
export class History {
  readonly #now: () => number;
  readonly #records: Mutable[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A copy of the entries in the order in which they began. */
  list(): readonly StepRecord[] {
    return this.#records.map((record) => ({ ...record, children: [...record.children] }));
  }

  /** Notes that a step has begun. */
  begin({ parent, ...step }: NewStep): EntryHandle {
    const id = this.#records.length + 1;
    const now = this.#now();
    const previous = this.#lastSibling(parent, step.threadId);
    if (previous) previous.next = id;
    if (parent) this.#record(parent)?.children.push(id);
    const times = { createTime: now, updateTime: now };
    this.#records.push({
      ...step,
      ...times,
      id,
      state: "STATE_IN_PROGRESS",
      parent: parent?.id,
      previous: previous?.id,
      children: [],
    });
    this.#last.set(siblingKey(parent, step.threadId), id);
    return { id };
  }

  /** Notes how a step ended. */
  end(entry: EntryHandle, state: StepState, exception?: string): void {
    const record = this.#record(entry);
    if (record) Object.assign(record, { state, exception, updateTime: this.#now() });
  }

  readonly #last = new Map<string, number>();

  #lastSibling(parent: EntryHandle | undefined, threadId: number): Mutable | undefined {
    const id = this.#last.get(siblingKey(parent, threadId));
    return id === undefined ? undefined : this.#record({ id });
  }

  #record({ id }: EntryHandle): Mutable | undefined {
    return this.#records[id - 1];
  }
}

function siblingKey(parent: EntryHandle | undefined, threadId: number): string {
  return `${parent?.id ?? 0}/${threadId}`;
}
