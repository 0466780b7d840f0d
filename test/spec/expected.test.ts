import { describe, expect, it } from "@jest/globals";
import { rebuildFactsOf, rebuildMinutes, rebuildSeconds } from "../../spec/expected.ts";
import { parseSpec } from "../../spec/load.ts";
import { edit } from "./example.ts";

const usual = { availability: "ZONAL", hasReadPool: false, graceSeconds: 300 } as const;

describe("rebuildSeconds", () => {
  it("takes longer the more is built anew, and with the grace of what served before", () => {
    const levels = ["app", "data", "database"] as const;
    const [app = 0, data = 0, database = 0] = levels.map((level) => rebuildSeconds(level, usual));
    expect(app).toBeLessThan(data);
    expect(data).toBeLessThan(database);
    expect(rebuildSeconds("all", usual)).toBe(database);
    const patient = { ...usual, graceSeconds: 3600 };
    expect(rebuildSeconds("app", patient)).toBe(app);
    expect(rebuildSeconds("data", patient)).toBe(data + 3300);
    expect(rebuildSeconds("database", patient)).toBe(database + 3300);
  });

  it("takes longer for an instance of two nodes, and not for a read pool that is ready sooner", () => {
    const zonal = rebuildSeconds("all", usual);
    expect(rebuildSeconds("all", { ...usual, availability: "REGIONAL" })).toBe(zonal + 180);
    expect(rebuildSeconds("all", { ...usual, hasReadPool: true })).toBe(zonal);
    expect(rebuildSeconds("data", { ...usual, availability: "REGIONAL" })).toBe(rebuildSeconds("data", usual));
  });
});

describe("rebuildMinutes", () => {
  it("counts whole minutes by what the spec says", () => {
    const facts = rebuildFactsOf(parseSpec(edit("maxInstances: 10", "timeout: 10m")));
    expect(facts).toEqual({ ...usual, graceSeconds: 600 });
    expect(rebuildMinutes("data", facts)).toBe(Math.ceil(rebuildSeconds("data", facts) / 60));
  });
});
