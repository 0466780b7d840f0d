import { execFileSync } from "node:child_process";
import { describe, expect, it } from "@jest/globals";
import { toExports } from "../../../cli/local/environment.ts";

describe("toExports", () => {
  it("gives a shell exactly the values, whatever they hold", () => {
    const values = { FIRST: "it's; $(echo no) `echo no`", _second2: "a\nb\\" };
    const script = `${toExports(values)}printf '%s|%s' "$FIRST" "$_second2"`;
    expect(execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" })).toBe(Object.values(values).join("|"));
  });

  it.each(["A B", "A;id", "A=1\nid #", "1A", "", "Ä"])("refuses the name %j", (name) => {
    expect(() => toExports({ GOOD: "1", [name]: "value" })).toThrow("names a variable that a shell cannot take");
  });

  it("refuses a value that is no text", () => {
    expect(() => toExports({ GOOD: { toString: "id" } })).toThrow("names a variable that a shell cannot take");
  });
});
