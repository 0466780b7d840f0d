const compiled = new Map<string, RegExp>();

/** Whether a glob covers a text whole: `*` is any run of characters, `?` any one of them. */
export function covers(glob: string, text: string): boolean {
  return toExpression(glob).test(text);
}

function toExpression(glob: string): RegExp {
  const found = compiled.get(glob);
  if (found) return found;
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const expression = new RegExp(`^${source}$`, "s");
  compiled.set(glob, expression);
  return expression;
}
