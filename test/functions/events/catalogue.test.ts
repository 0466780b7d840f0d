import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { toEventReference } from "../../../functions/events/reference.ts";
import { eventSchema, toEventJsonSchema } from "../../../functions/events/schema.ts";

const frozen = {
  ...{ specversion: "1.0", id: "users/change-1", source: "//alloyrun/projects/p/environments/users" },
  ...{ type: "dev.alloyrun.frozen", subject: "users", time: "2026-01-01T00:00:00.000Z" },
  datacontenttype: "application/json",
  data: { environment: "users", by: "c@example.com", reason: "the demo", until: "2026-01-01T08:00:00Z" },
};

describe("the table of events", () => {
  it("is what the published page and schema contain", () => {
    expect(readFileSync("docs/events.md", "utf8")).toBe(toEventReference());
    expect(JSON.parse(readFileSync("docs/events.schema.json", "utf8"))).toEqual(toEventJsonSchema());
  });

  it("is strict about what we tell, and its schema open for what may be told one day", () => {
    expect(eventSchema.safeParse(frozen).success).toBe(true);
    expect(eventSchema.safeParse({ ...frozen, data: { ...frozen.data, more: 1 } }).success).toBe(false);
    expect(eventSchema.safeParse({ ...frozen, type: "dev.alloyrun.melted" }).success).toBe(false);
    expect(JSON.stringify(toEventJsonSchema())).not.toContain('additionalProperties":false');
  });
});
