import * as z from "zod";
import { eventTypes } from "./catalogue.ts";

/** An event of a type, as it lies on the topic and comes to webhooks. */
function eventOf([type, { when, data }]: readonly [string, (typeof eventTypes)[keyof typeof eventTypes]]) {
  return z
    .strictObject({
      specversion: z.literal("1.0").describe("Version of CloudEvents."),
      id: z.string().describe("The same whenever the event comes again, and no other event's."),
      source: z.string().describe("`//alloyrun/projects/<project>/environments/<environment>`."),
      type: z.literal(`dev.alloyrun.${type}`),
      subject: z.string().optional().describe("Name of the environment."),
      time: z.iso.datetime({ offset: true }).describe("When it happened, by Google's clock."),
      datacontenttype: z.literal("application/json"),
      data,
    })
    .describe(when);
}

/** Every event of alloyrun, strictly: whatever else is told is a mistake. */
export const eventSchema: z.ZodUnion<readonly ReturnType<typeof eventOf>[]> = z.union(
  Object.entries(eventTypes).map(eventOf),
);

/** The JSON Schema of events, for those who take them. They may say more one day, so unknown fields are no error there. */
export function toEventJsonSchema(): object {
  const schema = z.toJSONSchema(eventSchema, {
    io: "output",
    override({ jsonSchema }) {
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  const title = "Events of alloyrun";
  return { ...schema, title };
}
