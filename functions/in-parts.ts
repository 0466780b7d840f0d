/** What is read at the same time: enough for Google to answer quickly, and few enough for a function's memory. */
const together = 16;

/**
 * Reads many things, a fixed number at a time, and gives them in their order: of lists that grow with what has happened, such
 * as plans, runs and records. The next ones are read once the last of these has been taken.
 */
export async function* inParts<Item, Read>(
  items: readonly Item[],
  read: (item: Item) => Promise<Read>,
): AsyncGenerator<Read, void, undefined> {
  for (let from = 0; from < items.length; from += together) {
    yield* await Promise.all(items.slice(from, from + together).map(read));
  }
}
