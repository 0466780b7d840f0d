import { isDeepStrictEqual } from "node:util";
import { connectLogging, type LoggingClient } from "../../google/clients/logging.ts";
import {
  connectRunServices,
  type Revision,
  type RevisionTemplate,
  type RunServicesClient,
  type Service,
} from "../../google/clients/run.ts";
import { editPolicy, type Policy, withGrants } from "../../google/policy.ts";
import type { Change } from "../../plan/change.ts";
import { egressStep } from "../../plan/steps/egress.ts";
import { imageStep } from "../../plan/steps/image.ts";
import { instanceStep } from "../../plan/steps/instance.ts";
import { seedStep } from "../../plan/steps/seed.ts";
import { type ServiceInput, type ServiceOutput, serviceStep } from "../../plan/steps/service.ts";
import { idOf, revisionTag } from "../../spec/names.ts";
import { done, expecting, leave, leftAlone, notYet, pending } from "../answer.ts";
import { sameLabels, update } from "../changes.ts";
import { observeOwn } from "../cloud-run/own-services.ts";
import { creationOfService, planService, removalOfService, updateOfService } from "../cloud-run/plan-service.ts";
import { explainRevision, findRevision, namedTemplate, readiness, secretAttempts } from "../cloud-run/revision.ts";
import { partsOf as partsOfRevision, readServing, rebuildOf } from "../cloud-run/serving.ts";
import { type RevisionParts, toTemplate } from "../cloud-run/template.ts";
import { candidateTraffic, urlOf } from "../cloud-run/traffic.ts";
import type { Pending, StepResponse } from "../contract.ts";
import { refuseFailures } from "../failure.ts";
import { isOwn, refuseForeign } from "../ownership.ts";
import { implementStep, outputOf, type StepContext } from "../step.ts";
import { unlessDisabled, unlessFailed } from "../waiting.ts";

interface Clients {
  readonly services: RunServicesClient;
  readonly logging: LoggingClient;
}

/**
 * Ensures the Cloud Run service with a revision for exactly this content, by tag and without traffic. Takes about 45
 * seconds.
 *
 * @see https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services
 */
export const service = implementStep(
  serviceStep,
  { services: connectRunServices, logging: connectLogging },
  {
    async observe(input, { services }) {
      const observed = await unlessDisabled(services.getService(input.service));
      const serving = await readServing(observed, services);
      const parts = serving && partsOfRevision(serving, input);
      // What serves may do so under a name that an older spec has given.
      const own = (await unlessDisabled(observeOwn(input, services))) ?? [];
      return { ...(parts && { ...parts, url: observed?.uri ?? "" }), ...(own.length > 0 && { own }) };
    },

    async plan(input, { services }, { run }) {
      const observed = await unlessDisabled(services.getService(input.service));
      return planService(input, observed, { serving: await readServing(observed, services), run });
    },

    async ensure(input, clients, context) {
      const observed = await clients.services.getService(input.service);
      if (observed) refuseForeign(observed, input.service, input.ownership);
      const isGranted = observed !== undefined && (await grantVerifier(input, clients.services));
      return ensureRevision({ input, observed, clients, context, isGranted });
    },

    async planRemoval(input, { services }) {
      const observed = await services.getService(input.service);
      return observed && isOwn(observed, input.ownership) ? [removalOfService(input)] : [];
    },

    async remove(input, { services }, { log }) {
      const observed = await services.getService(input.service);
      if (!observed) return done({});
      if (!isOwn(observed, input.ownership)) return leave([leftAlone(input.service, input.ownership)], log);
      return pending({
        operations: [expecting(5, await services.deleteService(input.service))],
        reason: `${input.service} is being deleted`,
        changes: [removalOfService(input)],
      });
    },

    /** A revision that does not become ready is looked at, for it says more than the operation. */
    mends: (_, action) => action === "ensure",

    /** Beyond the revisions that are made while a grant spreads, whose last refusal `findRevision` explains. */
    failureLimit: secretAttempts + 1,
  },
);

interface Work {
  readonly input: ServiceInput;
  readonly observed: Service | undefined;
  readonly clients: Clients;
  readonly context: StepContext;
  /** Whether `verify` was let call it just now. */
  readonly isGranted: boolean;
}

