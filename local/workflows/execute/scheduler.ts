import { type Settled, type Suspension, suspend, type Task } from "../task.ts";
import { type Codec, type Journal, type JournalEntry, noteOf, outcomeOf } from "./journal.ts";

/** A wait that ends outside of the execution. */
export interface Wait<T> {
  /** The thread's id and the number of the wait in it. */
  readonly id: string;
  /** Asks the world; called once, when the execution has nothing left to do at once. */
  readonly start: () => Promise<T>;
  readonly codec: Codec<T>;
}

interface Request {
  readonly id: string;
  readonly replay: (entry: Extract<JournalEntry, { kind: "end" }>) => void;
  readonly start: () => void;
}

/** What the scheduler works with. */
interface SchedulerOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly journal: Journal;
  /** Told when the journal belongs to another execution. */
  readonly fail: (cause: Error) => void;
}

/**
 * Runs the tasks of one execution, one at a time, in an order that depends only on the order in which waits end.
 *
 * A wait that is over lies in a queue until every task waits; then it is noted in the journal and its task goes on. So
 * the journal alone decides what happens, and replaying it does the same again. Time stands still between two entries.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #ready: (() => void)[] = [];
  readonly #arrivals: (() => void)[] = [];
  readonly #requests = new Map<string, Request>();
  #position = 0;
  #timeMs: number;
  #turn: (() => void) | undefined;
  #isRunning = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#timeMs = options.now();
    this.#noteTime();
  }

  /** Milliseconds since the epoch when the last wait was over. */
  get timeMs(): number {
    return this.#timeMs;
  }

  /** Whether the execution repeats what the journal says that it has done before. */
  get isReplaying(): boolean {
    return this.#position < this.#options.journal.past.length;
  }

  /** Runs a task beside the others. */
  run<T>(task: Task<T>, settle: (outcome: Settled<T>) => void): void {
    this.#ready.push(() => this.#advance(task, settle));
    // Not at once, so that whoever starts an execution has it in hand before anything happens.
    queueMicrotask(() => void this.#loop());
  }

  /** Runs tasks beside each other and waits for all of them. */
  together(tasks: readonly Task<void>[]): Task<readonly Settled<void>[]> {
    return suspend((settle) => {
      const ends: Settled<void>[] = [];
      const note = (end: Settled<void>) => {
        ends.push(end);
        if (ends.length === tasks.length) settle({ value: ends });
      };
      for (const task of tasks) this.#ready.push(() => this.#advance(task, note));
    });
  }

  /** Lets other work of the process have its turn. */
  *rest(): Task<void> {
    const turn: Suspension = (resume) => {
      this.#turn = resume;
    };
    yield turn;
  }

  /** Something that the host says at once. */
  answer(ask: () => string): string {
    const noted = this.#replayed("answer");
    if (noted) return noted.value;
    const value = ask();
    this.#options.journal.append({ kind: "answer", value });
    return value;
  }

  /** Waits for the world. */
  wait<T>(wait: Wait<T>): Task<T> {
    return suspend((settle) => {
      this.#requests.set(wait.id, {
        id: wait.id,
        replay: (entry) => settle(outcomeOf(entry, wait.codec)),
        start: () => {
          const end = (outcome: Settled<T>) => this.#arrive(() => this.#deliver(wait, outcome, settle));
          wait.start().then(
            (value) => end({ value }),
            (error) => end({ error }),
          );
        },
      });
    });
  }

  #advance<T>(task: Task<T>, settle: (outcome: Settled<T>) => void): void {
    try {
      const step = task.next();
      if (step.done) settle({ value: step.value });
      else step.value(() => this.#ready.push(() => this.#advance(task, settle)));
    } catch (error) {
      settle({ error });
    }
  }

  #arrive(deliver: () => void): void {
    this.#arrivals.push(deliver);
    void this.#loop();
  }

  #deliver<T>({ id, codec }: Wait<T>, outcome: Settled<T>, settle: (outcome: Settled<T>) => void): void {
    this.#timeMs = this.#options.now();
    const note = noteOf(outcome, codec);
    if (note) this.#options.journal.append({ kind: "end", effect: id, timeMs: this.#timeMs, ...note });
    settle(outcome);
  }

  async #loop(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        next();
        if (this.#turn) await this.#takeTurn(this.#turn);
      }
    } catch (caught) {
      this.#options.fail(caught instanceof Error ? caught : new Error(String(caught)));
    } finally {
      this.#isRunning = false;
    }
  }

  /** What to do next: what can go on at once, else what the journal says was over next, else what is over now. */
  #next(): (() => void) | undefined {
    const ready = this.#ready.shift();
    if (ready) return ready;
    if (this.isReplaying) return () => this.#replayEnd();
    for (const { start } of this.#requests.values()) start();
    this.#requests.clear();
    return this.#arrivals.shift();
  }

  #replayEnd(): void {
    const entry = this.#replayed("end");
    const request = entry && this.#requests.get(entry.effect);
    if (!request) throw new Error("the journal does not belong to this execution");
    this.#requests.delete(request.id);
    this.#timeMs = entry.timeMs;
    request.replay(entry);
  }

  async #takeTurn(resume: () => void): Promise<void> {
    this.#turn = undefined;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#noteTime();
    resume();
  }

  #noteTime(): void {
    const noted = this.#replayed("time");
    this.#timeMs = noted?.timeMs ?? this.#options.now();
    if (!noted) this.#options.journal.append({ kind: "time", timeMs: this.#timeMs });
  }

  /** The next entry of the past, which must be of that kind; `undefined` when the past is over. */
  #replayed<Kind extends JournalEntry["kind"]>(kind: Kind): Extract<JournalEntry, { kind: Kind }> | undefined {
    const entry = this.#options.journal.past[this.#position];
    if (!entry) return undefined;
    if (!isOfKind(entry, kind)) throw new Error("the journal does not belong to this execution");
    this.#position += 1;
    return entry;
  }
}

function isOfKind<Kind extends JournalEntry["kind"]>(
  entry: JournalEntry,
  kind: Kind,
): entry is Extract<JournalEntry, { kind: Kind }> {
  return entry.kind === kind;
}
