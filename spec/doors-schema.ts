import * as z from "zod";
import { duration, resourceId, text } from "./scalars.ts";

const hookSecretSchema = z.strictObject({
  secret: text(
    /^alloyrun-hook-[A-Za-z0-9_-]{1,240}$/,
    "must be the id of a secret that begins with alloyrun-hook-",
    "alloyrun-hook-tickets",
  ).describe(
    "Its id, which begins with `alloyrun-hook-` and does not end with `-admin-password` or `-application-password`: no other secret is readable for webhooks.",
  ),
  version: z
    .int()
    .min(1)
    .meta({ examples: [1] })
    .describe("Number of its version."),
});

/** Whom an environment's events are told. */
export const notifySchema = z.strictObject({
  webhook: z
    .strictObject({
      url: text(
        /^https:\/\/[^\s/?#@\\]+(\/[^\s#]*)?$/,
        "must be an https address without login and fragment",
        "https://tickets.example.com/alloyrun",
      ).describe("Where each event is posted, in order and again until it is taken."),
      secret: hookSecretSchema.describe("Secret that signs each event, so that the receiver knows whose it is."),
    })
    .optional()
    .describe("Gets every event of the environment as a CloudEvent. Left out: none."),
});

const pointer = (example: string) =>
  text(/^(\/([^~/]|~[01])*)+$/, `must be a JSON pointer such as ${example}`, example);

const actions = z.enum(["up", "rebuild", "down", "plan"]);
const levels = z.enum(["app", "data", "database", "all"]);
const onBusy = z.enum(["queue", "join", "fail"]);

/** A webhook by which a ticket system asks for an environment. */
export const ticketSchema = z.strictObject({
  name: resourceId(30, "open").describe("Last part of its address, `/v1/hooks/<environment>/<name>`."),
  secret: hookSecretSchema.describe("Secret that the ticket system signs with."),
  key: pointer("/number").describe(
    "Where a payload has the ticket's number. One number asks once, however often it comes.",
  ),
  fields: z
    .strictObject({
      action: pointer("/action").optional().describe("Where a payload says what is wanted."),
      level: pointer("/level").optional().describe("Where it says how much is built anew."),
      reason: pointer("/short_description").optional().describe("Where it says why."),
      timeToLive: pointer("/lifetime").optional().describe("Where it says how long the environment lives, as `72h`."),
      onBusy: pointer("/on_busy").optional().describe("Where it says what to do while another run is under way."),
      requestedBy: pointer("/requested_for/email")
        .optional()
        .describe("Where it has the primary e-mail address of who asks, who may then not approve it."),
    })
    .prefault({})
    .describe("Where a payload has what is asked. What is not there, or empty, is not asked."),
  values: z
    .strictObject({
      action: actions.optional().describe("What is wanted, whatever the payload says."),
      level: levels.optional().describe("How much is built anew."),
      reason: z.string().min(1).max(1000).optional().describe("Why."),
      timeToLive: duration("72h").optional().describe("How long the environment lives."),
      onBusy: onBusy.optional().describe("What to do while another run is under way."),
    })
    .prefault({})
    .describe("What is asked the same by every ticket."),
});
