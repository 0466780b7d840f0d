import * as z from "zod";
import { type AnswerName, type Route, routes } from "./entry/request.ts";
import {
  acceptedSchema,
  approvalSchema,
  environmentSchema,
  environmentsSchema,
  expiriesSchema,
  failureSchema,
  holderSchema,
  planSchema,
  problemSchema,
  refusedSchema,
  runSchema,
  skippedSchema,
  stepSchema,
} from "./request/answer-schema.ts";
import { problemType } from "./request/problem.ts";
import { decisionSchema, extendSchema, freezeSchema, messageSchema, requestSchema } from "./request/schema.ts";

const answers: Readonly<Record<AnswerName, z.ZodType>> = {
  Accepted: acceptedSchema,
  Run: runSchema,
  Environment: environmentSchema,
  Environments: environmentsSchema,
  Approval: approvalSchema,
  Expiries: expiriesSchema,
  Refused: refusedSchema,
  Skipped: skippedSchema,
};

/** Parts of answers that have a name of their own. */
const parts = { Plan: planSchema, Step: stepSchema, Holder: holderSchema, Failure: failureSchema };

const bodies = {
  Request: requestSchema,
  Decision: decisionSchema,
  Freeze: freezeSchema,
  Extend: extendSchema,
  Message: messageSchema,
};

/** When each refusal is given. */
const refusals: Readonly<Record<number, string>> = {
  400: "The request, the spec or the moment is wrong; nothing was touched.",
  401: "The caller brings no identity. Who brings no token, or one that has expired, is answered by Google before alloyrun is reached, with a page (text/html) and no problem document.",
  403: "The caller may not do this. Who brings no token at all, or has not roles/run.invoker, is answered by Google before alloyrun is reached, with a page (text/html) and no problem document.",
  404: "There is no such thing.",
  405: "The path is not asked by this method, only by those in `Allow`.",
  410: "The environment was removed, and nothing of it stands.",
  409: "Another run holds the environment or somebody has frozen it, the key was used for another request, or the approval is decided, expired, about another plan, or not waited for any more.",
  413: "The body is longer than 32 MiB.",
  415: "The body is of another content type than application/json.",
  500: "alloyrun failed.",
  503: "Google Cloud, or another writer, is in the way: try again. `OWN_ACCOUNT_REFUSED`: alloyrun's own account lacks a permission, or was granted it minutes ago; `alloyrun doctor` finds which.",
};

/** What each path parameter is. */
const placeholders: Readonly<Record<string, string>> = {
  request: "Id of the request, which is also its run's.",
  run: "Id of the run.",
  environment: "Name of the environment.",
  approval: "Id of the approval.",
};

/** The OpenAPI 3.1 description of the request function, from its routes and the schemas by which it checks what it gets. */
export function toOpenApi(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: toOperation(route) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "alloyrun",
      version: "1",
      description:
        "Asks for environments, follows runs and decides about approvals. The function is private: Google's invoker check comes first.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [
      {
        url: "https://alloyrun-request-{projectNumber}.{region}.run.app",
        variables: { projectNumber: { default: "123456789012" }, region: { default: "asia-northeast1" } },
      },
    ],
    security: [{ googleIdentity: [] }],
    paths,
    components: {
      securitySchemes: {
        googleIdentity: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "An ID token of Google's whose audience is the function's URL; its e-mail address is who asks.",
        },
      },
      schemas: toSchemas(),
      responses: Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [
          `Problem${status}`,
          { description, content: { [problemType]: { schema: { $ref: "#/components/schemas/Problem" } } } },
        ]),
      ),
    },
  };
}

function toOperation(route: Route): object {
  const { method, path, id, summary, status, answers: name, orAnswers, body, isKeyed, refuses } = route;
  const named = Object.entries(bodies).find(([, schema]) => schema === body)?.[0];
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = ""]) => ({
    ...{ name: parameter, in: "path", required: true, description: placeholders[parameter] },
    schema: { type: "string" },
  }));
  const inAddress = body === requestSchema ? [onBusy] : [];
  const parameters = [...inPath, ...(isKeyed ? [idempotencyKey] : []), ...inAddress];
  const refused = [...refuses, ...refusedAnywhere, ...(method === "POST" ? refusedBodies : [])];
  return {
    operationId: id,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(named && { requestBody: { required: true, content: json(named) } }),
    responses: {
      [status]: { description: status === 202 ? "Accepted." : "As it stands now.", content: json(name) },
      ...(orAnswers && { 200: { description: orAnswers.when, content: json(orAnswers.name) } }),
      ...Object.fromEntries(refused.map((each) => [String(each), { $ref: `#/components/responses/Problem${each}` }])),
    },
  };
}

/** What any path may be refused with: it, or what comes with it, cannot be read, or is asked by another method. */
const refusedAnywhere = [400, 405];

/** What a body is refused with before anybody looks at what it says. */
const refusedBodies = [413, 415];

const idempotencyKey = {
  ...{ name: "Idempotency-Key", in: "header", required: false },
  description:
    "The same key of the same caller counts once, however often it is sent, and gets the same run; another body under it is refused, and so is an empty one.",
  schema: { type: "string", minLength: 1 },
};

const onBusy = {
  ...{ name: "onBusy", in: "query", required: false },
  description: "The same as in the body, for those who cannot change that.",
  schema: { enum: requestSchema.shape.onBusy.unwrap().options },
};

function json(name: string): object {
  return { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } };
}

/** Each schema by its name; where one is part of another, the other refers to it. */
function toSchemas(): object {
  const registry = z.registry<{ readonly id: string }>();
  const named = { ...bodies, ...answers, ...parts, Problem: problemSchema };
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: "input",
    uri: (id) => `#/components/schemas/${id}`,
    override({ jsonSchema }) {
      // The format says it, and readers need no pattern of three lines.
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [
      name,
      Object.hasOwn(bodies, name) ? schema : opened(schema),
    ]),
  );
}

/** Answers may say more one day; only what is sent to us has no unknown keys. */
function opened(schema: object): unknown {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === "additionalProperties" && value === false ? undefined : value,
  );
}
