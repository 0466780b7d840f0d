import { connectRunServices, type RunServicesClient, type Service } from "../../google/clients/run.ts";
import { connectRunSite, type RunSiteClient, type SiteAnswer } from "../../google/clients/run-site.ts";
import { ApiError } from "../../google/error.ts";
import { editPolicy, type Policy } from "../../google/policy.ts";
import { type TrafficInput, type TrafficOutput, trafficStep } from "../../plan/steps/traffic.ts";
import { verifyStep } from "../../plan/steps/verify.ts";
import { accountEmail, idOf, installationAccountId } from "../../spec/names.ts";
import { done, expecting, notYet, pending } from "../answer.ts";
import { update } from "../changes.ts";
import { withInvokers } from "../cloud-run/invokers.ts";
import { judge } from "../cloud-run/smoke.ts";
import { openedAnnotation, shiftField, soleRevision, wholeTraffic } from "../cloud-run/traffic.ts";
import type { StepResponse } from "../contract.ts";
import { StepError } from "../error.ts";
import { failWith } from "../evidence.ts";
import { implementStep, outputOf, type StepContext } from "../step.ts";
import { unlessDisabled } from "../waiting.ts";

/**
 * Ensures that the verified revision takes all traffic, and that just those who should may call it. Takes about 10
 * seconds.
 *
 * @see https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration
 */
export const traffic = implementStep(
  trafficStep,
  { services: connectRunServices, site: connectRunSite },
  {
    /** Traffic moves with a new revision, which the service's own plan shows; here only the invokers are compared. */
    async plan(input, { services }) {
      const observed = await unlessDisabled(services.getService(input.service));
      if (!observed) return [];
      const policy = await services.getServicePolicy(input.service);
      const wanted = withInvokers(policy, membersOf(input));
      return wanted === policy ? [] : [update(input.service, [invokersField(input)])];
    },

    async ensure(input, { services, site }, context) {
      const { revision } = outputOf(verifyStep, context.outputs);
      const observed = await services.getService(input.service);
      if (!observed) throw gone(input);
      if (soleRevision(observed) !== idOf(revision))
        return shift(idOf(revision), { input, observed, services, context });
      if (await mustAnnounce({ input, observed, services, context })) {
        return announce({ input, observed, services, context });
      }
      const isChanged = await setInvokers(input, services);
      const changes = isChanged ? [update(input.service, [invokersField(input)])] : [];
      const because = await closedBecause({ input, observed, site, context });
      return because === undefined
        ? done({ url: observed.uri ?? "", revision }, changes)
        : notYet({ reason: because, retryAfterSeconds: 10, changes });
    },

    /** Traffic and policy go with the service. */
    remove: async () => done({}),
  },
);

interface Work {
  readonly input: TrafficInput;
  readonly observed: Service;
  readonly services: RunServicesClient;
  readonly context: StepContext;
}

async function shift(revision: string, work: Work): Promise<StepResponse<TrafficOutput>> {
  const { input, observed, services } = work;
  if (observed.reconciling) return notYet({ reason: `${input.service} is changing`, retryAfterSeconds: 5 });
  const operation = await services.patchService(
    { name: input.service, traffic: wholeTraffic(revision), annotations: openedBy(work) },
    ["traffic", "annotations"],
  );
  return pending({
    operations: [expecting(10, operation)],
    reason: `traffic moves to revision ${revision}`,
    changes: [update(input.service, [shiftField(observed, revision)], { expectedSeconds: 10 })],
  });
}

/** Whether the service is about to be opened to everybody, and does not say so yet. */
async function mustAnnounce({ input, observed, services, context }: Work): Promise<boolean> {
  if (!isPublic(input) || observed.annotations?.[openedAnnotation] === context.run.id) return false;
  const policy = await services.getServicePolicy(input.service);
  return withInvokers(policy, membersOf(input)) !== policy;
}

async function announce(work: Work): Promise<StepResponse<TrafficOutput>> {
  const { input, observed, services } = work;
  if (observed.reconciling) return notYet({ reason: `${input.service} is changing`, retryAfterSeconds: 5 });
  const opened = { name: input.service, annotations: openedBy(work) };
  const operation = await services.patchService(opened, ["annotations"]);
  return pending({ operations: [expecting(10, operation)], reason: `${input.service} is about to be opened` });
}

function openedBy({ observed, context }: Work): Readonly<Record<string, string>> {
  return { ...observed.annotations, [openedAnnotation]: context.run.id };
}

async function setInvokers(input: TrafficInput, services: RunServicesClient): Promise<boolean> {
  const access = {
    get: () => services.getServicePolicy(input.service),
    set: (policy: Policy) => services.setServicePolicy(input.service, policy),
  };
  return editPolicy(access, (policy) => withInvokers(policy, membersOf(input)));
}

/** An answer that takes longer is for the smoke test to complain about. */
const timeoutSeconds = 30;

/**
 * Why a public service does not let anybody in yet. A grant takes up to minutes to act, and an environment is ready when
 * its URL answers.
 *
 * @throws StepError FAILED_PRECONDITION, reason `PUBLIC_URL_FAILED`, with what was answered, when waiting does not help
 */
async function closedBecause({
  input,
  observed,
  site,
  context,
}: {
  readonly input: TrafficInput;
  readonly observed: Service;
  readonly site: RunSiteClient;
  readonly context: StepContext;
}): Promise<string | undefined> {
  if (!isPublic(input) || !observed.uri) return undefined;
  const answer = await site
    .getOpenly({ url: new URL(input.path, observed.uri).href, timeoutSeconds })
    .catch((caught: unknown) => noAnswer(caught));
  const { status } = outputOf(verifyStep, context.outputs);
  const ageSeconds = context.run.now - Number(observed.updateTime?.seconds ?? 0);
  const verdict = judge(answer, { status }, ageSeconds);
  if (verdict.kind === "failed") throw closed({ input, observed, answer, because: verdict.because });
  return verdict.kind === "early" ? verdict.because : undefined;
}

function closed({
  input,
  observed,
  answer,
  because,
}: {
  readonly input: TrafficInput;
  readonly observed: Service;
  readonly answer: SiteAnswer;
  readonly because: string;
}): StepError {
  return failWith([`HTTP status ${answer.status}`, answer.body.slice(0, 500)], {
    code: "FAILED_PRECONDITION",
    reason: "PUBLIC_URL_FAILED",
    resource: input.service,
    message: `asking ${input.path} of ${observed.uri} without credentials: ${because}, although it has traffic. Mend the cause and run up again`,
  });
}

function isPublic({ invokers }: TrafficInput): boolean {
  return invokers.includes("allUsers");
}

function noAnswer(caught: unknown): SiteAnswer {
  if (caught instanceof ApiError) return { status: 0, body: caught.text };
  throw caught;
}

/** The account that verifies keeps its right: the next revision is asked by it too. */
function membersOf({ service, invokers }: TrafficInput): readonly string[] {
  const project = service.split("/")[1] ?? "";
  return [...invokers, `serviceAccount:${accountEmail(project, installationAccountId("verify"))}`];
}

function invokersField({ invokers }: TrafficInput) {
  return { path: "roles/run.invoker", to: invokers };
}

function gone({ service }: TrafficInput): StepError {
  return new StepError({
    code: "FAILED_PRECONDITION",
    reason: "SERVICE_GONE",
    resource: service,
    message: `${service} does not exist any more; run up again`,
  });
}
