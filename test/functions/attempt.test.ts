import { describe, expect, it } from "@jest/globals";
import { findAttempt } from "../../functions/attempt.ts";

describe("findAttempt", () => {
  const find = (made: Readonly<Record<string, "works" | "failed">>) =>
    findAttempt({ id: "a", look: async (id) => made[id], isGivenUp: (found) => found === "failed" });

  it.each([
    ["the first, when none was made", {}, { number: 1, id: "a", found: undefined }],
    ["what works", { a: "works" }, { number: 1, id: "a", found: "works" }],
    ["the next after one that was given up", { a: "failed" }, { number: 2, id: "a-2", found: undefined }],
    [
      "what works after some were given up",
      { a: "failed", "a-2": "failed", "a-3": "works" },
      { number: 3, id: "a-3", found: "works" },
    ],
  ] as const)("gives %s", async (_, made, expected) => {
    await expect(find(made)).resolves.toEqual(expected);
  });
});
