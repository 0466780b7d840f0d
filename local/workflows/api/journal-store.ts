import { isJsonObject } from "../../json.ts";
import type { Store } from "../../store.ts";
import type { Journal, JournalEntry } from "../execute/journal.ts";
import type { Callbacks } from "./callbacks.ts";

/** Name of the collection that holds, entry by entry, what unfinished executions have learnt. */
const journals = "workflows.journals";

/** The journal of one execution. */
export interface KeptJournal extends Journal {
  /** Forgets it; an execution that has ended is never run again. */
  drop(): void;
}

/**
 * Opens the journal of an execution. Each entry is a small record of its own, so that noting one costs the same however
 * many there are.
 */
export function openJournal({ collection }: Store, execution: string): KeptJournal {
  const entries = collection<JournalEntry>(journals);
  const past = entries.list(`${execution}/`).map(([, entry]) => entry);
  const nameOf = (index: number) => `${execution}/${String(index).padStart(9, "0")}`;
  let count = past.length;
  return {
    past,
    append(entry) {
      entries.put(nameOf(count), entry);
      count += 1;
    },
    drop() {
      for (let index = 0; index < count; index += 1) entries.delete(nameOf(index));
      count = 0;
    },
  };
}

/** A journal that takes requests to callback endpoints from there once they are noted. */
export function confirming(journal: Journal, callbacks: Pick<Callbacks, "confirm">): Journal {
  const confirm = (entry: JournalEntry) => {
    if (entry.kind !== "end" || !isJsonObject(entry.value)) return;
    const { url, receivedTime } = entry.value;
    if (typeof url === "string" && typeof receivedTime === "string") callbacks.confirm({ url, receivedTime });
  };
  for (const entry of journal.past) confirm(entry);
  return {
    past: journal.past,
    append(entry) {
      journal.append(entry);
      confirm(entry);
    },
  };
}
