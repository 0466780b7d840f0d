import * as z from "zod";
import { longestFreezeSeconds, shortestLifeSeconds, toSeconds } from "../../spec/duration.ts";
import { environmentNamePattern } from "../../spec/names.ts";
import { duration, text } from "../../spec/scalars.ts";

const environmentName = () => text(environmentNamePattern, "must be the name of an environment", "staging");

const packed = (prefix: "sources" | "seeds") =>
  text(
    new RegExp(`^${prefix}/[0-9a-f]{64}\\.tgz$`),
    `must look like ${prefix}/<sha256>.tgz`,
    `${prefix}/${"0123456789abcdef".repeat(4)}.tgz`,
  );

const hash = () => text(/^[0-9a-f]{64}$/, "must be the hash of an observed plan", "0123456789abcdef".repeat(4));

const words = (longest: number, example: string) =>
  z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(longest, `must have at most ${longest} characters`)
    // They would draw over what an approver is shown.
    .refine((value) => !/(?![\n\r\t])\p{Cc}/u.test(value), "must have no control characters")
    // What follows them would be shown from right to left, and say something else.
    .refine((value) => !/[\u202a-\u202e\u2066-\u2069]/.test(value), "must not turn the direction of writing")
    .meta({ examples: [example] });

/** What is shown within a line, and not in a text of its own. */
const oneLine = (longest: number, example: string) =>
  words(longest, example).refine((value) => !/[\n\r\t\u2028\u2029]/.test(value), "must be one line, without tabs");

const email = () => text(/^[^\s@]{1,64}@[^\s@]{1,255}$/, "must be an e-mail address", "ann@example.com");

/** Body of `POST /v1/requests`. */
export const requestSchema = z
  .strictObject({
    action: z.enum(["up", "rebuild", "down", "plan", "sweep", "check"]).describe("What is wanted."),
    environment: environmentName()
      .optional()
      .describe("Name of the environment; may be left out when `spec` names it."),
    spec: z.string().max(200_000).optional().describe("Text of the environment.yaml. Left out, the stored one counts."),
    folders: z
      .strictObject({ source: packed("sources").optional(), seed: packed("seeds").optional() })
      .optional()
      .describe("Objects in the bucket that hold the packed folders which the spec names."),
    level: z.enum(["app", "data", "database", "all"]).optional().describe("With `rebuild`: how much is built anew."),
    of: z.enum(["up", "rebuild", "down"]).optional().describe("With `plan`: what is planned; `up` when left out."),
    plan: hash()
      .optional()
      .describe("Hash of an observed plan: refused when something has moved since, and what moved is told."),
    onBusy: z
      .enum(["queue", "join", "fail"])
      .optional()
      .describe(
        "What to do while another run holds the environment; `fail` when left out. An identical request joins the open run whatever it says, but not one that a schedule asked for and that has not begun; `join` asks for no more than that.",
      ),
    reason: words(1000, "the demo on Friday").optional().describe("Why it is asked, for the record."),
    ticket: oneLine(100, "CHG0030123").optional().describe("Number of the ticket that asks."),
    timeToLive: duration("72h").optional().describe("How long the environment lives once it is ready; 1h or more."),
    unprotected: z
      .literal(true)
      .optional()
      .describe(
        "With `down`: says that the environment is not protected. Needed where its stored spec can neither be read nor tells; where it tells, this changes nothing.",
      ),
    onBehalfOf: email().optional().describe("Who asked the ticket system. Only the public door may say so."),
    teardown: text(/^\d{1,20}$/, "must be a generation", "1700000000000000")
      .optional()
      .describe("For the sweep."),
    expiry: z.number().nonnegative().optional().describe("For the sweep."),
  })
  .check((context) => {
    for (const [field, message] of misfits(context.value)) {
      context.issues.push({ code: "custom", message, path: [field], input: context.value });
    }
  });

/** Body of `POST /v1/messages`, as Pub/Sub pushes it: `data` is a request's body as JSON, in base64. */
export const messageSchema = z.looseObject({
  message: z.looseObject({
    data: z.string().describe("The body of a request as JSON, in base64."),
    attributes: z
      .record(z.string(), z.string())
      .optional()
      .describe("`idempotencyKey`, if it is not to be the message's id."),
    messageId: z.string().describe("Given by Pub/Sub."),
  }),
  subscription: z.string().optional().describe("Which subscription pushes."),
});

/** Body of `POST /v1/approvals/{id}:approve` and `:reject`. */
export const decisionSchema = z.strictObject({
  reason: words(1000, "not this week").optional().describe("Why; needed to reject."),
  changesHash: hash().optional().describe("The plan that was looked at; another one is refused."),
  by: email().optional().describe("Whose link was used. Only the public door may say so."),
});

/** Body of `POST /v1/environments/{environment}:freeze`. */
export const freezeSchema = z.strictObject({
  reason: words(1000, "the demo on Friday").describe("Why nobody may change the environment."),
  duration: duration("8h")
    .refine((text) => toSeconds(text) <= longestFreezeSeconds, "must be 31d or less: freeze it again when it ends")
    .describe("For how long, 31d or less."),
});

/** Body of `POST /v1/environments/{environment}:extend`. */
export const extendSchema = z.strictObject({
  by: duration("24h").describe(
    "How much longer the environment lives: its end is at most two of its lives from when its life began, or a week if that is longer, however often it is asked.",
  ),
});

/** Bodies of requests that take nothing. */
export const emptySchema = z.strictObject({});

type Wanted = Readonly<Record<string, unknown>>;

/** Fields that do not go together, each with what is wrong. */
function misfits(body: Wanted): readonly (readonly [string, string])[] {
  const { action, environment, spec, level, of } = body;
  const isOfEnvironment = action !== "sweep" && action !== "check";
  const found: (readonly [string, string])[] = [];
  if (isOfEnvironment && environment === undefined && spec === undefined) {
    found.push(["environment", "must be named when no spec is sent"]);
  }
  if (level !== undefined && action !== "rebuild" && of !== "rebuild") {
    found.push(["level", "is only for rebuilds: an up ensures all of it"]);
  }
  if (of !== undefined && action !== "plan") found.push(["of", "is only for action plan"]);
  if (body.plan !== undefined && action !== "up" && action !== "rebuild" && action !== "down") {
    found.push(["plan", "is only for what carries it out"]);
  }
  if (spec !== undefined && action !== "up" && action !== "plan") {
    found.push(["spec", "is only for up and plan: a rebuild takes the stored one"]);
  }
  if (body.folders !== undefined && spec === undefined) {
    found.push(["folders", "are only for a spec that is sent with them: the stored one has its own"]);
  }
  if (!isOfEnvironment && environment !== undefined)
    found.push(["environment", `is not for ${String(action)}: it is about all`]);
  for (const field of ["teardown", "expiry", "unprotected"]) {
    if (body[field] !== undefined && action !== "down") found.push([field, "is only for down"]);
  }
  if (body.timeToLive !== undefined && action !== "up" && (action !== "plan" || (of ?? "up") !== "up")) {
    found.push(["timeToLive", "is only for up, and its plan"]);
  }
  if (typeof body.timeToLive === "string" && toSeconds(body.timeToLive) < shortestLifeSeconds) {
    found.push(["timeToLive", "must be 1h or more: less is shorter than it takes to be built and used"]);
  }
  return found;
}
