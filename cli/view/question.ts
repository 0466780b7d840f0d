import type { ApprovalView, RunView } from "../../functions/api.ts";
import { renderEffects } from "./effects.ts";
import { countChanges, renderChanges } from "./plan.ts";
import { formatEnd } from "./time.ts";

/** What somebody decides about, as they are to have seen it: every change, what it means, who asks, why and until when. */
export function renderQuestion(run: RunView, approval: ApprovalView): string[] {
  const { action, plan, ticket, reason, readAt } = run;
  const { environment, changesHash, requesters, reasons, expiresAt } = approval;
  const asked = plan?.changesHash === changesHash ? plan : undefined;
  const system = ticket === undefined ? "" : `, ticket ${ticket}`;
  return [
    `${action} of ${environment}${asked ? `: ${countChanges(asked.changes)}` : ""}`,
    ...(asked ? renderChanges(asked.changes) : []),
    ...(asked ? renderEffects(asked.effects).map((line) => `  ${line}`) : []),
    `  asked by  ${[...requesters].reverse().join(", through ")}${system}${reason === undefined ? "" : `: ${reason}`}`,
    ...reasons.map((each, index) => `  ${index === 0 ? "because " : "and     "}  ${each}`),
    `  until     ${formatEnd(expiresAt, readAt)}`,
    `  plan      ${changesHash}`,
  ];
}
