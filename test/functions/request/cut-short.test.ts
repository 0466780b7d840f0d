import { describe, expect, it } from "@jest/globals";
import { cutShort } from "../../../functions/request/cut-short.ts";
import type { StepLine } from "../../../functions/request/run-log.ts";
import type { Change } from "../../../plan/change.ts";

const none = { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 0 };
const made = (resource: string): Change => ({ resource, action: "create", fields: [], effects: none });
const line = (step: StepLine["step"], state: StepLine["state"], at: number, detail: StepLine["detail"] = {}) => ({
  ...{ step, state, at, detail },
});
const awaited = (...names: string[]) => names.map((name) => ({ name }));

describe("cutShort", () => {
  it("tells of a step that was done its times, its changes and the operations that it waited for", () => {
    const { reports } = cutShort(
      [
        line("network", "started", 10),
        line("network", "waiting", 11, { operations: awaited("op-1"), changes: [made("n")] }),
        line("network", "waiting", 20, { operations: awaited("op-2"), changes: [made("s")] }),
        line("network", "done", 30, { changes: [made("n"), made("s")] }),
      ],
      99,
    );
    expect(reports.network).toEqual({
      ...{ state: "done", reason: undefined, changes: [made("n"), made("s")], startedAt: 10, endedAt: 30 },
      operations: [
        { name: "op-1", startedAt: 11, endedAt: 20 },
        { name: "op-2", startedAt: 20, endedAt: 30 },
      ],
    });
  });

  it("tells of one that was under way what it waited for, and until when it was watched", () => {
    const { reports } = cutShort(
      [
        line("cluster", "started", 10),
        line("instance", "started", 12),
        line("instance", "waiting", 13, { operations: awaited("op-1"), changes: [made("i")], reason: "creating" }),
        line("instance", "waiting", 40, { operations: awaited("op-1"), reason: "still creating" }),
      ],
      99,
    );
    expect(reports).toEqual({
      cluster: { state: "cancelled", changes: [], operations: [], startedAt: 10, endedAt: 99 },
      instance: {
        ...{ state: "cancelled", reason: "still creating", changes: [made("i")], startedAt: 12, endedAt: 99 },
        operations: [{ name: "op-1", startedAt: 13 }],
      },
    });
  });

  it("keeps what a removal changed before it took its inventory, and what Google held", () => {
    const { reports } = cutShort(
      [
        line("egress", "started", 1),
        line("egress", "done", 5, { changes: [made("c")] }),
        line("peering", "held", 6, { reason: "held: the connection", changes: [] }),
        line("egress", "started", 7),
        line("egress", "done", 8, { changes: [] }),
      ],
      99,
    );
    expect(reports.egress).toMatchObject({ state: "done", changes: [made("c")], startedAt: 1, endedAt: 8 });
    expect(reports.peering).toMatchObject({ state: "held", reason: "held: the connection", endedAt: 6 });
  });

  it("tells of a failure, whose run was still ending its other branches", () => {
    const detail = { code: "FAILED_PRECONDITION", message: "the build failed", details: [{ stackEntries: ["x"] }] };
    const { reports, failures } = cutShort([line("image", "started", 1), line("image", "failed", 2, detail)], 9);
    expect(reports.image).toMatchObject({ state: "failed", reason: "the build failed", endedAt: 2 });
    expect(failures).toEqual({ image: detail });
  });
});
