import { describe, expect, it } from "@jest/globals";
import { renderExamination } from "../../../cli/view/doctor.ts";
import type { Finding } from "../../../deploy/doctor/finding.ts";

const place = { project: "my-project", region: "asia-northeast1", all: false };
const note = { check: "quotas", text: "not looked at", way: "https://example.com/" } as const;

function findings(count: number): Finding[] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  return numbers.map((number) => ({ check: "apis", resource: "projects/p", problem: `off ${number}`, command: "on" }));
}

describe("renderExamination", () => {
  it("says that nothing is wrong, and what is good to know all the same", () => {
    expect(renderExamination({ findings: [], notes: [note] }, place)).toEqual([
      "Nothing is wrong with alloyrun in my-project (asia-northeast1).",
      "note: quotas: not looked at",
      "    https://example.com/",
    ]);
  });

  it("shows with every finding the command that mends it, and how many do not fit on a phone", () => {
    const lines = renderExamination({ findings: findings(7), notes: [note] }, place);
    expect(lines.slice(0, 2)).toEqual(["apis: projects/p: off 1", "    on"]);
    expect(lines.slice(10)).toEqual([
      "and 2 more: the same with --all",
      "note: quotas: not looked at",
      "    https://example.com/",
      "7 findings. Nothing was changed.",
    ]);
    expect(renderExamination({ findings: findings(7), notes: [] }, { ...place, all: true })).toHaveLength(15);
    expect(renderExamination({ findings: findings(1), notes: [] }, place).at(-1)).toBe(
      "1 finding. Nothing was changed.",
    );
  });
});
