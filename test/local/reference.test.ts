import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { localReference } from "../../local/reference.ts";

describe("docs/local.md", () => {
  it("is what the list of deviations says", () => {
    expect(readFileSync(new URL("../../docs/local.md", import.meta.url), "utf8")).toBe(localReference());
  });
});
