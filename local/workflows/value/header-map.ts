import type { Value, ValueMap } from "./value.ts";

/** A map of headers: names are kept as `Content-Type` and found in any case (choice `header-names`). */
export class HeaderMap extends Map<string, Value> {
  constructor(entries: Iterable<readonly [name: string, value: Value]> = []) {
    super();
    for (const [name, value] of entries) this.set(name, value);
  }

  override get(name: string): Value | undefined {
    return super.get(canonical(name));
  }

  override has(name: string): boolean {
    return super.has(canonical(name));
  }

  override set(name: string, value: Value): this {
    return super.set(canonical(name), value);
  }

  override delete(name: string): boolean {
    return super.delete(canonical(name));
  }
}

/** A copy of a map to be changed; a copy of headers finds its names in any case too. */
export function copyOf(map: ValueMap): Map<string, Value> {
  return map instanceof HeaderMap ? new HeaderMap(map) : new Map(map);
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
