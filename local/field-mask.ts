import { ApiError } from "./error.ts";
import type { JsonObject } from "./json.ts";

/** What an update writes. */
export interface MaskedUpdate<T> {
  /** The resource as sent. */
  readonly sent: Partial<T>;
  /** `updateMask` as sent: lowerCamel or snake_case paths, comma-separated; `*` and absent mean what was sent. */
  readonly mask?: string;
  /** Top-level fields that may change. */
  readonly mutable: readonly (keyof T & string)[];
}

/**
 * Applies an update mask: a field that is named but not sent is cleared. A path below a top-level field stands for
 * the whole field, except `labels.x` and the like, which change one entry.
 *
 * @throws ApiError INVALID_ARGUMENT for a field that cannot change
 * @see https://google.aip.dev/134
 */
export function applyMask<T extends object>(present: T, { sent, mask, mutable }: MaskedUpdate<T>): T {
  const changed: Record<string, unknown> = { ...(present as object) };
  const given = sent as Readonly<Record<string, unknown>>;
  for (const path of maskPaths(sent, mask, mutable)) {
    const [field = "", entry] = path.split(".");
    if (!mutable.some((name) => name === field)) {
      throw new ApiError({ code: "INVALID_ARGUMENT", message: `Field '${path}' in update_mask cannot be updated.` });
    }
    changed[field] = entry === undefined ? given[field] : withEntry(changed[field], given[field], entry);
  }
  return changed as T;
}

function maskPaths(sent: object, mask: string | undefined, mutable: readonly string[]): string[] {
  const paths = (mask ?? "").split(",").filter((path) => path !== "");
  if (paths.length === 0 || paths.includes("*")) return Object.keys(sent).filter((field) => mutable.includes(field));
  return paths.map((path) => path.trim().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()));
}

function withEntry(present: unknown, sent: unknown, entry: string): JsonObject {
  const { [entry]: _, ...others } = (present ?? {}) as JsonObject;
  const value = ((sent ?? {}) as JsonObject)[entry];
  return value === undefined ? others : { ...others, [entry]: value };
}
