import { describe, expect, it } from "@jest/globals";
import { type Change, createStore } from "../../local/store.ts";

describe("createStore", () => {
  it("lists what begins with a prefix in order of name, whenever it was put", () => {
    const names = createStore().collection<{ readonly n: number }>("a");
    for (const [n, name] of ["b/2", "a/9", "b/10", "c", "b/1"].entries()) names.put(name, { n });
    expect(names.list("b/").map(([name]) => name)).toEqual(["b/1", "b/10", "b/2"]);
    names.put("b/0", { n: 9 });
    names.put("b/2", { n: 8 });
    names.delete("b/10");
    expect(names.list("b/")).toEqual([
      ["b/0", { n: 9 }],
      ["b/1", { n: 4 }],
      ["b/2", { n: 8 }],
    ]);
    expect(names.list().map(([name]) => name)).toEqual(["a/9", "b/0", "b/1", "b/2", "c"]);
  });

  it("tells every change and begins with what it is given, silently", () => {
    const told: Change[] = [];
    const initial = [{ collection: "a", name: "x", value: { n: 1 } }];
    const store = createStore({ initial, onChange: (change) => told.push(change) });
    expect(store.collection("a").delete("nothing")).toBe(false);
    store.collection("b").put("y", { n: 2 });
    store.collection("a").delete("x");
    expect(told).toEqual([
      { collection: "b", name: "y", value: { n: 2 } },
      { collection: "a", name: "x" },
    ]);
    expect([...store.entries()]).toEqual([{ collection: "b", name: "y", value: { n: 2 } }]);
  });
});
