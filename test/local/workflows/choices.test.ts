import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { choices } from "../../../local/workflows/choices.ts";

const folder = new URL("../../../local/workflows/", import.meta.url);

describe("choices", () => {
  it("are each named where the code follows them, and no other is", () => {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
    const named = files
      .map((path) => readFileSync(new URL(path, folder), "utf8"))
      .flatMap((text) => [...text.matchAll(/\bchoice `([a-z-]+)`/g)].map(([, id]) => id));
    expect([...new Set(named)].sort()).toEqual(choices.map(({ id }) => id).sort());
  });
});
