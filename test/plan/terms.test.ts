import { describe, expect, it } from "@jest/globals";
import type { ApprovalPolicy } from "../../plan/approval.ts";
import { loosenings, reasonsToKeep, stricterOf, type Terms } from "../../plan/terms.ts";

const ann = "user:ann@example.com";
const bob = "user:bob@example.com";
const webhook = { url: "https://example.com/x?key=canary", secret: { secret: "alloyrun-hook-a", version: 1 } };

function policy(more: Partial<ApprovalPolicy> = {}): ApprovalPolicy {
  return { when: [], approvers: [], timeoutSeconds: 7 * 86_400, ...more };
}

function terms(more: Partial<ApprovalPolicy> = {}, rest: Omit<Terms, "approval"> = {}): Terms {
  return { approval: policy(more), protect: false, tickets: [], ...rest };
}

describe("stricterOf", () => {
  it("asks whenever either would, and has those decide whom the stored one names", () => {
    const stored = policy({ when: ["data-loss", "cost"], costPerDay: 50, approvers: [ann], timeoutSeconds: 60 });
    const asked = policy({ when: ["cost", "downtime"], costPerDay: 900, approvers: [bob], timeoutSeconds: 90 });
    const stricter = {
      ...{ when: ["data-loss", "cost", "downtime"], costPerDay: 50 },
      ...{ approvers: [ann], timeoutSeconds: 60 },
    };
    expect(stricterOf(stored, asked)).toEqual(stricter);
    expect(stricterOf(asked, stored)).toMatchObject({ costPerDay: 50, approvers: [bob], timeoutSeconds: 60 });
  });

  it("is the one that there is, and the new one's where the stored one asks for nothing", () => {
    const asked = policy({ when: ["always"], approvers: [bob], timeoutSeconds: 30 * 86_400 });
    expect(stricterOf(undefined, asked)).toEqual(asked);
    expect(stricterOf(policy(), asked)).toEqual(asked);
    expect(stricterOf(undefined, undefined)).toBeUndefined();
  });
});

describe("loosenings", () => {
  const guarded = { when: ["data-loss", "cost"], costPerDay: 50, approvers: [ann], timeoutSeconds: 3600 } as const;

  it.each([
    ["a kind less", { ...guarded, when: ["cost"] }, "policy.approval.when"],
    ["nothing asked", { ...guarded, when: [] }, "policy.approval.when"],
    ["a higher limit", { ...guarded, costPerDay: 51 }, "policy.approval.costPerDay"],
    ["another approver", { ...guarded, approvers: [ann, bob] }, "policy.approval.approvers"],
    ["anybody as approver", { ...guarded, approvers: [] }, "policy.approval.approvers"],
    ["more time", { ...guarded, timeoutSeconds: 3601 }, "policy.approval.timeout"],
  ] as const)("finds %s", (_what, approval, path) => {
    const looser = loosenings(terms(guarded), terms(approval));
    expect(looser.map((field) => field.path)).toEqual([path]);
    expect(reasonsToKeep(terms(guarded), looser)).toEqual([`${path} of its spec is changed`]);
  });

  it.each([
    ["the same", guarded],
    ["always instead", { ...guarded, when: ["always"] }],
    [
      "a kind more, less money and less time",
      { when: ["cost", "data-loss", "downtime"], costPerDay: 1, timeoutSeconds: 1 },
    ],
  ] as const)("finds none in %s", (_what, approval) => {
    expect(loosenings(terms(guarded), terms({ ...guarded, ...approval }))).toEqual([]);
  });

  it.each([
    ["notify.webhook", {}, { webhook }],
    ["notify.webhook", { webhook }, {}],
    ["notify.webhook", { webhook }, { webhook: { ...webhook, url: "https://example.com/x?key=other" } }],
    ["policy.timeToLive", {}, { timeToLiveSeconds: 3600 }],
    ["policy.timeToLive", { timeToLiveSeconds: 3600 }, {}],
    ["tickets", {}, { tickets: [{ name: "x" } as NonNullable<Terms["tickets"]>[number]] }],
  ] as const)("finds another %s", (path, stored, asked) => {
    const looser = loosenings(terms(guarded, stored), terms(guarded, asked));
    expect(looser.map((field) => field.path)).toEqual([path]);
    expect(JSON.stringify(looser)).not.toContain("canary");
  });

  it("has somebody else lift a protection, also where nobody is asked about anything else", () => {
    const stored = terms({}, { protect: true });
    const looser = loosenings(stored, terms({}, { protect: false, webhook }));
    expect(looser.map(({ path }) => path)).toEqual(["policy.protect", "notify.webhook"]);
    expect(reasonsToKeep(stored, looser)).toEqual([
      "its protection is lifted",
      "notify.webhook of its spec is changed",
    ]);
    expect(loosenings(terms(), stored)).toEqual([]);
  });
});
