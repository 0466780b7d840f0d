/**
 * A resource without what a PATCH takes away: whole fields (`lifecycle`), or entries of a map (`labels.a`).
 *
 * @param paths as `Call.cleared` has them
 */
export function without<T extends object>(resource: T, paths: readonly string[] = []): T {
  return paths.reduce<T>((rest, path) => {
    const [field = "", ...entry] = path.split(".");
    const { [field]: value, ...others } = rest as Record<string, unknown>;
    if (entry.length === 0) return others as T;
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    return isMap ? ({ ...others, [field]: without(value, [entry.join(".")]) } as T) : rest;
  }, resource);
}
