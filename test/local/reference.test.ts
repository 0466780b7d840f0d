import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { localReference } from "../../local/reference.ts";

describe("local/UNIMPLEMENTED.md", () => {
  it("is what the list of deviations says", () => {
    expect(readFileSync(new URL("../../local/UNIMPLEMENTED.md", import.meta.url), "utf8")).toBe(localReference());
  });
});
