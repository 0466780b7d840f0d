import type { RunView, StepView } from "../../functions/api.ts";

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
    execution: "projects/p/locations/l/workflows/alloyrun-environment/executions/e",
    startedAt: at(0),
    readAt: at(10),
    steps: [],
    failures: [],
    remaining: [],
    ...fields,
  };
}
