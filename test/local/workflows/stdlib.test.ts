// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the Workflows language look like this
import { describe, expect, it } from "@jest/globals";
import { Clock } from "../../../local/clock.ts";
import { standardLibrary } from "../../../local/workflows/stdlib/library.ts";
import { failureOf, resultOf, returning } from "./support.ts";

const argument =
  '{"m": {"a": {"b": {"c": 1}}, "x": [1]}, "n": {"a": {"b": {"d": 2}}, "x": 0}, "list": [1, 2], "none": null, "e": {"tags": ["HttpError"], "code": 503}, "c": {"tags": ["ConnectionError"]}, "f": {"tags": ["ConnectionFailedError"]}, "t": {"tags": ["TimeoutError"]}, "h": {"tags": ["HttpError"], "code": 500}}';

describe("a library function", () => {
  it.each([
    // expression helpers
    ['double("2.5")', "2.5"],
    ["double(2)", "2.0"],
    ['double(" 1")', "ValueError"],
    ["double(true)", "TypeError"],
    ["int(2.7)", "2"],
    ["int(-2.7)", "-2"],
    ['int("-42")', "-42"],
    ['int("2.5")', "ValueError"],
    ['int("99999999999999999999")', "ValueError"],
    ["int(null)", "TypeError"],
    ["string(1)", '"1"'],
    ["string(1.7)", '"1.7"'],
    ["string(true)", '"true"'],
    ["string(args.list)", "TypeError"],
    ["keys(args.m)", '["a","x"]'],
    ["keys(args.list)", "TypeError"],
    ['len("日本語🎉")', "4"],
    ["len(args.m)", "2"],
    ["len(null)", "TypeError"],
    ["default(args.none, 5)", "5"],
    ["default(0, 5)", "0"],
    ["default(args.missing, 5)", "KeyError"],
    ['if(1 < 2, "a", "b")', '"a"'],
    ['if(1, "a", "b")', "TypeError"],
    ["get_type(1)", '"integer"'],
    ["get_type(1.0)", '"double"'],
    ['get_type("")', '"string"'],
    ["get_type(true)", '"boolean"'],
    ["get_type(null)", '"null"'],
    ["get_type([])", '"list"'],
    ["get_type(args)", '"map"'],
    ['get_type(text.encode("x"))', '"bytes"'],
    // base64, hash
    ['base64.encode(text.encode("hi?"))', '"aGk/"'],
    ['base64.encode(text.encode("a"))', '"YQ=="'],
    ['base64.encode(text.encode("a"), false)', '"YQ"'],
    ['base64.encode("text")', "TypeError"],
    ['text.decode(base64.decode("aGk="))', '"hi"'],
    ['base64.decode("a*b=")', "ValueError"],
    ['base64.encode(hash.compute_checksum(text.encode("a"), "MD5"))', '"DMF1ucDxtqgxw5niaXcmYQ=="'],
    [
      'base64.encode(hash.compute_hmac(text.encode("k"), text.encode("d"), "SHA256"))',
      '"5+ohw7y2Ok2jrXhQMWjTa9ygvmIjgupgoQj61OSWZnk="',
    ],
    ['hash.compute_checksum(text.encode("a"), "CRC32")', "ValueError"],
    // json
    ['json.decode("{\\"a\\": [1, 2.0]}")', '{"a":[1,2.0]}'],
    ['json.decode(text.encode("true"))', "true"],
    ['json.decode("{a: 1}")', "ValueError"],
    ['json.decode("[1,]")', "ValueError"],
    ['json.decode("1 2")', "ValueError"],
    ["json.decode(1)", "TypeError"],
    ["json.encode_to_string(args.n)", '"{\\"a\\":{\\"b\\":{\\"d\\":2}},\\"x\\":0}"'],
    ["json.encode_to_string([1], true)", '"[\\n  1\\n]"'],
    ["text.decode(json.encode([2.0, null]))", '"[2.0,null]"'],
    ['json.encode_to_string(text.encode("a"))', "TypeError"],
    // list, map
    ["list.concat(args.list, [3])", "[1,2,[3]]"],
    ["list.prepend(args.list, 0)", "[0,1,2]"],
    ["list.concat(args.m, 1)", "TypeError"],
    ['map.get(args.m, "x")', "[1]"],
    ['map.get(args.m, ["a", "b", "c"])', "1"],
    ['map.get(args.m, ["a", "q", "c"])', "null"],
    ['map.get(null, "x")', "null"],
    ['map.get(args.list, "x")', "null"],
    ["map.get(args.m, 1)", "TypeError"],
    ['map.delete(args.n, "a")', '{"x":0}'],
    ['map.delete(args.n, "q")', "KeyError"],
    ["map.merge(args.m, args.n)", '{"a":{"b":{"d":2}},"x":0}'],
    ["map.merge_nested(args.m, args.n)", '{"a":{"b":{"c":1,"d":2}},"x":0}'],
    ["map.merge(args.m, args.list)", "TypeError"],
    // math
    ["math.abs(-3)", "3"],
    ["math.abs(-3.5)", "3.5"],
    ["math.abs(-9223372036854775808)", "ValueError"],
    ["math.floor(-2.5)", "-3"],
    ["math.floor(4)", "4"],
    ["math.max(1, 2.5)", "2.5"],
    ["math.min(1, 2.5)", "1"],
    ['math.max("a", 1)', "TypeError"],
    // retry
    ["http.default_retry_predicate(args.e)", "true"],
    ["http.default_retry_predicate(args.c)", "true"],
    ["http.default_retry_predicate(args.t)", "true"],
    ["http.default_retry_predicate(args.h)", "false"],
    ['http.default_retry_predicate("text")', "false"],
    ["http.default_retry_predicate_non_idempotent(args.e)", "true"],
    ["http.default_retry_predicate_non_idempotent(args.c)", "false"],
    ["http.default_retry_predicate_non_idempotent(args.f)", "true"],
    ["http.default_retry.max_retries", "5"],
    ["retry.default_backoff", '{"initial_delay":1,"max_delay":60,"multiplier":1.25}'],
    ["retry.always(args.e)", "true"],
    ["retry.never(args.e)", "false"],
    // text
    ['text.find_all("ababa", "a")', "[0,2,4]"],
    ['text.find_all("日本本", "本")', "[1,2]"],
    ['text.find_all("a", "")', "ValueError"],
    ['text.find_all_regex("a1b22", "[0-9]+")', '[{"index":1,"match":"1"},{"index":3,"match":"22"}]'],
    ['text.find_all_regex("abc", "x")', "[]"],
    ['text.find_all_regex("a", "(")', "ValueError"],
    ['text.match_regex("abcd", "bc")', "true"],
    ['text.match_regex("abcd", "^bc")', "false"],
    ['text.match_regex("a", "(?=a)")', "ValueError"],
    ['text.replace_all("a.b.c", ".", "-")', '"a-b-c"'],
    ['text.replace_all("a", "", "-")', "ValueError"],
    ['text.replace_all_regex("abcd", "a|ab", "X")', '"Xcd"'],
    ['text.replace_all_regex("a1b2", "([0-9])", "<$1>")', '"a<$1>b<$1>"'],
    ['text.split("a,b,", ",")', '["a","b",""]'],
    ['text.split("a", "")', "ValueError"],
    ['text.substring("a日本b", 1, 3)', '"日本"'],
    ['text.substring("abc", 1, 99)', '"bc"'],
    ['text.substring("abc", 2, 1)', '""'],
    ['text.substring("abc", "1", 2)', "TypeError"],
    ['text.to_lower("AbÉ")', '"abé"'],
    ['text.to_upper("abß")', '"ABSS"'],
    ['text.url_encode("a b/ä~*")', '"a%20b%2F%C3%A4~%2A"'],
    ['text.url_encode_plus("a b&c")', '"a+b%26c"'],
    ['text.url_decode("a%20b+c%2F")', '"a b c/"'],
    ['text.url_decode("%E0%A4")', "ValueError"],
    ['text.decode(text.encode("é", "ISO-8859-1"), "ISO-8859-1")', '"é"'],
    ['text.encode("é", "US-ASCII")', "ValueError"],
    ['text.encode("a", "KLINGON")', "ValueError"],
    ['text.decode(base64.decode("/w=="))', "ValueError"],
    // time
    ["time.format(1720788633)", '"2024-07-12T12:50:33.000000Z"'],
    ["time.format(1720788633.25)", '"2024-07-12T12:50:33.250000Z"'],
    ['time.format(1720788633, "Asia/Tokyo")', '"2024-07-12T21:50:33.000000+09:00"'],
    ['time.format(1720788633, "America/St_Johns")', '"2024-07-12T10:20:33.000000-02:30"'],
    ['time.format(0, "Mars/Olympus")', "ValueError"],
    ["time.format(-0.5)", '"1969-12-31T23:59:59.500000Z"'],
    ['time.parse("2024-07-12T12:50:33Z")', "1720788633.0"],
    ['time.parse("2024-07-12T21:50:33.5+09:00")', "1720788633.5"],
    ['time.parse("yesterday")', "ValueError"],
    ["len(uuid.generate())", "36"],
    // sys
    ['sys.get_env("REGION")', '"tokyo"'],
    ['sys.get_env("MISSING")', "null"],
    ['sys.get_env("MISSING", "d")', '"d"'],
    ["sys.get_env(1)", "TypeError"],
    ["get_type(sys.now())", '"double"'],
  ])("%s gives %s", async (expression, expected) => {
    const options = { argument, env: { REGION: "tokyo" } };
    const source = returning(expression);
    if (!expected.endsWith("Error")) return expect(await resultOf(source, options)).toBe(expected);
    const { payload } = await failureOf(source, options);
    return expect(JSON.parse(payload)).toMatchObject({ tags: expect.arrayContaining([expected]) });
  });

  it("has a name, typed parameters and a result in every row", () => {
    for (const [name, { parameters, result }] of standardLibrary) {
      expect([name, result]).toEqual([
        name,
        expect.stringMatching(/^(boolean|bytes|double|integer|list|map|null|number|string|value)$/),
      ]);
      for (const parameter of parameters) {
        expect(parameter.types.join("|")).toMatch(
          /^(boolean|bytes|integer|list|map|number|string|value|bytes\|string|boolean\|null)$/,
        );
      }
    }
  });
});

