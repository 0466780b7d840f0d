import { describe, expect, it } from "@jest/globals";
import { compileFilter } from "../../../local/pubsub/filter.ts";

const attributes = { domain: "com", "iana.org/tag": "en-GB", empty: "", quote: 'a"b' };

describe("compileFilter", () => {
  it.each([
    ["", true],
    ["attributes:domain", true],
    ["attributes:none", false],
    ["attributes:empty", true],
    ['attributes."iana.org/tag" = "en-GB"', true],
    ['attributes.domain = "Com"', false],
    ['attributes.domain!="org"', true],
    ['attributes.none != "x"', true],
    ['hasPrefix(attributes."iana.org/tag", "en-")', true],
    ['hasPrefix(attributes.none, "")', false],
    ["NOT attributes:domain", false],
    ["-attributes:none", true],
    ['attributes:domain AND attributes.domain = "com" AND NOT attributes:none', true],
    ["attributes:none OR attributes:domain", true],
    ["attributes:none OR (attributes:domain AND attributes:none)", false],
    ["NOT (attributes:none OR attributes:domain)", false],
    ['attributes.quote = "a\\"b"', true],
    ['attributes.domain = "\\u0063om"', true],
  ])("reads %j", (filter, passes) => {
    expect(compileFilter(filter)(attributes)).toBe(passes);
  });

  it.each([
    "attributes",
    "attributes.domain",
    "attributes.domain = com",
    'domain = "com"',
    "attributes:a AND attributes:b OR attributes:c",
    "attributes:a attributes:b",
    "(attributes:a",
    "attributes:a)",
    'hasPrefix(attributes.a "x")',
    'attributes.a > "x"',
    "AND",
    `attributes:${"a".repeat(250)}`,
  ])("refuses %j", (filter) => {
    expect(() => compileFilter(filter)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
