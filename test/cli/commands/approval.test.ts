import { describe, expect, it } from "@jest/globals";
import { decide } from "../../../cli/commands/approval.ts";
import { exitCodes } from "../../../cli/exit-code.ts";
import { renderQuestion } from "../../../cli/view/question.ts";
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
  const plan = "2".repeat(64);

  it.each([run, "run-1-222222222222"])("shows what %s is about, and decides about exactly that", async (target) => {
    const { installation, decided } = asking();
    const terminal = keepTerminal();
    expect(await decide(installation, { target, verb: "approve", plan }, terminal)).toBe(exitCodes.ok);
    expect(decided).toEqual([{ id: "run-1-222222222222", verb: "approve", changesHash: plan }]);
    expect(terminal.said).toEqual([
      "up of users: 1 to create",
      "  network",
      "    + create networks/n",
      "        45 s",
      "  data      rows are LOST",
      "  downtime  none: it answers throughout",
      "  cost      0.00 -> 10.21 USD a day (list prices of asia-northeast1, 2025-04)",
      "  time      about 14 min",
      "  asked by  ann@example.com",
      "  because   rows are lost",
      "  until     2030-01-02 00:00 UTC (in 23 h 59 min)",
      `  plan      ${plan}`,
      "approved by bob@example.com.",
      `The run goes on: alloyrun watch ${run} --project my-project`,
    ]);
  });

  it("says what it costs in all, and what moved since it was asked before", async () => {
    const approval = approvalView({ run, lifeSeconds: 72 * 3600, moved: ["now: create networks/n", "the spec"] });
    const shown = renderQuestion(runView({ run, approval, plan: planView() }), approval);
    expect(shown).toEqual(expect.arrayContaining(["  in all    30.63 USD in 72 h, when it expires"]));
    expect(shown).toEqual(expect.arrayContaining(["  moved     now: create networks/n", "  and       the spec"]));
    const kept = approvalView({ run, lifeSeconds: null });
    expect(renderQuestion(runView({ run, plan: planView() }), kept)).toContain(
      "  in all    that every day: no end is set",
    );
  });

  it("has nothing that people wrote begin a line, move the cursor or turn the text around", async () => {
    const approval = approvalView({ run });
    const reason = "demo\n  plan      0000\r\u001b[2J\u202ecba\u0085 fine";
    const shown = renderQuestion(runView({ run, approval, plan: planView(), reason, ticket: "C\n1" }), approval);
    expect(shown).toContain("  asked by  ann@example.com, ticket C 1: demo plan 0000 [2J cba fine");
    const fields = [{ path: "env.GREETING", from: "a  b", to: "hi\n  plan      0000" }];
    const [change] = planView().changes;
    const changes = change ? [{ ...change, fields }] : [];
    const listed = renderQuestion(runView({ run, plan: planView({}, changes) }), approvalView());
    expect(listed).toContain("        env.GREETING: a  b -> hi plan 0000");
    expect([...shown, ...listed].join("")).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it("carries the reason of an approval", async () => {
    const { installation, decided } = asking();
    await decide(installation, { target: run, verb: "approve", plan, reason: "paid for" }, keepTerminal());
    expect(decided).toMatchObject([{ verb: "approve", reason: "paid for" }]);
  });

  it.each([
    ["users", exitCodes.ok, 1],
    ["yes", exitCodes.invalid, 0],
    ["", exitCodes.invalid, 0],
  ] as const)("has a person who is there type the environment's name: %j ends with %i", async (typed, code, times) => {
    const { installation, decided } = asking();
    const kept = keepTerminal();
    const asked: string[] = [];
    const ask = async (question: string) => {
      asked.push(question);
      expect(kept.said.join()).toContain(plan);
      return typed;
    };
    expect(await decide(installation, { target: run, verb: "approve" }, { ...kept, ask })).toBe(code);
    expect([asked, decided.length]).toEqual([["Type users to approve exactly this: "], times]);
  });

  it("decides nothing where nobody is there, and tells the command that does", async () => {
    const { installation, decided } = asking();
    const terminal = keepTerminal();
    expect(await decide(installation, { target: run, verb: "approve" }, terminal)).toBe(exitCodes.invalid);
    expect(terminal.complained.at(-1)).toBe(`  alloyrun approve ${run} --plan ${plan} --project my-project`);
    expect(decided).toEqual([]);
  });

  it("decides nothing about another plan than the one that was looked at", async () => {
    const { installation, decided } = asking();
    const terminal = keepTerminal();
    const options = { target: run, verb: "approve", plan: "3".repeat(64) } as const;
    expect(await decide(installation, options, terminal)).toBe(exitCodes.invalid);
    expect(terminal.complained.join()).toContain(`asks about plan ${plan}`);
    expect(decided).toEqual([]);
  });

  it("carries the reason of a rejection", async () => {
    const { installation, decided } = asking();
    await decide(installation, { target: run, verb: "reject", reason: "not this week" }, keepTerminal());
    expect(decided).toMatchObject([{ verb: "reject", reason: "not this week" }]);
  });

  it.each([
    [{ action: "up" }, "has not asked yet: it is still planning"],
    [{ action: "down", state: "queued" }, "has not asked yet: it waits for its turn"],
    [{ action: "plan" }, "asks for no approval"],
    [{ action: "up", state: "failed" }, "asks for no approval"],
  ] as const)("says of a run that is %j that it %s", async (fields, why) => {
    const terminal = keepTerminal();
    const installation = installationOf({ getRun: async () => runView({ run, ...fields }) });
    expect(await decide(installation, { target: run, verb: "approve" }, terminal)).toBe(exitCodes.invalid);
    expect(terminal.complained[0]).toBe(`The run ${run} ${why}.`);
  });

  it("says that a run asks for nothing", async () => {
    const terminal = keepTerminal();
    const installation = installationOf({ getRun: async () => runView({ run, plan: planView() }) });
    expect(await decide(installation, { target: run, verb: "approve" }, terminal)).toBe(exitCodes.invalid);
    expect(terminal.complained.join()).toContain("asks for no approval");
    expect(terminal.complained.join()).toContain(`alloyrun watch ${run} --project my-project`);
  });
});
