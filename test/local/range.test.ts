import { describe, expect, it } from "@jest/globals";
import { contains, findFreeRange, formatRange, overlaps, parseRange, type Range } from "../../local/range.ts";

const range = (text: string): Range => {
  const parsed = parseRange(text);
  if (!parsed) throw new Error(`${text} is no range`);
  return parsed;
};

describe("parseRange", () => {
  it.each(["10.0.0.0/24", "192.168.100.240/28", "0.0.0.0/0", "255.255.255.255/32"])("reads %s", (text) => {
    expect(formatRange(range(text))).toBe(text);
  });

  it.each(["10.0.0.1/24", "10.0.0.0", "10.0.0.0/33", "256.0.0.0/8", "10.0.0/24", "x/8"])(
    "takes %s for none",
    (text) => {
      expect(parseRange(text)).toBeUndefined();
    },
  );
});

describe("overlaps and contains", () => {
  it.each([
    ["10.0.0.0/24", "10.0.0.128/25", true, true],
    ["10.0.0.128/25", "10.0.0.0/24", true, false],
    ["10.0.0.0/24", "10.0.1.0/24", false, false],
  ])("%s and %s", (one, other, doOverlap, doesContain) => {
    expect(overlaps(range(one), range(other))).toBe(doOverlap);
    expect(contains(range(one), range(other))).toBe(doesContain);
  });
});

describe("findFreeRange", () => {
  it("gives the first free one that is aligned, in the next private space if need be", () => {
    const free = (prefixLength: number, ...taken: string[]) => {
      const found = findFreeRange(prefixLength, taken.map(range));
      return found && formatRange(found);
    };
    expect(free(24)).toBe("10.0.0.0/24");
    expect(free(20, "10.0.0.0/28")).toBe("10.0.16.0/20");
    expect(free(24, "10.0.0.0/8")).toBe("172.16.0.0/24");
    expect(free(16, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")).toBeUndefined();
  });
});
