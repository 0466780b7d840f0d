import * as z from "zod";
import { planSchema, problemSchema, unfinishedSchema } from "../request/answer-schema.ts";

const text = (meaning: string) => z.string().describe(meaning);
const time = (meaning: string) => z.iso.datetime({ offset: true }).describe(`${meaning}, by Google's clock.`);
const hash = (meaning: string) => z.string().describe(`SHA-256 of ${meaning}, in hexadecimal.`);
const sentences = (meaning: string) => z.array(z.string()).describe(`${meaning}, each in a sentence.`);
const bySteps = (meaning: string) => z.record(z.string(), z.string()).describe(`${meaning}, by step.`);

/** What the events of a run have in common. */
const ofRun = {
  run: text("Id of the run."),
  environment: text("Name of the environment."),
  action: z.enum(["up", "rebuild", "down", "plan"]).describe("What was asked for."),
  ticket: text("Number of the ticket that asked, if one did.").nullish(),
};

/** What events have in common that no run tells. */
const ofEnvironment = { environment: ofRun.environment };

const changesHash = hash("the changes that the run is to make; approvals and `plan` of a request name it");

const planned = {
  changesHash,
  changes: z.int().describe("How many changes; `GET /v1/runs/{run}` lists them."),
  effects: planSchema.shape.effects,
  approvalNeeded: z.boolean().describe("Whether a person must approve it."),
};

const asked = {
  approval: text("Id of the approval."),
  reasons: sentences("Why a person is asked"),
  effects: planSchema.shape.effects,
  changesHash,
  expiresAt: time("Until when it can be decided"),
  links: z
    .array(
      z.strictObject({
        approver: text("E-mail address of who decides by it."),
        url: text("Where this person decides."),
      }),
    )
    .optional()
    .describe("With the public door open, to the webhook of the stored spec alone: never on the topic."),
};

const answered = {
  approval: text("Id of the approval."),
  by: text("E-mail address of who decided; null when nobody did.").nullish(),
  via: z.enum(["link", "api"]).nullish().describe("Whether who decided used a link, or called in their own name."),
  reason: text("Why it was decided so, if that was said.").nullish(),
};

const begun = {
  level: z.enum(["app", "data", "database", "all"]).describe("How much is built anew; of no meaning but for rebuilds."),
  expectedSeconds: z.number().describe("Seconds that the run is expected to take."),
};

const failure = z.strictObject({
  step: z.string().optional().describe("The step, once more."),
  code: z.union([z.string(), z.number()]).optional().describe("Google's canonical code."),
  message: z.string().optional().describe("What was being done, what came back, and what to do."),
  details: z.array(z.record(z.string(), z.unknown())).optional().describe("Google's `google.rpc` details."),
});

const ended = {
  failures: z.record(z.string(), failure).describe("What failed and why, by step; `workflow` for the run itself."),
  remaining: bySteps("What a removal has left, and why"),
  nextTryAt: time("When the sweep tries again to remove what remains").nullish(),
  left: sentences("What a removal found under our names that is somebody else's, and left alone"),
  degraded: sentences("What stays at Google's for good"),
  record: z
    .strictObject({ id: text("Its id in the environment's chain."), sha256: hash("its text") })
    .nullish()
    .describe("The run's record, for `alloyrun audit verify --head`; null when there is none."),
};

const summed = {
  summary: text("What came of a rebuild, for people; with `rebuild` alone, as the three below.").optional(),
  outcome: z
    .enum(["ready", "kept-old", "kept-unproven", "broken"])
    .optional()
    .describe(
      "What was built anew serves, what served before does, it answers but does not pass a changed smoke test, or nothing does; absent when it could not be asked, or another run has overtaken this one.",
    ),
  minutes: z.number().optional().describe("From the run's beginning to its end, waits for approval included."),
  usualMinutes: z
    .number()
    .optional()
    .describe("Median of the last nine of its level that succeeded; absent for the first."),
};

const queued = {
  because: z
    .enum(["busy", "queued", "frozen"])
    .describe("Another run holds the environment, others wait in front, or it is frozen."),
  holder: text("Id of the run that holds it, when that is why.").nullish(),
  ahead: z.number().nullish().describe("How many wait in front, when that is why."),
  frozenUntil: time("When the freeze ends, when that is why").nullish(),
};

const joined = {
  by: text("E-mail address of who asked: the person, where a system asked for one."),
  first: text("Number of the ticket that the run began for, if it was one.").nullish(),
};

const refused = {
  messageId: text("Id that Pub/Sub gave the message."),
  idempotencyKey: text("Its attribute of that name, if it has one.").optional(),
  environment: text("The environment that it names, if that is a name.").optional(),
  ticket: text("The ticket that it names, if it names one.").optional(),
  problem: problemSchema.describe("The problem document: the same as over HTTP."),
};

