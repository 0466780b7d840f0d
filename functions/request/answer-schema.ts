import * as z from "zod";
import { stepNames } from "../../plan/step.ts";
import type { UnfinishedRebuild } from "../../plan/unfinished.ts";
import type {
  ApprovalView,
  EnvironmentView,
  FailureView,
  FreezeView,
  HolderView,
  Problem,
  RequestAccepted,
  RequestRefused,
  RequestSkipped,
  RunView,
} from "../api.ts";

const time = (meaning: string) => z.iso.datetime({ offset: true }).describe(`${meaning}, by Google's clock.`);
const email = (meaning: string) => z.string().describe(`E-mail address of ${meaning}.`);
const runId = () => z.string().describe("Id of the run, which is also the request's.");
const environmentName = () => z.string().describe("Name of the environment; empty for `sweep` and `check`.");
const actions = z.enum(["up", "rebuild", "down", "plan", "sweep", "check"]);
const level = () => z.enum(["app", "data", "database", "all"]).describe("How much is built anew.");
const hash = (meaning: string) => z.string().describe(`SHA-256 of ${meaning}, in hexadecimal.`);
/** Whose prices an amount is by: fields of the object that has it. */
export const priceSource = {
  pricesOf: z.string().describe("Month of the price table."),
  region: z.string().describe("Region whose list prices these are."),
  standsInFor: z
    .string()
    .optional()
    .describe("Region of the environment, where no prices of its own are known and the others stand in for them."),
};
const seconds = (meaning: string) => z.number().describe(`Seconds that ${meaning} is expected to take.`);

/** Answer to an accepted request. */
export const acceptedSchema = z.strictObject({
  run: runId(),
  environment: environmentName(),
  action: actions.describe("What was asked for."),
  status: z.string().describe("Path of the run's status."),
  execution: z.string().describe("Full name of the execution; empty until it has been started."),
  expectedSeconds: seconds("the whole"),
  costPerDay: z
    .strictObject({
      amount: z.number().describe("USD a day by list price, of what the spec names."),
      ...priceSource,
      uncounted: z
        .number()
        .optional()
        .describe(
          "How many parts that an older spec made are not in the amount: they are billed as well if they still stand, as the run's plan tells (`standing`). Absent when there are none.",
        ),
    })
    .optional()
    .describe("What the environment costs once it is up; with `up` only."),
  approval: z
    .enum(["required", "not-required", "depends"])
    .describe("Whether somebody must approve it; `depends` when only the observed plan tells."),
}) satisfies z.ZodType<RequestAccepted>;

const change = {
  resource: z.string().describe("Full name of the resource."),
  action: z.enum(["create", "update", "replace", "delete", "none"]).describe("What is done to it."),
  fields: z
    .array(
      z.strictObject({
        path: z.string().describe("Path of the field, as in the API."),
        from: z.unknown().optional().describe("What was there."),
        to: z.unknown().optional().describe("What is wanted."),
      }),
    )
    .describe("Fields that differ."),
  effects: z
    .strictObject({
      dataLoss: z.boolean().describe("Whether rows are lost."),
      downtime: z.boolean().describe("Whether the environment does not answer meanwhile."),
      costPerDay: z.number().describe("Difference in USD a day by list price."),
      expectedSeconds: seconds("the change"),
    })
    .describe("What it means to people."),
};

/** How long an environment lives: field of a plan. */
export const livesSchema = z
  .number()
  .describe(
    "Seconds that the environment lives from when the run makes it ready; absent where the run gives it no other end.",
  );

/** What older plans of an environment have left, and what that costs: field of a plan. */
export const standingSchema = z
  .array(
    z.strictObject({
      step: z.enum(stepNames).describe("The step that would remove it."),
      resource: z.string().describe("Full name of the resource."),
      costPerDay: z
        .number()
        .describe(
          "USD a day by list price; part of the cost before and afterwards. 0 of a service that is billed by use.",
        ),
    }),
  )
  .describe(
    "What older plans of the environment made and this one does not name: it is billed until something removes it, as `down` does. Absent when there is none.",
  );

