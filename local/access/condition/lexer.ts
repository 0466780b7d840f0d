import { invalidCondition } from "./error.ts";

/** A piece of a condition's text. */
export interface Token {
  readonly kind: "string" | "number" | "name" | "operator" | "end";
  /** What a string says, or the piece as written. */
  readonly text: string;
  readonly position: number;
}

const patterns: readonly (readonly [Token["kind"] | "blank", RegExp])[] = [
  ["blank", /\s+/y],
  ["string", /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y],
  ["number", /\d+/y],
  ["name", /[A-Za-z_]\w*/y],
  ["operator", /&&|\|\||[=!<>]=|[<>!+\-*/%?:.,()[\]]/y],
];

/**
 * Takes a condition's text apart.
 *
 * @throws ApiError INVALID_ARGUMENT at a character that begins nothing
 */
export function toTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const { kind, piece } = pieceAt(text, position);
    if (kind === "string") tokens.push({ kind, text: unquote(piece), position });
    else if (kind !== "blank") tokens.push({ kind, text: piece, position });
    position += piece.length;
  }
  return [...tokens, { kind: "end", text: "", position }];
}

function pieceAt(text: string, position: number): { kind: Token["kind"] | "blank"; piece: string } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = position;
    const piece = pattern.exec(text)?.[0];
    if (piece !== undefined) return { kind, piece };
  }
  throw invalidCondition(`token recognition error at: '${text.charAt(position)}'`, position);
}

function unquote(piece: string): string {
  return piece.slice(1, -1).replace(/\\(.)/g, "$1");
}
