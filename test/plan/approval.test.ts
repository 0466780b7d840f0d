import { describe, expect, it } from "@jest/globals";
import { type ApprovalPolicy, expectApproval, reasonsToAsk, refusalToDecide } from "../../plan/approval.ts";

function policy(when: ApprovalPolicy["when"], more: Partial<ApprovalPolicy> = {}): ApprovalPolicy {
  return { when, approvers: [], timeoutSeconds: 3600, ...more };
}

function effects(more: object = {}) {
  const costPerDay = { before: 0, after: 60, pricesOf: "2025-04", region: "asia-northeast1" };
  return { dataLoss: false, downtime: false, costPerDay, expectedSeconds: 0, ...more };
}

describe("reasonsToAsk", () => {
  it.each([
    [policy([]), effects({ dataLoss: true, downtime: true }), []],
    [policy(["always"]), effects(), ["the policy asks for every change"]],
    [policy(["data-loss"]), effects(), []],
    [policy(["data-loss"]), effects({ dataLoss: true }), ["rows are lost"]],
    [policy(["downtime"]), effects({ downtime: true }), ["the environment does not answer meanwhile"]],
    [policy(["cost"], { costPerDay: 50 }), effects(), ["60.00 USD a day is more than 50.00"]],
    [policy(["cost"], { costPerDay: 60 }), effects(), []],
    [
      policy(["data-loss", "cost"], { costPerDay: 1 }),
      effects({ dataLoss: true }),
      ["rows are lost", "60.00 USD a day is more than 1.00"],
    ],
  ])("%j of %j gives %j", (wanted, what, reasons) => {
    expect(reasonsToAsk(wanted, what)).toEqual(reasons);
  });
});

describe("expectApproval", () => {
  const up = { action: "up", level: "app", costPerDay: 60 };
  const rebuild = { action: "rebuild", level: "data", costPerDay: 60 };

  it.each([
    [policy([]), up, "not-required"],
    [policy(["always"]), { ...up, action: "plan" }, "not-required"],
    [policy(["always"]), up, "required"],
    [policy(["cost"], { costPerDay: 50 }), up, "required"],
    [policy(["cost"], { costPerDay: 70 }), up, "not-required"],
    [policy(["cost"], { costPerDay: 50 }), { ...up, action: "down" }, "not-required"],
    [policy(["cost"], { costPerDay: 70 }), { ...up, mayStand: true }, "depends"],
    [policy(["cost"], { costPerDay: 70 }), { ...up, action: "down", mayStand: true }, "not-required"],
    [policy(["always"]), { ...up, mayStand: true }, "required"],
    [policy([]), { ...up, mayStand: true }, "not-required"],
    [policy(["data-loss"]), rebuild, "required"],
    [policy(["data-loss"]), { ...rebuild, level: "app" }, "depends"],
    [policy(["data-loss"]), up, "depends"],
    [policy(["downtime"]), up, "depends"],
  ] as const)("%j tells of %j that it is %s", (wanted, what, answer) => {
    expect(expectApproval(wanted, what)).toBe(answer);
  });
});

describe("refusalToDecide", () => {
  it.each([
    [[], "b@example.com", undefined],
    [[], "a@example.com", /asked for it/],
    [[], "A@Example.com", /asked for it/],
    [["user:b@example.com"], "b@example.com", undefined],
    [["user:B@example.com"], "b@Example.com", undefined],
    [["user:b@example.com"], "c@example.com", /not among the approvers/],
    // Being an approver does not help who asked.
    [["user:a@example.com"], "a@example.com", /asked for it/],
  ] as const)("of approvers %j lets %s decide: %s", (approvers, approver, refusal) => {
    const refused = refusalToDecide({ approvers }, approver, ["a@example.com"]);
    if (refusal === undefined) expect(refused).toBeUndefined();
    else expect(refused).toMatch(refusal);
  });

  it.each([
    ["ann+tickets@example.com", "ann@example.com"],
    ["ann@example.com", "Ann+boss@Example.com"],
    ["ANN+a+b@example.com", "ann+c@example.com"],
  ])("takes %s who asked for %s, whose mailbox it is", (requester, approver) => {
    expect(refusalToDecide({ approvers: [`user:${approver}`] }, approver, [requester])).toMatch(/asked for it/);
  });

  it("takes a tag of somebody else, or of another domain, for another person, and names approvers by the whole address", () => {
    for (const requester of ["bea+ann@example.com", "ann+x@example.org"])
      expect(refusalToDecide({ approvers: [] }, "ann@example.com", [requester])).toBeUndefined();
    const approvers = ["user:ann@example.com"];
    expect(refusalToDecide({ approvers }, "ann+x@example.com", [])).toMatch(/not among the approvers/);
  });

  it("lets neither the ticket's author nor the system that called decide", () => {
    const requesters = ["bot@p.iam.gserviceaccount.com", "person@example.com"];
    for (const each of requesters) expect(refusalToDecide({ approvers: [] }, each, requesters)).toMatch(/asked/);
  });
});
