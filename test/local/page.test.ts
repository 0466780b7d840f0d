import { describe, expect, it } from "@jest/globals";
import { pageOf, paginate } from "../../local/page.ts";
import { createStore } from "../../local/store.ts";

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

describe("pageOf", () => {
  const collection = createStore().collection<{ readonly size: number }>("things");
  for (let index = 0; index < 10; index += 1) collection.put(`p/things/t${index}`, { size: index });
  collection.put("q/things/other", { size: 99 });
  const request = {
    prefix: "p/things/",
    limits: { usual: 4, most: 6 },
    show: (name: string, { size }: { readonly size: number }) => ({ name, size }),
    belongs: ({ size }: { readonly size: number }) => size % 2 === 0,
  };

  it("gives every entry that belongs to the list once, page by page", () => {
    const first = pageOf(collection, { ...request, size: 3 });
    expect(first.items.map(({ size }) => size)).toEqual([0, 2, 4]);
    const second = pageOf(collection, { ...request, size: 3, token: first.nextPageToken });
    expect(second).toEqual({ items: [6, 8].map((size) => ({ name: `p/things/t${size}`, size })) });
  });

  it("looks no further than it must", () => {
    let looks = 0;
    const show = (name: string) => {
      looks += 1;
      return name;
    };
    pageOf(collection, { ...request, show, belongs: () => true, size: 2 });
    expect(looks).toBe(3);
  });

  it("refuses the token of another list", () => {
    const { nextPageToken } = pageOf(collection, { ...request, size: 1 });
    expect(() => pageOf(collection, { ...request, prefix: "q/things/", token: nextPageToken })).toThrow("page token");
  });
});
