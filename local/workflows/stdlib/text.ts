import { RE2JS } from "re2js";
import { fault } from "../fault.ts";
import { expectTextSize } from "../value/size.ts";
import type { Value } from "../value/value.ts";
import { decodeText, encodeText } from "./charset.ts";
import { row } from "./function.ts";

/**
 * `text.*`; positions count characters, not UTF-16 units.
 *
 * @see https://cloud.google.com/workflows/docs/reference/stdlib/text/substring
 */
// biome-ignore format: a table
export const text = [
  row("text.decode",            "data: bytes, charset?: string",                "string",  ({ data, charset }) => decodeText(data, charset)),
  row("text.encode",            "text: string, charset?: string",               "bytes",   (args) => encodeText(args.text, args.charset)),
  row("text.find_all",          "source: string, substr: string",               "list",    ({ source, substr }) => findAll(source, substr)),
  row("text.find_all_regex",    "source: string, regexp: string",               "list",    ({ source, regexp }) => findAllRegex(source, regexp)),
  row("text.match_regex",       "source: string, regexp: string",               "boolean", ({ source, regexp }) => compile(regexp).matcher(source).find()),
  row("text.replace_all",       "source: string, substr: string, repl: string", "string",  ({ source, substr, repl }) => joined(source.split(nonEmpty(substr, "substr")), repl)),
  row("text.replace_all_regex", "source: string, regexp: string, repl: string", "string",  ({ source, regexp, repl }) => replace(source, regexp, repl)),
  row("text.split",             "source: string, separator: string",            "list",    ({ source, separator }) => source.split(nonEmpty(separator, "separator"))),
  row("text.substring",         "source: string, start: integer, end: integer", "string",  ({ source, start, end }) => substring(source, start, end)),
  row("text.to_lower",          "source: string",                               "string",  ({ source }) => source.toLowerCase()),
  row("text.to_upper",          "source: string",                               "string",  ({ source }) => source.toUpperCase()),
  row("text.url_encode",        "source: string",                               "string",  ({ source }) => urlEncode(source)),
  row("text.url_encode_plus",   "source: string",                               "string",  ({ source }) => urlEncode(source).replaceAll("%20", "+")),
  row("text.url_decode",        "source: string",                               "string",  ({ source }) => urlDecode(source)),
];

/** Percent-encodes all but letters, digits and `-_.~`. */
export function urlEncode(source: string): string {
  return encodeURIComponent(source).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** See choice `decode-plus`. */
function urlDecode(source: string): string {
  try {
    return decodeURIComponent(source.replaceAll("+", " "));
  } catch (cause) {
    throw fault("ValueError", "text is not URL-encoded", { cause });
  }
}

function nonEmpty(value: string, name: string): string {
  if (value === "") throw fault("ValueError", `${name} must not be empty`);
  return value;
}

/** See choice `find-all-positions`. */
function findAll(source: string, substr: string): Value {
  const positions: Value[] = [];
  const place = characterCounter(source);
  nonEmpty(substr, "substr");
  for (let at = source.indexOf(substr); at >= 0; at = source.indexOf(substr, at + substr.length)) {
    positions.push(place(at));
  }
  return positions;
}

/** Places outside the text are moved to its ends (choice `substring-ends`). */
function substring(source: string, start: bigint, end: bigint): string {
  const chars = [...source];
  const within = (place: bigint) =>
    Number(place < 0n ? 0n : place > BigInt(chars.length) ? BigInt(chars.length) : place);
  return chars.slice(within(start), within(end)).join("");
}

/** The language's expressions are RE2, leftmost-longest. */
function compile(regexp: string): RE2JS {
  try {
    return RE2JS.compile(regexp, RE2JS.LONGEST_MATCH);
  } catch (cause) {
    throw fault("ValueError", `invalid regular expression: ${cause instanceof Error ? cause.message : regexp}`, {
      cause,
    });
  }
}

interface Match {
  readonly start: number;
  readonly end: number;
}

function matches(source: string, regexp: string): readonly Match[] {
  const matcher = compile(regexp).matcher(source);
  const found: Match[] = [];
  while (matcher.find()) {
    const match = { start: matcher.start(), end: matcher.end() };
    // In RE2 nothing is found once more where the match before ended.
    if (match.end > match.start || match.start !== found.at(-1)?.end) found.push(match);
  }
  return found;
}

function findAllRegex(source: string, regexp: string): Value {
  const place = characterCounter(source);
  return matches(source, regexp).map(
    ({ start, end }) =>
      new Map<string, Value>([
        ["index", place(start)],
        ["match", source.slice(start, end)],
      ]),
  );
}

/** The replacement is taken as it is: the language has no back references. */
function replace(source: string, regexp: string, repl: string): string {
  let done = 0;
  const parts: string[] = [];
  for (const { start, end } of matches(source, regexp)) {
    parts.push(source.slice(done, start));
    done = end;
  }
  return joined([...parts, source.slice(done)], repl);
}

/** Parts with a text between them, if that is not too long to be made. */
function joined(parts: readonly string[], between: string): string {
  expectTextSize((parts.length - 1) * Buffer.byteLength(between));
  return parts.join(between);
}

/** Tells how many characters come before places that are asked for from left to right. */
function characterCounter(source: string): (utf16Offset: number) => bigint {
  let counted = 0;
  let characters = 0n;
  return (utf16Offset) => {
    for (const _ of source.slice(counted, utf16Offset)) characters += 1n;
    counted = utf16Offset;
    return characters;
  };
}
