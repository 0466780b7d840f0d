import { connectLogging, type LoggingClient } from "../../google/clients/logging.ts";
import { connectRunServices, type Revision, type RunServicesClient } from "../../google/clients/run.ts";
import { connectRunSite, type RunSiteClient, type SiteAnswer } from "../../google/clients/run-site.ts";
import { ApiError } from "../../google/error.ts";
import { type ServiceOutput, serviceStep } from "../../plan/steps/service.ts";
import { type VerifyInput, type VerifyOutput, verifyStep } from "../../plan/steps/verify.ts";
import { idOf } from "../../spec/names.ts";
import { done, notYet } from "../answer.ts";
import { explainRevision, readiness, revisionFilter } from "../cloud-run/revision.ts";
import { judge, type Verdict } from "../cloud-run/smoke.ts";
import type { StepResponse } from "../contract.ts";
import { StepError } from "../error.ts";
import { failWith, tailOf } from "../evidence.ts";
import { implementStep, outputOf, type StepContext } from "../step.ts";

interface Clients {
  readonly services: RunServicesClient;
  readonly site: RunSiteClient;
  readonly logging: LoggingClient;
}

/** An answer that takes longer is a failed test: the function that asks has 120 s itself. */
const timeoutSeconds = 60;

/**
 * Proves the new revision: the proxy reached the database, and the application answers as the spec expects. Reads only.
 *
 * @see https://cloud.google.com/run/docs/authenticating/service-to-service
 */
export const verify = implementStep(
  verifyStep,
  { services: connectRunServices, site: connectRunSite, logging: connectLogging },
  {
    plan: async () => [],

    /** Whether what serves, as the service's own observation gives it, answers as the spec expects, or `otherwise`. */
    async observe(input, clients, { outputs }) {
      const { url } = outputs.service ?? {};
      if (typeof url !== "string" || url === "") return { answers: false };
      const answer = await ask(input, { url, tagUrl: url }, clients);
      if (judge(answer, input.expect, Number.POSITIVE_INFINITY).kind === "passed") return { answers: true };
      // An error of the server's is none of the application's answers, or of no use to anybody.
      return { answers: answer.status > 0 && answer.status < 500 ? "otherwise" : false };
    },

    async ensure(input, clients, context) {
      const offered = outputOf(serviceStep, context.outputs);
      const revision = await readRevision(offered, clients);
      const answer = await ask(input, offered, clients);
      const verdict = judge(answer, input.expect, ageOf(revision, offered, context));
      return conclude(verdict, { input, offered, clients, answer });
    },

    remove: async () => done({}),
  },
);

/** The startup probe of the proxy dials the database, so a revision that is ready has reached it. */
async function readRevision(offered: ServiceOutput, { services, logging }: Clients): Promise<Revision> {
  const revision = await services.getRevision(offered.revision);
  if (revision && readiness(revision) === "ready") return revision;
  if (revision) throw await explainRevision(revision, namesOf(offered), logging);
  throw new StepError({
    code: "FAILED_PRECONDITION",
    reason: "REVISION_GONE",
    resource: offered.revision,
    message: `${offered.revision} does not exist any more; run up again`,
  });
}

/**
 * Seconds since the revision was made, by the workflow's clock and Google's timestamp, or since `verify` was let call its
 * service: an older one may have had that taken away.
 */
function ageOf({ createTime }: Revision, { grantedAt = 0 }: ServiceOutput, { run }: StepContext): number {
  return run.now - Math.max(Number(createTime?.seconds ?? 0), grantedAt);
}

/** No answer at all is told like one, so that the test ends instead of being tried for hours. */
async function ask(
  { path }: VerifyInput,
  { url, tagUrl }: Pick<ServiceOutput, "url" | "tagUrl">,
  { site }: Clients,
): Promise<SiteAnswer> {
  try {
    return await site.get({ url: new URL(path, tagUrl).href, audience: url, timeoutSeconds });
  } catch (caught) {
    if (caught instanceof ApiError) return { status: 0, body: caught.text };
    throw caught;
  }
}

async function conclude(
  verdict: Verdict,
  test: {
    readonly input: VerifyInput;
    readonly offered: ServiceOutput;
    readonly clients: Clients;
    readonly answer: SiteAnswer;
  },
): Promise<StepResponse<VerifyOutput>> {
  const { input, offered, answer } = test;
  if (verdict.kind === "passed") {
    return done({ revision: offered.revision, status: answer.status, excerpt: answer.body.slice(0, 200) });
  }
  if (verdict.kind === "early") return notYet({ reason: verdict.because, retryAfterSeconds: 10 });
  const names = namesOf(offered);
  const log = await tailOf(test.clients.logging, { project: names.project, filter: revisionFilter(names), limit: 20 });
  throw failWith([`HTTP status ${answer.status}`, answer.body.slice(0, 500), ...log], {
    code: "FAILED_PRECONDITION",
    reason: "SMOKE_TEST_FAILED",
    resource: offered.revision,
    // The roles that `identity` gave the service's account in this run spread for minutes, as all grants do.
    retryable: (answer.status === 0 || answer.status >= 500) && log.some(isDenial),
    message: `asking ${input.path} of revision ${names.revision}: ${verdict.because}; it gets no traffic. Mend the cause and run up again`,
  });
}

/** Whether a line of the proxy says that Google refused its account something. */
function isDenial(line: string): boolean {
  return /Permission '[\w.]+' denied|PERMISSION_DENIED/.test(line);
}

function namesOf({ service, revision }: ServiceOutput) {
  return { project: service.split("/")[1] ?? "", service: idOf(service), revision: idOf(revision) };
}
