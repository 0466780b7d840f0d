import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { toPlanJsonSchema } from "../../cli/view/plan-document.ts";

describe("toPlanJsonSchema", () => {
  it("is what the published file contains", () => {
    const published = JSON.parse(readFileSync("docs/plan.schema.json", "utf8"));
    expect(published).toEqual(JSON.parse(JSON.stringify(toPlanJsonSchema())));
  });
});