/** A rebuild that has not come to its end. */
export const unfinishedSchema = z.strictObject({
  level: level(),
  overtaken: z
    .literal(true)
    .optional()
    .describe(
      "There when the environment was made ready since: the next run that builds all of it removes what is left.",
    ),
  costPerDay: z
    .number()
    .optional()
    .describe(
      "USD a day, by list price, of a cluster that may stand beside the one that serves; absent when none may.",
    ),
}) satisfies z.ZodType<UnfinishedRebuild>;

/** What a run would do, as observed. */
export const planSchema = z.strictObject({
  environment: environmentName(),
  action: z.enum(["up", "rebuild", "down", "plan"]).describe("What is planned."),
  level: level(),
  planHash: hash("the steps and inputs that the spec gives"),
  generations: z
    .strictObject({
      database: z.number().describe("1 for the first database."),
      cluster: z.number().describe("1 for the first cluster."),
    })
    .describe("What serves afterwards."),
  changes: z
    .array(
      z.strictObject({
        step: z
          .enum([...stepNames, "spec"])
          .describe("The step that makes it; `spec` for what only the stored spec says."),
        ...change,
      }),
    )
    .describe("In the order of the plan; what stays as it is is left out."),
  effects: z
    .strictObject({
      dataLoss: z.boolean().describe("Whether rows are lost."),
      downtime: z.boolean().describe("Whether the environment does not answer meanwhile."),
      costPerDay: z
        .strictObject({
          before: z.number().describe("USD a day before."),
          after: z.number().describe("USD a day afterwards."),
          ...priceSource,
        })
        .describe("By list price; requests, traffic and stored rows come on top."),
      expectedSeconds: seconds("the longest chain of changes"),
    })
    .describe("What all changes together mean to people."),
  timeToLiveSeconds: livesSchema.optional(),
  standing: standingSchema.optional(),
  unfinished: unfinishedSchema
    .optional()
    .describe(
      "With level `app`: a rebuild that has left a second cluster, as far as is known. The run looks at none, so that this is counted in the cost before and afterwards.",
    ),
  reasons: z.array(z.string()).describe("Why somebody must approve it, each reason in a sentence."),
  deciders: z
    .strictObject({
      approvers: z
        .array(z.string())
        .describe("E-mail addresses of those who may decide; empty when anybody may who did not ask."),
      timeoutSeconds: z.number().describe("Seconds that the question stays open."),
    })
    .optional()
    .describe("Who decides; absent when nobody must."),
  refused: z.string().optional().describe("Why protection refuses it, in a sentence; absent when it does not."),
  changesHash: hash("the changes and effects; `plan` of a request carries out exactly these"),
}) satisfies z.ZodType<RunView["plan"]>;

/** How an approval stands. */
export const approvalSchema = z.strictObject({
  id: z.string().describe("Id of the approval."),
  run: runId(),
  environment: environmentName(),
  state: z
    .enum(["pending", "approved", "rejected", "expired", "closed"])
    .describe("How it stands; `closed` when the run that asked has ended, or asks anew."),
  reasons: z.array(z.string()).describe("Why a person is asked, each reason in a sentence."),
  requesters: z.array(z.string()).describe("Those who asked, and may not decide."),
  changesHash: hash("the changes that the decision is about"),
  lifeSeconds: z
    .int()
    .min(0)
    .nullable()
    .optional()
    .describe("Seconds that the environment lives on, should it be approved; null when nobody has set an end."),
  moved: z
    .array(z.string())
    .optional()
    .describe("What moved since the run asked about another plan; absent when it had not asked."),
  expiresAt: time("Until when it can be decided"),
  by: email("who decided").optional(),
  via: z.enum(["link", "api"]).optional().describe("Whether who decided used a link, or called in their own name."),
  reason: z.string().optional().describe("Why it was decided so."),
}) satisfies z.ZodType<ApprovalView>;

/** Who holds an environment. */
export const holderSchema = z.strictObject({
  run: runId(),
  status: z.string().describe("Path of its status."),
  requestedBy: email("who asked for it"),
  why: z.string().describe("What it does."),
  since: time("Since when it holds the environment"),
  expectedSeconds: seconds("its run").optional(),
}) satisfies z.ZodType<HolderView>;

/** Who keeps an environment as it is. */
const freezeViewSchema = z.strictObject({
  reason: z.string().describe("Why."),
  by: email("who froze it"),
  until: time("Until when"),
}) satisfies z.ZodType<FreezeView>;

