import { describe, expect, it } from "@jest/globals";
import { formatTable, median } from "../../bench/table.ts";

describe("formatTable", () => {
  it("sets texts to the left and numbers to the right", () => {
    const rows = [
      { name: "a", size: 5 },
      { name: "longer", size: 1000 },
    ];
    expect(formatTable(rows)).toBe("name    size\na          5\nlonger  1000");
  });
});

describe("median", () => {
  it.each([
    [[3, 1, 2], 2],
    [[10, 9, 100], 10],
    [[7], 7],
  ])("is the middle one of %j", (values, middle) => {
    expect(median(values)).toBe(middle);
  });
});
