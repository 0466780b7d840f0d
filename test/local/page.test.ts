import { describe, expect, it } from "@jest/globals";
import { paginate } from "../../local/page.ts";

const limits = { usual: 2, most: 3 };
const page = (items: readonly string[], request: { size?: number; token?: string } = {}) =>
  paginate(items, { key: (item) => item, limits, ...request });

describe("paginate", () => {
  it("gives the usual page, and never more than the largest", () => {
    expect(page(["a", "b", "c"]).items).toEqual(["a", "b"]);
    expect(page(["a", "b", "c", "d"], { size: 100 }).items).toEqual(["a", "b", "c"]);
  });

  it("ends with a page that has no token, even when that is full", () => {
    expect(page(["a", "b"])).toEqual({ items: ["a", "b"] });
    expect(page([])).toEqual({ items: [] });
  });

  it("goes on after the last item given, whatever has come or gone since", () => {
    const { nextPageToken: token } = page(["a", "b", "c"]);
    expect(page(["a", "aa", "c"], { token }).items).toEqual(["c"]);
  });

  it.each([{ size: -1 }, { token: "!" }])("refuses %p", (request) => {
    expect(() => page(["a"], request)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
