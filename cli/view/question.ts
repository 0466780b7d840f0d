import type { ApprovalView, RunView } from "../../functions/api.ts";
import { costOver } from "../../plan/cost.ts";
import { formatDuration } from "./duration.ts";
import { renderEffects, usd } from "./effects.ts";
import { plainText } from "./plain.ts";
import { countChanges, renderChanges } from "./plan.ts";
import { formatEnd } from "./time.ts";

/**
 * What somebody decides about, as they are to have seen it: every change, what it means and costs in all, who asks, why,
 * what moved since they were asked before, and until when.
 */
export function renderQuestion(run: RunView, approval: ApprovalView): string[] {
  const { action, plan, ticket, reason, readAt } = run;
  const { environment, changesHash, requesters, reasons, moved = [], expiresAt } = approval;
  const asked = plan?.changesHash === changesHash ? plan : undefined;
  const system = ticket === undefined ? "" : `, ticket ${plainText(ticket)}`;
  return [
    `${action} of ${environment}${asked ? `: ${countChanges(asked.changes)}` : ""}`,
    ...(asked ? renderChanges(asked.changes) : []),
    ...(asked ? renderEffects(asked).map((line) => `  ${line}`) : []),
    ...(asked ? renderTotal(asked.effects.costPerDay.after, approval) : []),
    `  asked by  ${[...requesters].reverse().map(plainText).join(", through ")}${system}${reason === undefined ? "" : `: ${plainText(reason)}`}`,
    ...reasons.map((each, index) => `  ${index === 0 ? "because " : "and     "}  ${plainText(each)}`),
    ...moved.map((each, index) => `  ${index === 0 ? "moved   " : "and     "}  ${plainText(each)}`),
    `  until     ${formatEnd(expiresAt, readAt)}`,
    `  plan      ${changesHash}`,
  ];
}

/** What it costs until it expires by itself, when that is known. */
function renderTotal(usdPerDay: number, { lifeSeconds }: ApprovalView): string[] {
  if (lifeSeconds === undefined || usdPerDay === 0) return [];
  if (lifeSeconds === null) return ["  in all    that every day: no end is set"];
  return [
    `  in all    ${usd(costOver(usdPerDay, lifeSeconds))} USD in ${formatDuration(lifeSeconds)}, when it expires`,
  ];
}
