import type { LocalCloud } from "../../../local/main.ts";

/** An operation that stays under way for as long as somebody looks at it. */
export interface UnderWay extends Disposable {
  /** Resolves with its name once it has begun. */
  readonly begun: Promise<string>;
}

/**
 * From the start of the next operation of a kind on, lets time pass no faster than in the world until it is disposed of:
 * what takes minutes does not end between two looks at it, however slow the machine is.
 *
 * @param work what it does, as the journal has it, for example `instances.delete`
 */
export function keepUnderWay({ journal, cloud }: LocalCloud, work: string): UnderWay {
  const kept = new DisposableStack();
  const begun = new Promise<string>((resolve) => {
    const unsubscribe = journal.subscribe((entry) => {
      if (entry.kind !== "operation" || entry.event !== "start" || entry.work !== work) return;
      unsubscribe();
      kept.use(cloud.clock.hold());
      resolve(entry.operation);
    });
    kept.defer(unsubscribe);
  });
  return { begun, [Symbol.dispose]: () => kept.dispose() };
}
