import { describe, expect, it } from "@jest/globals";
import { renderAudit, toAuditRow } from "../../../cli/view/audit.ts";
import type { RunRecord } from "../../../functions/entry/stored.ts";

const record: RunRecord = {
  run: {
    ...{ id: "run-1", environment: "users", action: "rebuild", level: "data", planHash: "1".repeat(64), now: 0 },
    ...{ databaseGeneration: 2, clusterGeneration: 1 },
  },
  execution: "executions/e",
  requestedBy: "tickets@example.com",
  onBehalfOf: "ann@example.com",
  ticket: "CHG0030123",
  result: {
    ...{ run: "run-1", environment: "users", action: "rebuild", state: "succeeded" },
    ...{ failures: {}, remaining: {}, outputs: {}, startedAt: 1_893_477_600, endedAt: 1_893_478_452 },
  },
  reports: {},
  changesHash: "2".repeat(64),
  approval: { id: "a", reasons: [], state: "approved", by: "bob@example.com", at: "2030-01-01T06:00:00Z" },
};

describe("toAuditRow", () => {
  it("tells when, what, who, by whose leave, to what end and how long", () => {
    expect(toAuditRow("run-1", record)).toEqual({
      record: "run-1",
      time: "2030-01-01T06:00:00.000Z",
      kind: "rebuild data",
      askedBy: "tickets@example.com",
      onBehalfOf: "ann@example.com",
      ticket: "CHG0030123",
      approvedBy: "bob@example.com",
      changesHash: "2".repeat(64),
      result: "succeeded",
      minutes: 14.2,
    });
  });

  it("tells who joined, and who resumed the attempt", () => {
    const row = toAuditRow("run-1.2", { ...record, joinedBy: ["eve@example.com"], resumedBy: "bob@example.com" });
    expect(row).toMatchObject({ joinedBy: ["eve@example.com"], resumedBy: "bob@example.com" });
    const [, , who] = renderAudit([row]);
    expect(who).toContain("tickets@example.com, eve@example.com, resumed by bob@example.com");
  });

  it("tells who cancelled it beside why it was asked for", () => {
    const result = { ...record.result, state: "cancelled" } as const;
    const cancelled = { ...record, result, reason: "for the demo", cancelledBy: "bob@example.com" };
    const row = toAuditRow("run-1", cancelled);
    expect(row).toMatchObject({ reason: "for the demo", cancelledBy: "bob@example.com", result: "cancelled" });
    expect(renderAudit([row])).toContain("  cancelled by bob@example.com");
  });

  it("tells what somebody decided outside the runs", () => {
    const times = { at: 1_893_477_600, until: 1_893_481_200 };
    const change = { change: "freeze", environment: "users", requestedBy: "ann@example.com", ...times } as const;
    expect(toAuditRow("change-1", { ...change, reason: "the demo" })).toEqual({
      record: "change-1",
      time: "2030-01-01T06:00:00.000Z",
      kind: "freeze until 2030-01-01 07:00 UTC",
      askedBy: "ann@example.com",
      reason: "the demo",
      result: "done",
    });
  });

  it("tells when the decision came by a link", () => {
    const linked = {
      ...record,
      approval: { id: "a", reasons: [], state: "approved", by: "bob", via: "link", at: "" },
    } as const;
    const row = toAuditRow("run-1", linked);
    expect(row).toMatchObject({ approvedBy: "bob", decidedVia: "link" });
    expect(renderAudit([row]).join()).toContain("bob (link)");
  });

  it("does not call who rejected it an approver", () => {
    const rejected = { ...record, approval: { id: "a", reasons: [], state: "rejected", by: "eve", at: "" } } as const;
    expect(toAuditRow("run-1", rejected)).toMatchObject({ approvedBy: undefined, rejectedBy: "eve" });
  });

  it("tells a plan from what it planned", () => {
    const planned = { ...record, result: { ...record.result, action: "plan" } } as const;
    expect(toAuditRow("run-1", planned).kind).toBe("plan of rebuild data");
  });

  it("keeps a row for a record that cannot be read", () => {
    expect(toAuditRow("run-1", undefined)).toEqual({ record: "run-1", result: "unreadable" });
  });
});

describe("renderAudit", () => {
  it("tells below each row who asked for whom, and who decided", () => {
    expect(renderAudit([toAuditRow("run-1", record)]).slice(2)).toEqual([
      "  run-1  tickets@example.com, for ann@example.com, ticket CHG0030123",
      "  approved by bob@example.com",
    ]);
  });

  it("leaves out what no record has", () => {
    const { onBehalfOf: _, ticket: __, approval: ___, ...plain } = record;
    expect(renderAudit([toAuditRow("run-1", plain), toAuditRow("run-2", undefined)])).toEqual([
      "time (UTC)        kind          result      min   plan",
      "2030-01-01 06:00  rebuild data  succeeded   14.2  222222222222",
      "  run-1  tickets@example.com",
      "                                unreadable",
      "  run-2",
    ]);
  });
});
