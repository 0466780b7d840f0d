import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { formatRange, isPrivate, nextFree, overlaps, parseRange, type Range } from "../../spec/range.ts";

function range(text: string): Range {
  const parsed = parseRange(text);
  if (!parsed) throw new Error(`${text} is no range`);
  return parsed;
}

const anyRange = fc
  .record({ bytes: fc.tuple(...Array(4).fill(fc.nat(255))), prefix: fc.nat(32) })
  .map(({ bytes, prefix }) => `${bytes.join(".")}/${prefix}`);

describe("parseRange", () => {
  it("gives first and last address", () => {
    expect(range("10.1.2.3/24")).toEqual({ first: 0x0a010200, last: 0x0a0102ff, prefix: 24 });
    expect(range("0.0.0.0/0")).toEqual({ first: 0, last: 0xffffffff, prefix: 0 });
  });

  it.each(["10.0.0.256/24", "10.0.0.0/33", "10.0.0/24", "10.0.0.0", "::1/64", ""])("refuses %s", (text) => {
    expect(parseRange(text)).toBeUndefined();
  });

  it("is undone by formatRange", () => {
    fc.assert(fc.property(anyRange, (text) => expect(range(formatRange(range(text)))).toEqual(range(text))));
  });
});

describe("overlaps", () => {
  it("holds exactly when one contains the other", () => {
    fc.assert(
      fc.property(anyRange, anyRange, (a, b) => {
        const [one, other] = [range(a), range(b)];
        const contains = (outer: Range, inner: Range) => outer.first <= inner.first && inner.last <= outer.last;
        expect(overlaps(one, other)).toBe(contains(one, other) || contains(other, one));
      }),
    );
  });
});

describe("isPrivate", () => {
  it.each([
    ["10.0.0.0/8", true],
    ["172.16.0.0/12", true],
    ["172.31.255.0/24", true],
    ["192.168.0.0/16", true],
    ["172.32.0.0/24", false],
    ["10.0.0.0/7", false],
    ["199.36.153.8/30", false],
    ["100.64.0.0/10", false],
  ])("of %s is %s", (text, expected) => {
    expect(isPrivate(range(text))).toBe(expected);
  });
});

describe("nextFree", () => {
  it("steps over the others", () => {
    const others = [range("192.168.100.0/28"), range("192.168.101.0/24")];
    expect(formatRange(nextFree(range("192.168.100.0/24"), others) ?? range("0.0.0.0/0"))).toBe("192.168.102.0/24");
  });

  it("ends with the private block", () => {
    expect(nextFree(range("192.168.0.0/16"), [range("192.168.3.0/24")])).toBeUndefined();
  });
});
