import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type ChangeLog, kept, openChangeLog, readChanges } from "../../../local/state/change-log.ts";
import { createStore, type ObservableStore } from "../../../local/store.ts";

let directory: string;
let path: string;
let time = 1000;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "alloyrun-log-"));
  path = join(directory, "changes.jsonl");
});

afterEach(() => rmSync(directory, { recursive: true }));

interface Opened {
  readonly store: ObservableStore;
  readonly log: ChangeLog;
  readonly lastTime?: number;
}

function open(): Opened {
  const { changes, lastTime } = readChanges(path);
  const store = createStore({ initial: changes, onChange: (change) => log.append(change) });
  const log: ChangeLog = openChangeLog({ path, now: () => time, entries: () => store.entries() });
  return { store, log, lastTime };
}

const lines = () => readFileSync(path, "utf8").trimEnd().split("\n");

describe("openChangeLog", () => {
  it("has a change in the file when the turn in which it was made has ended", async () => {
    const { store } = open();
    store.collection("a").put("x", { n: 1 });
    await kept();
    expect(lines().at(-1)).toBe('[1000,["a","x",{"n":1}]]');
  });

  it("writes what was changed without waiting for anybody as one line, the last of each entry", async () => {
    const { store } = open();
    store.collection("a").put("x", { n: 1 });
    for (let hops = 0; hops < 20; hops += 1) await Promise.resolve();
    store.collection("a").put("x", { n: 2 });
    store.collection("b").put("y", { n: 3 });
    store.collection("b").delete("y");
    await kept();
    expect(lines().at(-1)).toBe('[1000,["a","x",{"n":2}],["b","y"]]');
  });

  it("rewrites itself when most of it was replaced", async () => {
    const { store } = open();
    const text = "x".repeat(1 << 20);
    for (let turn = 0; turn < 20; turn += 1) {
      store.collection("a").put("x", { turn, text });
      await kept();
    }
    expect(statSync(path).size).toBeLessThan(12 << 20);
    expect(open().store.collection("a").get("x")).toEqual({ turn: 19, text });
  });

  it("keeps nothing that comes after it was closed", async () => {
    const { store, log } = open();
    store.collection("a").put("x", { n: 1 });
    log.close();
    store.collection("a").put("x", { n: 2 });
    await kept();
    expect(open().store.collection("a").get("x")).toEqual({ n: 1 });
  });

  it("copies itself with everything changed so far", () => {
    const { store, log } = open();
    store.collection("a").put("x", { n: 1 });
    log.copyTo(`${path}.copy`);
    expect(readChanges(`${path}.copy`).changes).toEqual([{ collection: "a", name: "x", value: { n: 1 } }]);
  });
});

describe("readChanges", () => {
  it("gives every entry back with the time of the last change", () => {
    const { store, log } = open();
    store.collection("a").put("x", { deep: { list: [1, "ü", null] } });
    store.collection("a").put("gone", { n: 1 });
    store.collection("a").delete("gone");
    time = 5000;
    log.flush();
    const again = open();
    expect(again.lastTime).toBe(5000);
    expect([...again.store.entries()]).toEqual([
      { collection: "a", name: "x", value: { deep: { list: [1, "ü", null] } } },
    ]);
  });

  it("leaves out what was not written to the end, and cuts it off", async () => {
    const { store, log } = open();
    store.collection("a").put("x", { n: 1 });
    log.flush();
    const whole = statSync(path).size;
    appendFileSync(path, '[2000,["a","x",{"n":2}],["a","y",{');
    expect(readChanges(path).changes).toHaveLength(1);
    expect(statSync(path).size).toBe(whole);
  });

  it("refuses a file that is damaged in the middle", () => {
    writeFileSync(path, '[1,["a","x",{}]]\n\0\0\0\n[2,["a","y",{}]]\n');
    expect(() => readChanges(path)).toThrow(/is damaged/);
  });
});