/** Why a step failed. */
export const failureSchema = z.strictObject({
  step: z.enum([...stepNames, "workflow"]).describe("The step that failed; `workflow` for the run itself."),
  code: z.string().describe("Name of a `google.rpc.Code`."),
  message: z.string().describe("The cause, for people."),
  reason: z.string().optional().describe("One word in capitals that programs read, for example `STALE_PLAN`."),
  evidence: z.array(z.string()).optional().describe("What supports the message, for example lines of a log."),
  holder: holderSchema.optional().describe("With reason `BUSY`: who held the environment."),
}) satisfies z.ZodType<FailureView>;

/** How a step stands. */
export const stepSchema = z.strictObject({
  name: z.enum(stepNames).describe("Name of the step."),
  title: z.string().describe("What it makes sure of."),
  state: z
    .enum(["waiting", "running", "done", "held", "failed", "cancelled"])
    .describe("How it stands; `cancelled` when it was under way as its run was."),
  startedAt: time("When it began").optional(),
  endedAt: time("When it ended").optional(),
  expectedSeconds: seconds("the step"),
  costPerDay: z.number().optional().describe("USD a day by list price of what it keeps running; absent when none."),
  reason: z.string().optional().describe("What it waits for, or why it failed."),
  operation: z.string().optional().describe("Name of the operation that is, or was last, polled."),
  changes: z.array(z.strictObject(change)).optional().describe("What it changed."),
}) satisfies z.ZodType<RunView["steps"][number]>;

/** How a run stands. */
export const runSchema = z.strictObject({
  run: runId(),
  environment: environmentName(),
  action: actions.describe("What was asked for."),
  level: level(),
  state: z
    .enum(["queued", "running", "awaiting-approval", "succeeded", "remaining", "failed", "rejected", "cancelled"])
    .describe("How it stands; `rejected` also when nobody approved it in time."),
  requestedBy: email("who asked"),
  onBehalfOf: email("the person for whom a system asked").optional(),
  joinedBy: z.array(z.string()).optional().describe("E-mail addresses of those whose identical requests joined it."),
  resumedBy: z.array(z.string()).optional().describe("E-mail addresses of those who resumed it, attempt by attempt."),
  ticket: z.string().optional().describe("Number of the ticket that asked."),
  reason: z.string().optional().describe("Why it was asked."),
  hasBegun: z.boolean().describe("Whether it has held the environment, and so may have changed something of it."),
  execution: z.string().describe("Full name of the execution; empty until it has been started."),
  startedAt: time("When it began").optional(),
  endedAt: time("When it ended").optional(),
  readAt: time("When this was read: the base of every elapsed time"),
  expectedSeconds: seconds("the whole"),
  steps: z.array(stepSchema).describe("In the order of the plan."),
  failures: z.array(failureSchema).describe("Why it failed, a failure for each step."),
  remaining: z
    .array(z.strictObject({ step: z.enum(stepNames).describe("The step."), reason: z.string().describe("Why.") }))
    .describe("What a removal left to the sweep."),
  nextTryAt: time("When the sweep tries again to remove what remains").optional(),
  left: z.array(z.string()).optional().describe("What a removal found under our names that is somebody else's."),
  degraded: z.array(z.string()).optional().describe("What stays at Google that nothing of ours can remove."),
  frozen: z.array(z.string()).optional().describe("With a sweep: what a freeze holds, each environment in a sentence."),
  skipped: z.array(z.string()).optional().describe("Why there was nothing to do; of a sweep, by environment."),
  outcome: z
    .enum(["ready", "kept-old", "kept-unproven", "broken"])
    .optional()
    .describe(
      "Of a rebuild: what was built anew serves, what served before does, it answers but does not pass a changed smoke test, or nothing answers as it should.",
    ),
  usualMinutes: z.number().optional().describe("Of a rebuild: minutes that one of its level usually took before."),
  plan: planSchema.optional().describe("What it changes, as observed."),
  approval: approvalSchema.optional().describe("Whom it waits for, or who decided."),
  reasonsToAsk: z.array(z.string()).optional().describe("With a plan: why somebody would have to approve it."),
  queue: z
    .strictObject({
      ahead: z.number().optional().describe("How many runs wait in front."),
      holder: holderSchema.optional().describe("Who holds the environment meanwhile."),
      freeze: freezeViewSchema.optional().describe("The freeze whose end it waits for."),
    })
    .optional()
    .describe("What a queued run waits for."),
  url: z.string().optional().describe("URL of the service, once it has traffic."),
  excerpt: z.string().optional().describe("First lines of what the smoke test read."),
  expiresAt: time("When the environment that it made ready is removed by itself").optional(),
  unfinished: unfinishedSchema
    .optional()
    .describe(
      "A rebuild that is unfinished: of the environment that it made ready, or it itself, rejected when it was to go on.",
    ),
}) satisfies z.ZodType<RunView>;