/**
 * Every type of event, after `dev.alloyrun.`, in the order in which they may come: when it is told, and its `data`. The
 * schemas, the page of reference and the types of those who tell events in TypeScript come from this table; a test holds
 * what the workflow tells to it.
 */
// biome-ignore format: a table
export const eventTypes = {
  "planned":          { when: "It is known what the run will change; anew when something has moved meanwhile.", data: z.strictObject({ ...ofRun, ...planned }) },
  "awaiting-approval":{ when: "A person is asked.", data: z.strictObject({ ...ofRun, ...asked }) },
  "approved":         { when: "A person has approved.", data: z.strictObject({ ...ofRun, ...answered }) },
  "rejected":         { when: "A person has rejected, which ends the run: no other event follows.", data: z.strictObject({ ...ofRun, ...answered }) },
  "approval-expired": { when: "Nobody has decided in time, which ends the run: no other event follows.", data: z.strictObject({ ...ofRun, ...answered }) },
  "queued":           { when: "The run has to wait for its turn, or for the end of a freeze.", data: z.strictObject({ ...ofRun, ...queued }) },
  "joined":           { when: "A request of another ticket asks for just what the run does, and is done by it; what follows names the first ticket.", data: z.strictObject({ ...ofRun, ...joined }) },
  "expired":          { when: "The environment's time is over, and its removal begins for that.", data: z.strictObject(ofRun) },
  "building":         { when: "An `up` or a rebuild begins to work.", data: z.strictObject({ ...ofRun, ...begun }) },
  "removing":         { when: "A removal begins to work.", data: z.strictObject({ ...ofRun, ...begun }) },
  "ready":            { when: "The environment is used from here on; what served before is not retired yet.", data: z.strictObject({ ...ofRun, url: text("Where the environment answers."), readyAt: time("Since when it is ready"), expiresAt: time("When its life ends").nullable(), unfinished: unfinishedSchema.describe("A rebuild before, which the run has left unfinished: what it has made stands beside what serves.").nullish() }) },
  "billing-stopped":  { when: "Nothing is left of it that is billed.", data: z.strictObject(ofRun) },
  "plan-made":        { when: "A run that only plans has ended.", data: z.strictObject({ ...ofRun, ...ended }) },
  "succeeded":        { when: "The run has ended well.", data: z.strictObject({ ...ofRun, ...ended, ...summed }) },
  "failed":           { when: "The run has failed.", data: z.strictObject({ ...ofRun, ...ended, ...summed }) },
  "remaining":        { when: "A removal has ended but for what only Google releases.", data: z.strictObject({ ...ofRun, ...ended }) },
  "gone":             { when: "A removal, or the sweep that went on with it, has left nothing.", data: z.strictObject({ ...ofRun, ...ended }) },
  "cancelled":        { when: "Somebody has cancelled the run, whatever it did or waited for.", data: z.strictObject({ ...ofRun, ...ended, by: text("E-mail address of who cancelled it.") }) },
  "expiring":         { when: "24 h, 2 h and 30 min before its end, as far as it lives so long; as long before the end of a freeze that holds it.", data: z.strictObject({ ...ofEnvironment, run: text("The run that made it ready."), ticket: ofRun.ticket, url: text("Where the environment answers.").optional(), expiresAt: time("When its life ends"), goesDownAt: time("When it goes down: then, or when a freeze that holds it ends"), frozenUntil: time("Until when a freeze holds it beyond its life; absent when none does").optional(), secondsLeft: z.int().min(0).describe("Seconds until it goes down.") }) },
  "rebuild-skipped":  { when: "A schedule has left a rebuild out.", data: z.strictObject({ ...ofEnvironment, run: text("The run that it would have been."), reason: text("Why, in a sentence."), scheduledFor: time("When it was to begin") }) },
  "extended":         { when: "Somebody has given the environment more time.", data: z.strictObject({ ...ofEnvironment, by: text("E-mail address of who did."), until: time("When its life ends from then on") }) },
  "frozen":           { when: "Somebody keeps everybody from changing the environment.", data: z.strictObject({ ...ofEnvironment, by: text("E-mail address of who does."), reason: text("Why."), until: time("Until when") }) },
  "unfrozen":         { when: "Somebody has ended that.", data: z.strictObject({ ...ofEnvironment, by: text("E-mail address of who did.") }) },
  "request-refused":  { when: "A message of the topic `alloyrun-requests` asks for what can never be done, and is not tried again.", data: z.strictObject(refused) },
} as const satisfies Readonly<Record<string, { readonly when: string; readonly data: z.ZodObject }>>;

/** A type of event, without `dev.alloyrun.` */
export type EventType = keyof typeof eventTypes;

/** The `data` of events of a type. */
export type EventData<Type extends EventType> = DeepReadonly<z.infer<(typeof eventTypes)[Type]["data"]>>;

type DeepReadonly<Value> = Value extends object ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> } : Value;