describe("sys.now", () => {
  it("is the clock's time, which sleeping moves", async () => {
    const clock = new Clock({ pace: "max", start: 1_000_000 });
    clock.pause();
    const steps = [
      { first: { assign: [{ a: "${sys.now()}" }] } },
      { wait: { call: "sys.sleep", args: { seconds: 90.5 } } },
      { give: { return: ["${int(a)}", "${int((sys.now() - a) * 10 + 0.5)}"] } },
    ];
    const result = resultOf(JSON.stringify({ main: { steps } }), { clock });
    await clock.advance(90_500);
    expect(await result).toBe("[1000,905]");
    clock.close();
  });

  it("is reached by sys.sleep_until, at once when it is past", async () => {
    const clock = new Clock({ pace: "max", start: Date.parse("2026-01-01T00:00:00Z") });
    const steps = [
      { wait: { call: "sys.sleep_until", args: { time: "2026-01-01T10:00:00Z" } } },
      { past: { call: "sys.sleep_until", args: { time: "2025-01-01T10:00:00Z" } } },
      { give: { return: "${text.substring(time.format(sys.now()), 0, 16)}" } },
    ];
    expect(await resultOf(JSON.stringify({ main: { steps } }), { clock })).toBe('"2026-01-01T10:00"');
    clock.close();
  });
});
