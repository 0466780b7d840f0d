import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { exampleText, problemsOf } from "./example.ts";

const anything = fc.oneof(
  fc.constantFrom(
    "",
    ":",
    "  ",
    "\t",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "!!",
    "|",
    ">",
    "#",
    "'",
    '"',
    "\n",
    "\0",
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 4 }),
  fc.constantFrom(
    "null",
    "true",
    "9e99",
    "-1",
    ".nan",
    "~",
    "__proto__: 1",
    "constructor: {}",
    "? x",
    "<<: *a",
    "---",
    "...",
  ),
);

const mutation = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.nat(20), put: anything });

/** Replaces a few characters somewhere. */
function mutate(
  text: string,
  { at, length, put }: { readonly at: number; readonly length: number; readonly put: string },
): string {
  const start = Math.floor(at * text.length);
  return text.slice(0, start) + put + text.slice(start + length);
}

/** Every problem must be of use: a place in the file, something said, something to do. */
async function expectUseful(text: string | Uint8Array): Promise<void> {
  const lines = Buffer.from(text).toString().split("\n").length;
  for (const { line, column, message, fix } of await problemsOf(text)) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).toMatch(/\S/);
    expect(fix).toMatch(/\S/);
    expect(`${message} ${fix}`).not.toMatch(/undefined|\[object|NaN/);
  }
}

describe("loadSpec", () => {
  it("answers any mutation of a spec with a spec or with problems that have a place and a fix", async () => {
    const mutated = fc.array(mutation, { minLength: 1, maxLength: 4 }).map((all) => all.reduce(mutate, exampleText));
    await fc.assert(fc.asyncProperty(mutated, expectUseful), { numRuns: 400 });
  });

  it("does so when lines are dropped or moved", async () => {
    const lines = exampleText.split("\n");
    const shuffled = fc.shuffledSubarray(lines, { minLength: 1 }).map((some) => some.join("\n"));
    await fc.assert(fc.asyncProperty(shuffled, expectUseful), { numRuns: 100 });
  });

  it("does so for any bytes", async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), expectUseful), { numRuns: 100 });
  });

  it("does so for any value in any place", async () => {
    const keys = ["spec", "metadata", "network", "service", "policy", "rebuild", "database", "env", "name", "x"];
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(fc.integer(), fc.string({ maxLength: 5 }), fc.boolean(), fc.constant(null)),
        fc.array(tie("tree"), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom(...keys), tie("tree"), { maxKeys: 4 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(
        tree.map((value) => JSON.stringify(value)),
        expectUseful,
      ),
      { numRuns: 200 },
    );
  });
});
