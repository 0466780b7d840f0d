import { stripVTControlCharacters } from "node:util";

/** Columns of a screen that does not say how many it has. */
export const usualColumns = 80;

/**
 * Lines as they fit on a screen. Prose goes on below itself; a command, which is a line that is indented and begins with
 * the name of a program or a loop, goes on after a backslash, so that it is copied as it is. An address is never broken.
 */
export function wrapLines(lines: readonly string[], columns = usualColumns): string[] {
  return lines.flatMap((text) => text.split("\n")).flatMap((line) => wrapLine(line, columns));
}

function wrapLine(line: string, columns: number): readonly string[] {
  if (widthOf(line) <= columns) return [line];
  const [indent = ""] = /^ */.exec(line) ?? [];
  if (/^ +(alloyrun |gcloud |sed |for \w+ in )/.test(line)) {
    return fill(line.match(wordsOfCommand) ?? [], { columns: columns - 2, hang: `${indent}  `, end: " \\" });
  }
  // What stands in a column of its own goes on in that column.
  const [label = ""] = /^ *\S+ {2,}/.exec(line) ?? [];
  const hang = label.length > 0 && label.length <= columns / 3 ? " ".repeat(label.length) : `${indent}  `;
  return fill(line.match(words) ?? [], { columns, hang, end: "" });
}

const words = /^ *\S+| +\S+/g;
/** An option stays with its value. */
const wordsOfCommand = /^ *\S+| +--[\w-]+=\S+| +--[\w-]+(?: +(?:"[^"]*"|(?!-)\S+))?| +\S+/g;

interface Filling {
  readonly columns: number;
  /** Before every line but the first. */
  readonly hang: string;
  /** Behind every line but the last. */
  readonly end: string;
}

/** Breaks a line between its pieces, and words that are longer than a line. */
function fill(pieces: readonly string[], { columns, hang, end }: Filling): readonly string[] {
  const filled: string[] = [];
  let present = "";
  for (const piece of pieces) {
    if (present === "" || widthOf(present + piece) <= columns) {
      present += piece;
      continue;
    }
    filled.push(present + end);
    present = hang + piece.trimStart();
  }
  filled.push(present);
  return filled.flatMap((each) => breakWord(each, { columns, hang }));
}

/** Names of resources are longer than a phone is wide: they are broken behind a slash. */
function breakWord(line: string, { columns, hang }: Pick<Filling, "columns" | "hang">): readonly string[] {
  if (widthOf(line) <= columns || /https?:\/\//.test(line)) return [line];
  const at = line.slice(0, columns).lastIndexOf("/") + 1;
  if (at <= hang.length + 1) return [line];
  return [line.slice(0, at), ...breakWord(hang + line.slice(at), { columns, hang })];
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
