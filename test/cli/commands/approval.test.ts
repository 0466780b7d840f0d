import { describe, expect, it } from "@jest/globals";
import { decide } from "../../../cli/commands/approval.ts";
import { exitCodes } from "../../../cli/exit-code.ts";
import { approvalView, planView, runView } from "../run-view.ts";
import { installationOf, keepTerminal } from "./installation.ts";

const run = "run-0123456789abcdef0123";

function asking() {
  const decided: unknown[] = [];
  const approval = approvalView({ run });
  const installation = installationOf({
    getRun: async () => runView({ run, state: "awaiting-approval", approval, plan: planView({ dataLoss: true }) }),
    getApproval: async () => approval,
    async decide(id, verb, body) {
      decided.push({ id, verb, ...body });
      return { ...approval, state: verb === "approve" ? "approved" : "rejected", by: "bob@example.com" };
    },
  });
  return { installation, decided };
}

describe("decide", () => {
  it.each([run, "run-1-222222222222"])("shows what %s is about, and decides about exactly that", async (target) => {
    const { installation, decided } = asking();
    const terminal = keepTerminal();
    expect(await decide(installation, { target, verb: "approve" }, terminal)).toBe(exitCodes.ok);
    expect(decided).toEqual([{ id: "run-1-222222222222", verb: "approve", changesHash: "2".repeat(64) }]);
    expect(terminal.said).toEqual([
      "up of users: 1 to create",
      "  data      rows are LOST",
      "  downtime  none: it answers throughout",
      "  cost      0.00 -> 10.21 USD a day (list prices of 2025-04)",
      "  time      about 14 min",
      "approved by bob@example.com.",
      `The run goes on: alloyrun watch ${run} --project my-project`,
    ]);
  });

  it("carries the reason of a rejection", async () => {
    const { installation, decided } = asking();
    await decide(installation, { target: run, verb: "reject", reason: "not this week" }, keepTerminal());
    expect(decided).toMatchObject([{ verb: "reject", reason: "not this week" }]);
  });

  it("says that a run asks for nothing", async () => {
    const terminal = keepTerminal();
    const installation = installationOf({ getRun: async () => runView({ run }) });
    expect(await decide(installation, { target: run, verb: "approve" }, terminal)).toBe(exitCodes.invalid);
    expect(terminal.complained.join()).toContain(`alloyrun watch ${run} --project my-project`);
  });
});
