/** A piece of a page in which everything from elsewhere is escaped. */
export interface Html {
  readonly html: string;
}

type Part = string | number | Html | readonly Html[];

/** Makes a piece of a page: what is filled in is text, unless it is a piece itself. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: texts.map((text, index) => `${index === 0 ? "" : show(parts[index - 1])}${text}`).join("") };
}

function show(part: Part | undefined): string {
  if (part === undefined) return "";
  if (isList(part)) return part.map((piece) => piece.html).join("");
  return typeof part === "object" ? part.html : escapeText(String(part));
}

function isList(part: Part): part is readonly Html[] {
  return Array.isArray(part);
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
