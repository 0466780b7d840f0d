import type { ApprovalView, RunView, StepView } from "../../functions/api.ts";
import type { Digest, PlanEffects } from "../../plan/digest.ts";

/** Seconds after the beginning of the run, as RFC 3339. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2030, 0, 1) + seconds * 1000).toISOString();
}

/** A step of a run. */
export function step(fields: Partial<StepView>): StepView {
  return { name: "network", title: "VPC network", state: "waiting", expectedSeconds: 45, ...fields };
}

/** A run that has begun and of which nothing else is known. */
export function runView(fields: Partial<RunView> = {}): RunView {
  return {
    run: "run-1",
    environment: "users",
    action: "up",
    level: "app",
    expectedSeconds: 800,
    state: "running",
    requestedBy: "ann@example.com",
    hasBegun: true,
    execution: "projects/p/locations/l/workflows/alloyrun-environment/executions/e",
    startedAt: at(0),
    readAt: at(10),
    steps: [],
    failures: [],
    remaining: [],
    ...fields,
  };
}

/** A plan that creates one network, with some effects. */
export function planView(effects: Partial<PlanEffects> = {}, changes?: Digest["changes"]): Digest {
  const costPerDay = { before: 0, after: 10.21, pricesOf: "2025-04", region: "asia-northeast1" };
  const none = { dataLoss: false, downtime: false, costPerDay: 0, expectedSeconds: 45 };
  return {
    environment: "users",
    action: "up",
    level: "app",
    planHash: "1".repeat(64),
    generations: { database: 1, cluster: 1 },
    changes: changes ?? [
      { step: "network", resource: "projects/p/global/networks/n", action: "create", fields: [], effects: none },
    ],
    effects: { dataLoss: false, downtime: false, costPerDay, expectedSeconds: 840, ...effects },
    reasons: [],
    changesHash: "2".repeat(64),
  };
}

/** An approval that is asked for. */
export function approvalView(fields: Partial<ApprovalView> = {}): ApprovalView {
  return {
    id: "run-1-222222222222",
    run: "run-1",
    environment: "users",
    state: "pending",
    reasons: ["rows are lost"],
    requesters: ["ann@example.com"],
    changesHash: "2".repeat(64),
    expiresAt: at(86_400),
    ...fields,
  };
}
