import type { SiteAnswer } from "../../google/clients/run-site.ts";
import type { VerifyInput } from "../../plan/steps/verify.ts";

/** What an answer means. */
export type Verdict =
  | { readonly kind: "passed" }
  /** Not as expected, but for a reason that passes within minutes of the revision's creation. */
  | { readonly kind: "early"; readonly because: string }
  | { readonly kind: "failed"; readonly because: string };

/** The longest that a grant of `roles/run.invoker` may take to act. */
const grantSeconds = 600;

/** The longest that a new tag's URL may take to be known everywhere. */
const routeSeconds = 120;

/** Judges the answer of a smoke test; `ageSeconds` is the age of the revision that answered. */
export function judge(answer: SiteAnswer, expect: VerifyInput["expect"], ageSeconds: number): Verdict {
  if (answer.status !== expect.status) return judgeStatus(answer.status, expect.status, ageSeconds);
  if (expect.contains === undefined || answer.body.includes(expect.contains)) return { kind: "passed" };
  return { kind: "failed", because: `the answer does not contain ${JSON.stringify(expect.contains)}` };
}

function judgeStatus(status: number, expected: number, ageSeconds: number): Verdict {
  if ((status === 403 || status === 401) && ageSeconds < grantSeconds) {
    return { kind: "early", because: "the right to call the service is not in effect yet" };
  }
  if ((status === 404 || status === 0) && ageSeconds < routeSeconds) {
    return { kind: "early", because: "the revision's URL is not known everywhere yet" };
  }
  const got = status === 0 ? "it gave no answer" : `it answered ${status}`;
  return { kind: "failed", because: `${got} where ${expected} was expected` };
}
