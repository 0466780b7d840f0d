/** One behaviour where what is known about the language leaves more than one. */
export interface Choice {
  /** What comments in the code and cases of the conformance suite call it by. */
  readonly id: string;
  /** What happens here. */
  readonly rule: string;
  readonly reason: string;
}

/**
 * Where documentation, samples and other engines disagree or say nothing, and what this runtime does.
 *
 * A test holds that each is named where the code follows it, and that the conformance suite has a case for it.
 */
// biome-ignore format: a table
export const choices: readonly Choice[] = [
  { id: "yaml-version",        rule: "A `%YAML 1.1` directive changes nothing: `yes`, `no`, `on` and `off` are strings.", reason: "The words that the documentation calls boolean are those of YAML 1.2." },
  { id: "yaml-merge",          rule: "The merge key `<<` is refused; anchors and aliases work.", reason: "Merge keys are no part of YAML 1.2; taken literally they would hide a mistake." },
  { id: "yaml-tags",           rule: "Tags that YAML itself does not have are refused.", reason: "Nothing is known to give them a meaning." },
  { id: "numeric-keys",        rule: "A key of a map is text, also where a number is written; reading with a number raises TypeError.", reason: "Maps have string keys; a sample writes numbers and reads back what `keys` gives." },
  { id: "text-around",         rule: "A scalar is an expression as a whole or not at all; one with a brace at both ends must be one expression.", reason: "Text around an expression is not interpolated, so two expressions in one scalar are a mistake." },
  { id: "expression-length",   rule: "The 400 characters of an expression count between the braces.", reason: "The limit is told for the expression; the braces mark it." },
  { id: "string-escapes",      rule: "Strings in expressions know the escapes of JSON and `\\'`; any other is refused.", reason: "The escapes that are told are among them, and JSON is what definitions are made of." },
  { id: "integer-overflow",    rule: "A whole number beyond 64 bits raises ValueError; in JSON it is read as a double.", reason: "The size is told, but not what happens past it; engines raise or wrap around." },
  { id: "nesting",             rule: "Lists and maps nest 100 levels deep: making more raises ResourceLimitError, JSON text with more ValueError.", reason: "Some limit is needed that a message, a log and a history can still show." },
  { id: "short-circuit",       rule: "`and` and `or` evaluate their right side only when it matters.", reason: "Engines differ; samples guard a reading by a test before it." },
  { id: "floor-division",      rule: "`//` rounds down and `%` has the sign of the divisor, for integers and doubles alike.", reason: "The documentation says floor; engines differ for negative operands." },
  { id: "text-and-number",     rule: "`+` joins strings only; a string and a number raise TypeError.", reason: "Samples always call `string`; engines raise." },
  { id: "deep-equality",       rule: "`==` compares lists and maps by what is in them.", reason: "One engine does, another has no answer." },
  { id: "unlike-order",        rule: "Only two numbers or two strings can be ordered; all else raises TypeError.", reason: "Nothing says how null, booleans, lists or maps would be ordered." },
  { id: "eager-helpers",       rule: "`default` and `if` evaluate all their arguments.", reason: "They are functions, and functions get values." },
  { id: "text-of-double",      rule: "`string` keeps the fraction of a double, and so do query parameters and forms: `string(2.0)` is `2.0`.", reason: "Integers and doubles stay apart everywhere else too." },
  { id: "blocking-subworkflow",rule: "An expression may not call a subworkflow that blocks.", reason: "An expression may not block, and nothing exempts what is called by way of a subworkflow." },
  { id: "scope-of-variables",  rule: "A variable belongs to the outermost loop, branch, except block or workflow in which it may have been assigned when what is inside begins; jumps, retries and repetition count.", reason: "Variables that existed before keep their changes and others stay inside; the order that counts is that of execution." },
  { id: "missing-maps",        rule: "An assignment below a missing key makes the maps on the way.", reason: "A missing key is made; one engine makes the levels above it as well." },
  { id: "jump-words",          rule: "A step may be named `end`, `break` or `continue`; after `next` the word means the jump and not the step.", reason: "Published definitions have a last step named `end` and jump past it; nothing tells that the name is refused." },
  { id: "switch-next",         rule: "`next` beside `switch` is followed whenever no condition jumped.", reason: "It is told for the case that none held; a step's `next` otherwise always holds." },
  { id: "range-of-doubles",    rule: "A range of doubles counts in steps of 1.", reason: "Only the bounds are told." },
  { id: "range-forms",         rule: "A range is a list of two or an expression that gives one; the bounds may be expressions.", reason: "The schema and the documentation show different forms." },
  { id: "parallel-exit",       rule: "`return` and `next: end` inside a parallel step are refused, `break` too.", reason: "Other branches go on, so that there is nothing one of them could return." },
  { id: "concurrency",         rule: "20 branches or iterations run at once for each parallel step.", reason: "A limit is told to count for its step and not to cascade." },
  { id: "raised-string",       rule: "A string that was raised is caught as that string.", reason: "A caught map is the map that was raised; one engine wraps strings." },
  { id: "retry-defaults",      rule: "Without `predicate` every error is retried; other absent parts are those of `http.default_retry`.", reason: "The parts are optional and have no other defaults." },
  { id: "except-variable",     rule: "`except` may lack `as`.", reason: "The schema does not require it." },
  { id: "wider-tags",          rule: "IndexError and KeyError also have the tag LookupError, ZeroDivisionError ArithmeticError, UnhandledBranchError RuntimeError.", reason: "Several tags may be present; tests for the documented one hold." },
  { id: "delete-missing",      rule: "`map.delete` of a missing key raises KeyError.", reason: "Reading one does." },
  { id: "find-all-positions",  rule: "`text.find_all` gives positions.", reason: "Two of three sources say so." },
  { id: "substring-ends",      rule: "`text.substring` moves places outside the text to its ends.", reason: "An engine does so; nothing names an error." },
  { id: "decode-plus",         rule: "`text.url_decode` reads `+` as a space.", reason: "It is the only function that could undo `text.url_encode_plus`." },
  { id: "time-as-double",      rule: "`time.parse` gives a double.", reason: "`sys.now` does; engines differ." },
  { id: "sleep-backwards",     rule: "Sleeping for less than no time, or until a time that is over, ends at once.", reason: "Nothing names an error." },
  { id: "broken-json",         rule: "A body that claims to be JSON and is not stays text; an empty one is null.", reason: "So the definition can see what came." },
  { id: "empty-body",          rule: "A response without body and content type has a body of null.", reason: "It would be bytes of no length, and bytes cannot be returned; connectors and callbacks give null." },
  { id: "repeated-query",      rule: "A query parameter that a callback is sent more than once has a list of its values.", reason: "The query is a map, and none of the values should be lost." },
  { id: "header-names",        rule: "Names of response headers are found in any case, in changed copies too, and are listed as `Content-Type`; merged into another map they are keys like any others.", reason: "Engines differ in the case." },
  { id: "http-success",        rule: "A status outside 200 to 299 raises HttpError; redirects are not followed.", reason: "Engines differ below 400; following is not documented." },
  { id: "private-network",     rule: "`private_service_name` and `ca_certificate` are taken and change nothing.", reason: "Every host is reached by its name here." },
  { id: "result-size",         rule: "A result is limited by the memory of its execution alone.", reason: "A limit is told without its value." },
  { id: "year-long",           rule: "An execution that runs for over a year raises TimeoutError at its next step.", reason: "The duration is limited; how it ends is not told." },
];
