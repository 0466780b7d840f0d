import { describe, expect, it } from "@jest/globals";
import type { NotedEntry } from "../../../cli/local/journal.ts";
import { formatEntry } from "../../../cli/view/journal-line.ts";
import { drawTimeline } from "../../../cli/view/timeline.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const base = { number: 0, principal: "ann@example.com", code: "OK", host: "compute.googleapis.com" } as const;
const network: NotedEntry = {
  ...base,
  kind: "operation",
  event: "start",
  time: at(0),
  operation: "o1",
  work: "network.insert",
  resource: "projects/p/global/networks/one",
};
const site: NotedEntry = {
  ...base,
  kind: "site",
  method: "POST",
  host: "f.cloudfunctions.net",
  resource: "https://f.cloudfunctions.net/step",
  time: at(0),
  endTime: at(10),
  status: 200,
};

describe("drawTimeline", () => {
  const canvas = { columns: 44 + 26 + 20, colour: false };

  it("says when there is nothing to draw", () => {
    expect(drawTimeline([{ ...base, kind: "call", time: at(0) }], canvas)).toEqual(["nothing has happened yet"]);
  });

  it("draws an operation from its start to its end, and one that goes on to the end of the picture", () => {
    const ended: NotedEntry = { ...network, event: "end", endTime: at(50), code: "INTERNAL" };
    const open: NotedEntry = { ...network, operation: "o2", time: at(50), resource: "projects/p/global/networks/two" };
    const later: NotedEntry = { ...site, time: at(0), endTime: at(100) };
    const [axis, first, , second] = drawTimeline([network, ended, open, later], canvas);
    expect(axis).toMatch(/^ {44}0 {9}50 s {6}1 min 40 s$/);
    expect(first).toBe(`${"network.insert networks/one".padEnd(44)}${"█".repeat(11)}${" ".repeat(9)} 50 s ✗ INTERNAL`);
    expect(second).toBe(`${"network.insert networks/two".padEnd(44)}${" ".repeat(10)}${"░".repeat(10)} goes on`);
  });

  it("gives names less room on a narrow screen", () => {
    const lines = drawTimeline([network, { ...network, event: "end", endTime: at(50), code: "DEADLINE_EXCEEDED" }], {
      ...{ columns: 80, colour: false },
    });
    expect(lines.every((line) => line.length <= 80)).toBe(true);
  });

  it("draws all requests to one URL in one row, and what went wrong with them", () => {
    const failed = { ...site, time: at(90), endTime: at(100), code: "UNAVAILABLE", status: 503 };
    const [, row] = drawTimeline([site, failed], canvas);
    expect(row).toBe(`${"f.cloudfunctions.net/step".padEnd(44)}███${" ".repeat(15)}██ 2 × 10 s ✗ 503`);
  });

  it("colours rows by how they ended", () => {
    const [, row = ""] = drawTimeline([site], { ...canvas, colour: true });
    expect(row).toContain("\u001b[32m");
  });
});

describe("formatEntry", () => {
  it("is one line with the outcome, the resource, the time it took and the fault", () => {
    const ended: NotedEntry = {
      ...network,
      event: "end",
      endTime: at(50),
      code: "INTERNAL",
      fault: "f",
      message: "a\nb",
    };
    expect(formatEntry(ended).split("\n")).toEqual([
      "00:00:50.000  INTERNAL            compute network.insert projects/p/global/networks/one  50 s  ann@example.com  [f]",
      "              a",
      "              b",
    ]);
    expect(formatEntry(network)).toContain("started ");
    expect(formatEntry({ ...site, status: 0 })).toContain("closed              POST https://f.cloudfunctions.net/step");
    const call = { ...base, kind: "call", time: at(0), method: "google.cloud.compute.v1.Networks.Get" } as const;
    expect(formatEntry(call)).toContain("compute Networks.Get");
  });
});
