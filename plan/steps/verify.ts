import { expectedSeconds } from "../../spec/expected.ts";
import type { StepDeclaration } from "../step.ts";

/** What `verify` is told. */
export interface VerifyInput {
  /** Path that is asked under the revision's own URL. */
  readonly path: string;
  readonly expect: { readonly status: number; readonly contains?: string };
}

/** What `verify` gives to later steps. */
export interface VerifyOutput {
  /** `{service}/revisions/{revision}` that was proved. */
  readonly revision: string;
  /** HTTP status of the smoke test. */
  readonly status: number;
  /** First 200 characters of the answer, for people. */
  readonly excerpt: string;
}

/**
 * Proves the revision before it gets traffic: the smoke test against its own URL, and its conditions, which carry the
 * proxy's check that the database answers. Reads only.
 *
 * @see https://cloud.google.com/run/docs/authenticating/service-to-service
 */
export const verifyStep: StepDeclaration<VerifyInput, VerifyOutput> = {
  name: "verify",
  title: "Smoke test of the new revision",
  input: ({ service }) => ({ path: service.smoke.path, expect: service.smoke.expect }),
  needs: ["service"],
  permissions: { project: ["logging.logEntries.list", "run.revisions.get"] },
  expectedSeconds: () => expectedSeconds.verify,
};
