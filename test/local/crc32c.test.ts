import { describe, expect, it } from "@jest/globals";
import { crc32c } from "../../local/crc32c.ts";

describe("crc32c", () => {
  it.each([
    ["", 0],
    ["123456789", 0xe3069283],
    ["hello world", 0xc99465aa],
  ])("of %p", (text, sum) => {
    expect(crc32c(Buffer.from(text))).toBe(sum);
  });
});
