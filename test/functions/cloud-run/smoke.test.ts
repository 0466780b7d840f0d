import { describe, expect, it } from "@jest/globals";
import { judge } from "../../../functions/cloud-run/smoke.ts";

const expected = { status: 200, contains: "sasashun" };

describe("judge", () => {
  it.each([
    ["the expected answer", { status: 200, body: "[{3 sasashun}]" }, 5, "passed"],
    ["an answer without the text", { status: 200, body: "[]" }, 5, "failed"],
    ["403 while the grant may not act yet", { status: 403, body: "" }, 599, "early"],
    ["403 when it must act by now", { status: 403, body: "" }, 600, "failed"],
    ["404 while the tag is new", { status: 404, body: "" }, 60, "early"],
    ["404 later", { status: 404, body: "" }, 120, "failed"],
    ["500", { status: 500, body: "" }, 5, "failed"],
    ["no answer at all, later", { status: 0, body: "" }, 300, "failed"],
  ] as const)("takes %s for %s", (_, answer, age, kind) => {
    expect(judge(answer, expected, age).kind).toBe(kind);
  });

  it("takes an expected 403 for what it is", () => {
    expect(judge({ status: 403, body: "" }, { status: 403 }, 5)).toEqual({ kind: "passed" });
  });

  it("says what was expected", () => {
    expect(judge({ status: 500, body: "" }, expected, 5)).toEqual({
      kind: "failed",
      because: "it answered 500 where 200 was expected",
    });
  });
});
