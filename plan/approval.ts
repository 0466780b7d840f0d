import type { PolicySpec } from "../spec/schema.ts";
import type { PlanEffects } from "./digest.ts";

/** When a person is asked first. */
export type ApprovalPolicy = PolicySpec["approval"];

/** Who decides about what somebody must approve. */
export interface Deciders {
  /** E-mail addresses of those who may; empty when anybody may who did not ask. */
  readonly approvers: readonly string[];
  /** How long the question stays open. */
  readonly timeoutSeconds: number;
}

/** Who decides by a policy. */
export function decidersOf({ approvers, timeoutSeconds }: ApprovalPolicy): Deciders {
  return { approvers: approvers.map(toAddress), timeoutSeconds };
}

/**
 * Why a person must approve what has these effects, each reason in a sentence; empty when nobody must.
 *
 * @param losses what may lose rows, where that is not plain from the changes
 */
export function reasonsToAsk(
  policy: ApprovalPolicy,
  { dataLoss, downtime, costPerDay }: PlanEffects,
  losses: readonly string[] = [],
): readonly string[] {
  const limit = policy.costPerDay ?? 0;
  const { after } = costPerDay;
  const reasons = {
    always: "the policy asks for every change",
    "data-loss": dataLoss && ["rows are lost", ...losses],
    downtime: downtime && "the environment does not answer meanwhile",
    cost: after > limit && `${after.toFixed(2)} USD a day is more than ${limit.toFixed(2)}`,
  };
  return policy.when.flatMap((when) => reasons[when] || []);
}

/**
 * Whether a request is going to be asked about, as far as the policy tells before anything has been observed.
 *
 * @returns `depends` when only the plan tells
 */
export function expectApproval(
  policy: ApprovalPolicy,
  wanted: {
    readonly action: string;
    readonly level: string;
    readonly costPerDay: number;
    /** Whether anything of older plans may stand that counts as well. */
    readonly mayStand?: boolean;
  },
): "required" | "not-required" | "depends" {
  if (policy.when.length === 0 || wanted.action === "plan") return "not-required";
  if (policy.when.includes("always")) return "required";
  const isPriced = wanted.action !== "down" && policy.when.includes("cost");
  if (isPriced && wanted.costPerDay > (policy.costPerDay ?? 0)) return "required";
  const losesData = wanted.action === "rebuild" && wanted.level !== "app";
  if (losesData && policy.when.includes("data-loss")) return "required";
  if (isPriced && wanted.mayStand) return "depends";
  return policy.when.some((when) => when === "data-loss" || when === "downtime") ? "depends" : "not-required";
}

/**
 * Why somebody may not decide; undefined when they may. Whoever asked for a run never approves it.
 *
 * @param requesters e-mail addresses of those who asked: the caller, and the person on whose behalf a ticket system called
 */
export function refusalToDecide(
  policy: Pick<ApprovalPolicy, "approvers">,
  approver: string,
  requesters: readonly string[],
): string | undefined {
  const asked = requesters.map(mailboxOf);
  if (asked.includes(mailboxOf(approver))) return `${approver} asked for it and may not decide about it`;
  if (policy.approvers.length === 0) return undefined;
  const named = policy.approvers.map((each) => toAddress(each).toLowerCase());
  return named.includes(approver.toLowerCase()) ? undefined : `${approver} is not among the approvers of the spec`;
}

/**
 * The mailbox of an address, whatever letters and `+tag` it is written with. What a ticket says is not verified like a caller's
 * own address, and another spelling must not make another person of whoever asked.
 */
function mailboxOf(address: string): string {
  return address.toLowerCase().replace(/\+[^@]*(?=@)/, "");
}

function toAddress(member: string): string {
  return member.replace(/^user:/, "");
}
