import { describe, expect, it } from "@jest/globals";
import { inParts } from "../../functions/in-parts.ts";

const many = Array.from({ length: 100 }, (_, index) => index);

describe("inParts", () => {
  it("gives all in their order, whatever comes first, and reads a fixed number at the same time", async () => {
    let atOnce = 0;
    let most = 0;
    const read = async (item: number) => {
      most = Math.max(most, ++atOnce);
      for (let turns = item % 7; turns >= 0; turns -= 1) await Promise.resolve();
      atOnce -= 1;
      return item * 2;
    };
    expect(await Array.fromAsync(inParts(many, read))).toEqual(many.map((item) => item * 2));
    expect(most).toBe(16);
  });

  it("reads no further than what is taken", async () => {
    const read: number[] = [];
    for await (const item of inParts(many, async (each) => read.push(each))) if (item === 3) break;
    expect(read).toHaveLength(16);
  });

  it("fails as the first one does, and reads none of the next", async () => {
    const read: number[] = [];
    const failing = async (item: number) => {
      read.push(item);
      if (item === 20) throw new Error("no 20");
    };
    await expect(Array.fromAsync(inParts(many, failing))).rejects.toThrow("no 20");
    expect(read).toHaveLength(32);
  });
});
