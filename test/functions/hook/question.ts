import type { StoredApproval, StoredDigest, StoredRequest } from "../../../functions/entry/stored.ts";

/** Hash of the plan that is asked about. */
export const changesHash = "c".repeat(64);

/** A link for an approver. */
export const linkOf = { approval: "run-1-cccccccccccc", approver: "ann@example.com" };

const now = Date.parse("2026-01-01T00:00:00Z") / 1000;

/** A question that waits for an answer, asked by a ticket system on behalf of a person. */
export const approval: StoredApproval = {
  id: linkOf.approval,
  run: "run-1",
  environment: "staging",
  changesHash,
  reasons: ["rows are lost", "31.50 USD a day is more than 30.00"],
  requesters: ["alloyrun-hook@p.iam.gserviceaccount.com", "eve@example.com"],
  approvers: ["user:ann@example.com"],
  callback: "https://workflowexecutions.googleapis.com/v1/x",
  askedAt: now,
  expiresAt: now + 7 * 86_400,
};

/** What the ticket asked, with a reason that means ill. */
export const request: Partial<StoredRequest> = {
  run: "run-1",
  environment: "staging",
  action: "rebuild",
  requestedBy: "alloyrun-hook@p.iam.gserviceaccount.com",
  onBehalfOf: "eve@example.com",
  resumedBy: ["zoe@example.com"],
  ticket: "CHG0030123",
  reason: "<script>alert(1)</script> the demo",
};

const effects = { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 60 };
const place = "projects/my-project/locations/asia-northeast1";

/** What it comes to. */
export const digest: StoredDigest = {
  environment: "staging",
  action: "rebuild",
  level: "data",
  planHash: "p".repeat(64),
  generations: { database: 2, cluster: 1 },
  reasons: ["rows are lost"],
  changes: [
    {
      step: "seed",
      resource: `${place}/clusters/c/instances/i/databases/mydb_g2`,
      action: "create",
      fields: [],
      effects,
    },
    {
      step: "service",
      resource: `${place}/services/staging`,
      action: "update",
      fields: [{ path: "template.scaling.maxInstanceCount", from: 10, to: "<11>" }],
      effects,
    },
    {
      step: "retire",
      resource: `${place}/clusters/c/instances/i/databases/mydb`,
      action: "delete",
      fields: [],
      effects,
    },
  ],
  effects: {
    dataLoss: true,
    downtime: false,
    costPerDay: { before: 20, after: 31.5, pricesOf: "2025-04", region: "asia-northeast1" },
    expectedSeconds: 700,
  },
  changesHash,
};
