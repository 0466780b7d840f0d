import { describe, expect, it } from "@jest/globals";
import type { ApprovalPolicy } from "../../plan/approval.ts";
import { loosenings, reasonsToKeep, stricterOf, type Terms, termChanges, unreadableTerms } from "../../plan/terms.ts";

const ann = "user:ann@example.com";
const cid = "user:cid@example.com";
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
    expect(stricterOf({ approval: stored }, asked)).toEqual(stricter);
    expect(stricterOf({ approval: asked }, stored)).toMatchObject({
      ...{ costPerDay: 50, approvers: [bob], timeoutSeconds: 60 },
    });
  });

  it("is the one that there is, and the new one's where the stored one asks for nothing", () => {
    const asked = policy({ when: ["always"], approvers: [bob], timeoutSeconds: 30 * 86_400 });
    expect(stricterOf(undefined, asked)).toEqual(asked);
    expect(stricterOf(terms(), asked)).toEqual(asked);
    expect(stricterOf(undefined, undefined)).toBeUndefined();
  });

  it.each([
    ["asks", terms({ when: ["data-loss"] })],
    ["protects", terms({}, { protect: true })],
    ["cannot be read", unreadableTerms],
  ])("lets nobody name a friend of theirs where the stored spec %s and names nobody", (_what, stored) => {
    const asked = policy({ when: ["always"], approvers: [bob] });
    expect(stricterOf(stored, asked)).toMatchObject({ when: expect.arrayContaining(["always"]), approvers: [] });
    const looser = loosenings(stored, { approval: { ...stored.approval, ...asked }, protect: stored.protect });
    expect(reasonsToKeep(stored, looser)).toContain("policy.approval.approvers of its spec is changed");
  });
});

describe("loosenings", () => {
  const guarded = { when: ["data-loss", "cost"], costPerDay: 50, approvers: [ann, cid], timeoutSeconds: 3600 } as const;

  it.each([
    ["a kind less", { ...guarded, when: ["cost"] }, "policy.approval.when"],
    ["nothing asked", { ...guarded, when: [] }, "policy.approval.when"],
    ["a higher limit", { ...guarded, costPerDay: 51 }, "policy.approval.costPerDay"],
    ["another approver", { ...guarded, approvers: [ann, cid, bob] }, "policy.approval.approvers"],
    ["an approver less", { ...guarded, approvers: [ann] }, "policy.approval.approvers"],
    ["anybody as approver", { ...guarded, approvers: [] }, "policy.approval.approvers"],
    ["more time", { ...guarded, timeoutSeconds: 3601 }, "policy.approval.timeout"],
  ] as const)("finds %s", (_what, approval, path) => {
    const looser = loosenings(terms(guarded), terms(approval));
    expect(looser.map((field) => field.path)).toEqual([path]);
    expect(reasonsToKeep(terms(guarded), looser)).toEqual([`${path} of its spec is changed`]);
  });

  it.each([
    ["the same", guarded],
    ["the same in another order", { ...guarded, approvers: [cid, ann] }],
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

  it("is no more than a part of what differs: what is tightened is told, too", () => {
    const stored = terms({ when: ["cost"], costPerDay: 50 });
    const asked = terms({ when: ["always"], costPerDay: 5 }, { protect: true });
    expect(loosenings(stored, asked)).toEqual([]);
    expect(termChanges(stored, asked)).toEqual([
      { path: "policy.protect", from: false, to: true },
      { path: "policy.approval.when", from: ["cost"], to: ["always"] },
      { path: "policy.approval.costPerDay", from: 50, to: 5 },
    ]);
    expect(termChanges(stored, stored)).toEqual([]);
  });
});
