/** Fields whose value is the name of a resource, though no full one. */
const naming = new Set(["name", "email"]);

/** Names of resources that the input of a step has anywhere in it: what a removal looks for, whatever else differs. */
export function namesIn(input: unknown, field = ""): ReadonlySet<string> {
  if (typeof input === "string") {
    return new Set(input.startsWith("projects/") || naming.has(field) ? [input] : []);
  }
  if (typeof input !== "object" || input === null) return new Set();
  return new Set(Object.entries(input).flatMap(([key, value]) => [...namesIn(value, key)]));
}
