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

describe("scan", () => {
  it("gives an entry once whose name is the prefix itself", () => {
    const collection = createStore().collection<{ readonly n: number }>("things");
    for (const [n, name] of ["a", "ab", "b"].entries()) collection.put(name, { n });
    expect([...collection.scan("a")].map(([name]) => name)).toEqual(["a", "ab"]);
    expect([...collection.scan("a", "a")].map(([name]) => name)).toEqual(["ab"]);
  });

  const names = ["a/1", "a/2", "a/3", "b/1"];
  const fill = () => {
    const collection = createStore().collection("c");
    for (const name of names) collection.put(name, { name });
    return collection;
  };

  it("gives what list gives, one by one, from behind a name on", () => {
    const collection = fill();
    expect([...collection.scan("a/")]).toEqual(collection.list("a/"));
    expect([...collection.scan("a/", "a/1")].map(([name]) => name)).toEqual(["a/2", "a/3"]);
    expect([...collection.scan("a/", "a/25")].map(([name]) => name)).toEqual(["a/3"]);
    expect([...collection.scan("")]).toHaveLength(4);
    expect(collection.count("a/")).toBe(3);
    expect(collection.count("c/")).toBe(0);
  });

  it("goes on when entries come and go meanwhile", () => {
    const collection = fill();
    const seen: string[] = [];
    for (const [name] of collection.scan("a/")) {
      seen.push(name);
      if (name === "a/1") {
        collection.delete("a/1");
        collection.delete("a/2");
        collection.put("a/0", {});
        collection.put("a/4", {});
      }
    }
    expect(seen).toEqual(["a/1", "a/3", "a/4"]);
  });
});
