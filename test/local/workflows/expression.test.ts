import { describe, expect, it } from "@jest/globals";
import { failureOf, refusalOf, resultOf, returning } from "./support.ts";

const argument =
  '{"s": "text", "n": 7, "d": 2.5, "yes": true, "none": null, "list": [1, 2, 3], "map": {"k": "v", "in": {"x": [10, 20]}}}';

describe("an expression", () => {
  it.each([
    // literals
    ["1", "1"],
    ["-1", "-1"],
    ["9223372036854775807", "9223372036854775807"],
    ["-9223372036854775808", "-9223372036854775808"],
    ["1.5", "1.5"],
    ["2.0", "2.0"],
    ["1e3", "1000.0"],
    [".5", "0.5"],
    ['"a"', '"a"'],
    ["'a'", '"a"'],
    ['"tab\\t \\"quoted\\" \\\\ \\u00e9"', '"tab\\t \\"quoted\\" \\\\ é"'],
    ["true", "true"],
    ["True", "true"],
    ["FALSE", "false"],
    ["null", "null"],
    ['[1, "a", [2.5]]', '[1,"a",[2.5]]'],
    ["[]", "[]"],
    // reading
    ["args.n", "7"],
    ['args["s"]', '"text"'],
    ["args.list[1]", "2"],
    ["args.list[args.n - 7]", "1"],
    ["args.map.in.x[1]", "20"],
    ['args.map["in"]["x"][0]', "10"],
    ["[1, 2][0]", "1"],
    // arithmetic
    ["1 + 2 * 3", "7"],
    ["(1 + 2) * 3", "9"],
    ["7 - 2 - 1", "4"],
    ["10 / 4", "2.5"],
    ["10 / 2", "5.0"],
    ["7 // 2", "3"],
    ["7 % 4", "3"],
    ["-7 // 2", "-4"],
    ["-7 % 4", "1"],
    ["7.5 // 2", "3.0"],
    ["1 + 0.5", "1.5"],
    ["2 * 1.0", "2.0"],
    ["9007199254740993 + 1", "9007199254740994"],
    ["-args.n", "-7"],
    ["- -3", "3"],
    ["2 - -3", "5"],
    ['"a" + "b" + "c"', '"abc"'],
    // comparison
    ["1 < 2", "true"],
    ["2 <= 2", "true"],
    ["1 > 1.5", "false"],
    ["2 >= 2.0", "true"],
    ['"a" < "b"', "true"],
    ["1 == 1.0", "true"],
    ['1 == "1"', "false"],
    ["args.none == null", "true"],
    ["args.s != null", "true"],
    ["[1, [2]] == [1, [2.0]]", "true"],
    ["args.map == args.map", "true"],
    ["9007199254740993 == 9007199254740992.0", "false"],
    // membership
    ["2 in args.list", "true"],
    ["5 in args.list", "false"],
    ['"k" in args.map', "true"],
    ['"v" in args.map', "false"],
    ["not (5 in args.list)", "true"],
    ["1 + 1 in args.list", "true"],
    // logic
    ["true and false", "false"],
    ["true or false", "true"],
    ["TRUE AND NOT FALSE", "true"],
    ["true or false and false", "true"],
    ["not false and false", "false"],
    ["1 < 2 and 2 < 3", "true"],
    ["false and args.missing", "false"],
    ["true or args.missing", "true"],
    // helpers, chains, space
    ["len(args.list) + len(args.s)", "7"],
    ["keys(args.map)[0]", '"k"'],
    ['text.split("a,b", ",")[1]', '"b"'],
    ["  1\n+ 1  ", "2"],
  ])("%s gives %s", async (expression, result) => {
    expect(await resultOf(returning(expression), { argument })).toBe(result);
  });

  it.each([
    ["args.missing", "KeyError", "key not found: missing"],
    ['args["missing"]', "KeyError", "key not found: missing"],
    ["args.list[3]", "IndexError", "index out of range"],
    ["args.list[-1]", "IndexError", "index out of range"],
    ['args.list["0"]', "TypeError", "list index must be an integer"],
    ["args.list[1.0]", "TypeError", "list index must be an integer"],
    ["args.map[1]", "TypeError", "map key must be a string"],
    ["args.s.x", "TypeError", "cannot read 'x' of type 'string'"],
    ["args.none.x", "TypeError", "cannot read 'x' of type 'null'"],
    ["1 / 0", "ZeroDivisionError", "division by zero"],
    ["1 // 0", "ZeroDivisionError", "division by zero"],
    ["1 % 0", "ZeroDivisionError", "division by zero"],
    ["1.0 / 0.0", "ZeroDivisionError", "division by zero"],
    ['"a" + 1', "TypeError", "unsupported operand types for +"],
    ["true + 1", "TypeError", "unsupported operand types for +"],
    ['1 < "2"', "TypeError", "unsupported operand types for <"],
    ["null < 1", "TypeError", "unsupported operand types for <"],
    ["[1] < [2]", "TypeError", "unsupported operand types for <"],
    ["-args.s", "TypeError", "unsupported operand type for -"],
    ["not 1", "TypeError", "expected boolean"],
    ["1 and true", "TypeError", "expected boolean"],
    ["true and 1", "TypeError", "expected boolean"],
    ["not args.n in args.list", "TypeError", "expected boolean"],
    ["1 in null", "TypeError", "argument of 'in' must be a dict or an array"],
    ['"t" in args.s', "TypeError", "argument of 'in' must be a dict or an array"],
    ["9223372036854775807 + 1", "ValueError", "does not fit 64 bits"],
    ["-(-9223372036854775808)", "ValueError", "does not fit 64 bits"],
  ])("%s raises %s", async (expression, tag, message) => {
    const { payload } = await failureOf(returning(expression), { argument });
    const error: unknown = JSON.parse(payload);
    expect(error).toMatchObject({ message: expect.stringContaining(message), tags: expect.arrayContaining([tag]) });
  });

  it.each([
    ["1 +", "unexpected end of expression"],
    ["1 2", "unexpected '2'"],
    ["(1", "unexpected end of expression"],
    ["[1, ]", "unexpected ']'"],
    ["{}", "unexpected character '{'"],
    ['"open', "string literal is not closed"],
    ["1 ++ 2", "unexpected '+'"],
    ["args.1", "unexpected"],
    ["args not in args", "unexpected 'not'"],
    ["12abc", "unexpected character 'a'"],
    ["1 ? 2", "unexpected character '?'"],
    ['"\\q"', "unknown escape sequence"],
    ["9223372036854775808", "does not fit 64 bits"],
    ["(1)(2)", "only functions and subworkflows can be called"],
    ["And and Or", "neither a variable nor a sub-workflow name"],
    ["missing", "symbol 'missing' is neither a variable nor a sub-workflow name"],
    ["missing(1)", "symbol 'missing' is not a function or sub-workflow name"],
    ["text.nothing(1)", "symbol 'text.nothing' is not a function or sub-workflow name"],
    ["len()", "len takes 1 argument, not 0"],
    ["len(1, 2)", "len takes 1 argument, not 2"],
    ["sys.sleep(1)", "sys.sleep blocks and must be used in a call step"],
    ['http.get("https://x.test")', "http.get blocks and must be used in a call step"],
    [`"${"x".repeat(400)}"`, "the limit is 400"],
  ])("%s is refused at deployment", (expression, message) => {
    expect(refusalOf(returning(expression)).message).toContain(message);
  });

  it("may be 400 characters long", async () => {
    const text = "x".repeat(398);
    expect(await resultOf(returning(`"${text}"`))).toBe(JSON.stringify(text));
  });
});
