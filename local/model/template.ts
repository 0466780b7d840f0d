/** A path template of `google.api.http`, ready to match raw (still percent-encoded) paths. */
export interface PathTemplate {
  /** Values of the template's variables (dotted names as written), decoded; `undefined` when the path does not match. */
  match(path: string): Readonly<Record<string, string>> | undefined;
  /** Names of the variables as written. */
  readonly variables: readonly string[];
  /** Rank among templates that match the same path: the more fixed text, the higher. */
  readonly weight: number;
}

/**
 * Compiles a template such as `/v1/{name=projects/*}:undelete`.
 *
 * A colon and letters at a path's end are a verb, so a trailing wildcard stops there (a digest, `sha256:4f…`, is none); the
 * JSON API of Storage has no verbs and colons in object names.
 */
export function compileTemplate(template: string, { colons = false } = {}): PathTemplate {
  const variables: string[] = [];
  const verb = template.match(/:[A-Za-z]+$/)?.[0] ?? "";
  const path = template.slice(0, template.length - verb.length);
  const last = colons || verb ? "[^/]+?" : "(?:[^/:]|:(?![A-Za-z]+$))+";
  const source = path.replace(/\{([^=}]+)(?:=([^}]+))?\}|\*\*|\*|[^{*]+/g, (part, name?: string, pattern = "*") => {
    if (name === undefined) return wildcards(part, "[^/]+");
    variables.push(name);
    return `(${wildcards(pattern, "[^/]+")})`;
  });
  const expression = new RegExp(`^${source.replace(/\[\^\/\]\+(\)?)$/, `${last}$1`)}${verb}$`);
  return {
    variables,
    weight: path.replace(/\{[^=}]+\}|\*+/g, "").length + (verb ? 1000 : 0),
    match(text) {
      const found = expression.exec(text);
      if (!found) return undefined;
      return Object.fromEntries(variables.map((name, index) => [name, decode(found[index + 1] ?? "")]));
    },
  };
}

function wildcards(pattern: string, segment: string): string {
  return pattern.replace(/\*\*|\*|[.+?^${}()|[\]\\]/g, (part) => {
    if (part === "**") return ".+?";
    return part === "*" ? segment : `\\${part}`;
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
