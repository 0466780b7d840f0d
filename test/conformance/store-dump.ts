import type { LocalCloud } from "../../local/main.ts";
import type { ObservableStore, Store } from "../../local/store.ts";

/** All that a local cloud keeps, as comparable text by collection and name. */
export function dumpStore({ cloud: { store } }: Pick<LocalCloud, "cloud">): Readonly<Record<string, string>> {
  if (!isObservable(store)) throw new Error("the store of this local cloud shows its entries to nobody");
  const entries = [...store.entries()].map(({ collection, name, value }) => [
    `${collection} ${name}`,
    JSON.stringify(value),
  ]);
  return Object.fromEntries(entries.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}

function isObservable(store: Store): store is ObservableStore {
  return "entries" in store;
}
