/** Full names of resources that the input of a step has anywhere in it. */
export function namesIn(input: unknown): ReadonlySet<string> {
  const texts = typeof input === "string" ? [input] : [];
  const parts =
    typeof input === "object" && input !== null ? Object.values(input).flatMap((each) => [...namesIn(each)]) : [];
  return new Set([...texts.filter((text) => text.startsWith("projects/")), ...parts]);
}
