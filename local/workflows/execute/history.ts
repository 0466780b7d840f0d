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

/** Entries that have the same parent; those of one thread follow each other. */
interface Siblings {
  last?: Mutable;
}

/** What an execution has done, step by step. */
export class History {
  readonly #now: () => number;
  readonly #records: (Mutable & { readonly inside: Siblings })[] = [];
  readonly #outermost: Siblings = {};

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A copy of the entries in the order in which they began. */
  list(): readonly StepRecord[] {
    return this.#records.map(({ inside: _, ...record }) => ({ ...record, children: [...record.children] }));
  }

  /** Notes that a step has begun. */
  begin({ parent, ...step }: NewStep): EntryHandle {
    const id = this.#records.length + 1;
    const now = this.#now();
    const above = parent && this.#records[parent.id - 1];
    const siblings = above?.inside ?? this.#outermost;
    const previous = siblings.last?.threadId === step.threadId ? siblings.last : undefined;
    const record = {
      ...step,
      id,
      state: "STATE_IN_PROGRESS" as const,
      createTime: now,
      updateTime: now,
      parent: parent?.id,
      previous: previous?.id,
      children: [],
      inside: {},
    };
    if (previous) previous.next = id;
    above?.children.push(id);
    siblings.last = record;
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
  }
}
