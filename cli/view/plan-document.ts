import * as z from "zod";
import type { RunView } from "../../functions/api.ts";
import { livesSchema, priceSource, standingSchema, unfinishedSchema } from "../../functions/request/answer-schema.ts";
import { stepNames } from "../../plan/step.ts";

const usdPerDay = (meaning: string) => z.number().describe(`${meaning}, in USD a day by list price.`);

const changeSchema = z.strictObject({
  step: z
    .enum([...stepNames, "spec"])
    .describe("The step that makes the change; `spec` for what only the stored spec says."),
  resource: z.string().describe("Full name of the resource."),
  action: z.enum(["create", "update", "replace", "delete", "none"]).describe("What is done to it."),
  fields: z
    .array(
      z.strictObject({
        path: z.string().describe("Path of the field, as in the API."),
        from: z.unknown().optional().describe("What is there; absent when nothing is."),
        to: z.unknown().optional().describe("What is wanted; `unknown` while it does not exist yet."),
      }),
    )
    .describe("Fields that differ."),
  effects: z
    .strictObject({
      dataLoss: z.boolean().describe("Whether rows are lost."),
      downtime: z.boolean().describe("Whether the environment does not answer meanwhile."),
      costPerDay: usdPerDay("What it adds to the cost"),
      expectedSeconds: z.number().nonnegative().describe("How long it takes as a rule."),
    })
    .describe("What the change means to people."),
});

/** What `alloyrun plan --json` answers. */
export const planSchema = z.strictObject({
  run: z.string().describe("Run that made the plan."),
  environment: z.string().describe("Name of the environment."),
  of: z.enum(["up", "rebuild", "down"]).describe("What is planned."),
  level: z
    .enum(["app", "data", "database", "all"])
    .describe("How much a rebuild builds anew; `app` for anything else."),
  changesHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("Hash of the changes and effects: `--plan` carries out exactly these, and refuses any others."),
  planHash: z.string().describe("Hash of the steps and inputs that the spec gives."),
  generations: z
    .strictObject({
      database: z.int().positive().describe("1 for the first database, 2 for the next …"),
      cluster: z.int().positive().describe("1 for the first cluster, 2 for the next …"),
    })
    .describe("What serves afterwards."),
  changes: z.array(changeSchema).describe("In the order of the plan; what stays as it is is left out."),
  effects: z
    .strictObject({
      dataLoss: z.boolean().describe("Whether rows are lost."),
      downtime: z.boolean().describe("Whether the environment does not answer meanwhile."),
      costPerDay: z
        .strictObject({
          before: usdPerDay("Cost before"),
          after: usdPerDay("Cost afterwards"),
          ...priceSource,
        })
        .describe("Requests, traffic and stored rows come on top."),
      expectedSeconds: z.number().nonnegative().describe("The longest chain of steps that change something."),
    })
    .describe("What all changes together mean to people."),
  timeToLiveSeconds: livesSchema.optional(),
  standing: standingSchema.optional(),
  unfinished: unfinishedSchema
    .optional()
    .describe(
      "With `--level app`: a rebuild that has left a second cluster, as far as is known. Nobody has looked whether it stands; it is counted in the cost before and afterwards.",
    ),
  approval: z
    .strictObject({
      needed: z.boolean().describe("Whether somebody must approve it."),
      reasons: z.array(z.string()).describe("Why, each reason in a sentence."),
      approvers: z
        .array(z.string())
        .describe("E-mail addresses of those who may decide; empty when anybody may who did not ask."),
      timeoutSeconds: z
        .number()
        .nonnegative()
        .optional()
        .describe("Seconds that the question stays open; absent when nobody must."),
    })
    .describe("What the policy says about it: the stricter of the stored spec's and this one's."),
  refused: z.string().optional().describe("Why protection refuses it, in a sentence; absent when it does not."),
  command: z.string().describe("The command that carries out exactly this plan."),
});

/** What `alloyrun plan --json` answers. */
export type PlanDocument = z.output<typeof planSchema>;

/**
 * The document of a run that made a plan; undefined when it made none.
 *
 * @param commandOf gives the command that carries it out, without `--plan`
 */
export function toPlanDocument(
  { run, plan, reasonsToAsk = [] }: Pick<RunView, "run" | "plan" | "reasonsToAsk">,
  commandOf: (of: PlanDocument["of"], level: PlanDocument["level"]) => string,
): PlanDocument | undefined {
  if (!plan || plan.action === "plan") return undefined;
  const {
    environment,
    action: of,
    level,
    changesHash,
    planHash,
    generations,
    changes,
    effects,
    timeToLiveSeconds,
    standing,
    unfinished,
    refused,
  } = plan;
  return {
    ...{ run, environment, of, level, changesHash, planHash, generations, effects },
    ...(timeToLiveSeconds !== undefined && { timeToLiveSeconds }),
    ...(standing && { standing: standing.map((each) => ({ ...each })) }),
    ...(unfinished && { unfinished }),
    changes: changes.map((change) => ({ ...change, fields: [...change.fields] })),
    approval: {
      needed: reasonsToAsk.length > 0,
      reasons: [...reasonsToAsk],
      approvers: [...(plan.deciders?.approvers ?? [])],
      timeoutSeconds: plan.deciders?.timeoutSeconds,
    },
    ...(refused !== undefined && { refused }),
    command: `${commandOf(of, level)} --plan ${changesHash}`,
  };
}

/** The JSON Schema (2020-12) of what `alloyrun plan --json` answers. */
export function toPlanJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(planSchema, { io: "output" });
  const description = "What `alloyrun plan --json` answers: what would be done, and what that means.";
  return { $schema, title: "alloyrun plan", description, ...schema };
}
