import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { takeBlock } from "../../../local/state/block.ts";
import { holderOf, isHolding } from "../../../local/state/holder.ts";
import { lockDirectory } from "../../../local/state/lock.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "alloyrun-lock-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

describe("lockDirectory", () => {
  it("lets one in at a time", () => {
    const unlock = lockDirectory(directory);
    expect(() => lockDirectory(directory)).toThrow(`${directory} is in use by process ${process.pid}`);
    unlock();
    lockDirectory(directory)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each([
    ["a process that is gone", JSON.stringify({ pid: 2 ** 22 + 1 })],
    ["one whose number is another's by now", JSON.stringify({ ...holderOf(), begun: "1" })],
    ["nobody that can be told", "half a li"],
  ])("takes over from %s", (_, lock) => {
    writeFileSync(join(directory, "lock"), lock);
    const unlock = lockDirectory(directory);
    expect(JSON.parse(readFileSync(join(directory, "lock"), "utf8"))).toEqual(JSON.parse(JSON.stringify(holderOf())));
    unlock();
  });

  it("leaves a lock that is another's by now", () => {
    const unlock = lockDirectory(directory);
    const other = JSON.stringify({ pid: 1 });
    writeFileSync(join(directory, "lock"), other);
    unlock();
    expect(readFileSync(join(directory, "lock"), "utf8")).toBe(other);
  });
});

describe("isHolding", () => {
  it("tells this process from one that had its number before", () => {
    const { pid, begun } = holderOf();
    expect(isHolding({ pid, begun })).toBe(true);
    if (begun !== undefined) expect(isHolding({ pid, begun: `${begun}0` })).toBe(false);
  });
});

describe("takeBlock", () => {
  it("gives each its own, and the preferred one when it is free", async () => {
    const first = await takeBlock(undefined);
    const second = await takeBlock(first.block);
    expect(second.block).not.toBe(first.block);
    await first.release();
    const third = await takeBlock(first.block);
    expect(third.block).toBe(first.block);
    await Promise.all([second.release(), third.release()]);
  });
});
