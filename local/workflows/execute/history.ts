import type { StepType } from "../plan/program.ts";
import type { Value } from "../value/value.ts";

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
  /** How many iterations or branches there will be. */
  readonly expected?: number;
  /** What was in sight at its end, when the history keeps that. */
  readonly variables?: ReadonlyMap<string, Value>;
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

/** How an entry ended. */
export interface StepEnd {
  readonly state: StepState;
  readonly exception?: string;
  readonly variables?: ReadonlyMap<string, Value>;
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
  /** The latest entry with each parent; 0 stands for none. Those of one thread follow each other. */
  readonly #latest = new Map<number, Mutable>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The entries in the order in which they began; they go on to change as the execution does. */
  list(): readonly StepRecord[] {
    return this.#records;
  }

  /** Notes that a step has begun. */
  begin({ parent, ...step }: NewStep): EntryHandle {
    const id = this.#records.length + 1;
    const now = this.#now();
    const above = parent && this.#records[parent.id - 1];
    const latest = this.#latest.get(parent?.id ?? 0);
    const previous = latest?.threadId === step.threadId ? latest : undefined;
    const record: Mutable = {
      ...step,
      id,
      state: "STATE_IN_PROGRESS",
      createTime: now,
      updateTime: now,
      parent: parent?.id,
      previous: previous?.id,
      children: [],
    };
    if (previous) previous.next = id;
    above?.children.push(id);
    this.#latest.set(parent?.id ?? 0, record);
    this.#records.push(record);
    return record;
  }

  /** Notes how many iterations or branches an entry will have. */
  expect(entry: EntryHandle | undefined, count: number): void {
    const record = entry && this.#records[entry.id - 1];
    if (record) record.expected = count;
  }

  /** Notes how a step ended. */
  end(entry: EntryHandle, end: StepEnd): void {
    const record = this.#records[entry.id - 1];
    if (record) Object.assign(record, end, { updateTime: this.#now() });
    this.#latest.delete(entry.id);
  }
}