async function ensureRevision(work: Work): Promise<StepResponse<ServiceOutput>> {
  const { input, observed, clients, context } = work;
  const serving = await readServing(observed, clients.services);
  const rebuild = context.run.action === "rebuild" ? context.run.id : rebuildOf(serving);
  const template = toTemplate(input, partsOf(context), rebuild);
  const attempt = await findRevision(input.service, template, { services: clients.services, run: context.run });
  const { id, found } = attempt;
  if (!found || !observed) {
    refuseFailures(context.failures, () => attempt.isRepeated);
    if (context.failures.length > 0) return notYet({ reason: "a secret cannot be read yet", retryAfterSeconds: 20 });
    return deploy({ ...work, serving }, namedTemplate(template, id, context.run), id);
  }
  switch (readiness(found)) {
    case "failed":
      throw await explainRevision(found, { ...namesOf(input), revision: id }, clients.logging);
    case "pending":
      return notYet({ reason: `revision ${id} is starting`, retryAfterSeconds: 5 });
    case "ready":
      return offer(work, observed, found);
  }
}

function partsOf({ outputs }: StepContext): RevisionParts {
  const { instance, applicationVersion } = outputOf(instanceStep, outputs);
  return {
    image: outputOf(imageStep, outputs).image,
    vpcAccess: outputOf(egressStep, outputs).vpcAccess,
    database: outputOf(seedStep, outputs).database,
    instance,
    applicationVersion,
  };
}

/** A service whose revision failed stays behind, so a service that exists is always patched. */
async function deploy(
  work: Work & { readonly serving: Revision | undefined },
  template: RevisionTemplate,
  revision: string,
): Promise<Pending> {
  const { input, observed, clients } = work;
  if (observed?.reconciling) return notYet({ reason: `${input.service} is changing`, retryAfterSeconds: 5 });
  const body: Service = {
    labels: { ...observed?.labels, ...input.ownership.labels },
    ingress: "INGRESS_TRAFFIC_ALL",
    template,
    traffic: candidateTraffic(observed, revision, revisionTag(revision)),
  };
  const operation = observed
    ? await clients.services.patchService({ ...body, name: input.service })
    : await clients.services.createService(input.service, body);
  // Already now, so that the grant spreads while the revision starts; the next ask makes it if this one comes too early.
  if (!observed) await unlessFailed(["NOT_FOUND", "ABORTED"], grantVerifier(input, clients.services));
  return pending({
    operations: [expecting(serviceStep.expectedSeconds(input), operation)],
    reason: `revision ${revision} is starting`,
    changes: [deployment(work, template, revision)],
  });
}

function deployment(
  { input, observed, serving }: Work & { readonly serving: Revision | undefined },
  template: RevisionTemplate,
  revision: string,
): Change {
  if (!observed) return creationOfService(input);
  const before = { path: "template.revision", from: idOf(observed.latestCreatedRevision ?? ""), to: revision };
  return updateOfService(input, { template, present: serving ?? observed.template ?? {}, others: [before] });
}

/** Lets the revision answer under a URL of its own, unless it does already, and the labels be ours. */
async function offer(work: Work, observed: Service, revision: Revision): Promise<StepResponse<ServiceOutput>> {
  const { input, clients, context, isGranted } = work;
  const id = idOf(revision.name ?? "");
  const tagUrl = urlOf(observed, id);
  const { labels } = input.ownership;
  const isLabelled = isDeepStrictEqual(sameLabels(labels, observed.labels), labels);
  if (tagUrl !== undefined && isLabelled) {
    return done({
      service: input.service,
      revision: `${input.service}/revisions/${id}`,
      url: observed.uri ?? "",
      tagUrl,
      ...(isGranted && { grantedAt: context.run.now }),
    });
  }
  if (observed.reconciling) return notYet({ reason: `${input.service} is changing`, retryAfterSeconds: 5 });
  const traffic = tagUrl === undefined ? candidateTraffic(observed, id, revisionTag(id)) : observed.traffic;
  const operation = await clients.services.patchService(
    { name: input.service, labels: { ...observed.labels, ...labels }, traffic },
    ["labels", "traffic"],
  );
  return pending({
    operations: [expecting(10, operation)],
    reason: `revision ${id} gets its tag`,
    changes: [update(input.service, [{ path: "traffic.tag", to: revisionTag(id) }], { expectedSeconds: 10 })],
  });
}

/** A grant takes up to minutes to act, so it is made before the revision is ready. Gives whether it was missing. */
async function grantVerifier(input: ServiceInput, services: RunServicesClient): Promise<boolean> {
  const access = {
    get: () => services.getServicePolicy(input.service),
    set: (policy: Policy) => services.setServicePolicy(input.service, policy),
  };
  const grant = { role: "roles/run.invoker", member: `serviceAccount:${input.verifyAccount}` };
  return editPolicy(access, (policy) => withGrants(policy, [grant]));
}

function namesOf({ service: name }: ServiceInput): { readonly project: string; readonly service: string } {
  return { project: name.split("/")[1] ?? "", service: idOf(name) };
}