/** How an environment stands. */
export const environmentSchema = z.strictObject({
  environment: environmentName(),
  runs: z.array(runSchema).describe("The newest twenty, newest first."),
  gone: z
    .literal(true)
    .optional()
    .describe("There when it was removed, and nothing of it stands; its records are kept."),
  url: z.string().optional().describe("URL by which it is used; absent when it is not ready."),
  readyAt: time("Since when it is ready").optional(),
  expiresAt: time("When it is removed by itself").optional(),
  freeze: freezeViewSchema.optional().describe("Who keeps it as it is."),
  holder: holderSchema
    .optional()
    .describe("The run that holds it, and changes it; absent when none does. Others wait for their turn meanwhile."),
  unfinished: unfinishedSchema
    .optional()
    .describe("A rebuild that was begun and has not come to its end: what it has made stands beside what serves."),
  remaining: z.record(z.string(), z.string()).optional().describe("What a removal left to the sweep: reasons by step."),
  unremoved: z
    .record(z.string(), z.string())
    .optional()
    .describe("What failed in the last removal that left something: messages by step. Absent when nothing did."),
  billed: z
    .record(z.string(), z.number())
    .optional()
    .describe("What of it may still be billed: USD a day, by list price, by step. Absent when nothing is."),
  nextTryAt: time("When the sweep tries again").optional(),
}) satisfies z.ZodType<EnvironmentView>;

/** Names of the environments. */
export const environmentsSchema = z.strictObject({
  environments: z.array(z.string()).describe("In alphabetical order."),
});

/** What has expired. */
export const expiriesSchema = z.strictObject({
  due: z
    .array(z.strictObject({ environment: z.string(), expiry: z.number() }))
    .describe("Environments whose time is over; `expiry` in seconds since the epoch, as it was read."),
  untold: z.array(z.string()).describe("Environments whose warning could not be published; it is tried again."),
});

/** A refusal. @see https://www.rfc-editor.org/rfc/rfc9457 */
export const problemSchema = z.strictObject({
  type: z.string().describe("Always `about:blank`."),
  title: z.string().describe("One word in capitals that programs read, or a few words."),
  status: z.number().describe("The HTTP status."),
  detail: z.string().describe("What is wrong and what to do, for people."),
  holder: holderSchema.optional().describe("With 409: the run that holds the environment."),
  freeze: freezeViewSchema.optional().describe("With 409: who has frozen the environment, why and until when."),
  fields: z
    .array(
      z.strictObject({
        field: z.string().describe("Path of the field, with dots."),
        says: z.string().describe("What is wrong with it."),
      }),
    )
    .optional()
    .describe("With a body of which fields are wrong: all of them, up to twenty."),
  issues: z
    .array(
      z.strictObject({
        path: z.string().describe("Where in the spec."),
        line: z.number().describe("Line, from 1."),
        message: z.string().describe("What is wrong."),
        fix: z.string().optional().describe("What to write."),
      }),
    )
    .optional()
    .describe("With an invalid spec: every problem."),
}) satisfies z.ZodType<Problem>;

/** Answer to a scheduled request that is not carried out this time. */
export const skippedSchema = z.strictObject({
  skipped: z.string().describe("Why, in a sentence; the event `rebuild-skipped` tells it."),
}) satisfies z.ZodType<RequestSkipped>;

/** Answer to a message that can never be done. */
export const refusedSchema = z.strictObject({
  refused: problemSchema.describe("Why; the event `request-refused` tells it."),
  messageId: z.string().describe("Id that Pub/Sub gave the message."),
  idempotencyKey: z.string().optional().describe("Its attribute of that name."),
  environment: z.string().optional().describe("The environment that it names."),
  ticket: z.string().optional().describe("The ticket that it names."),
}) satisfies z.ZodType<RequestRefused>;
