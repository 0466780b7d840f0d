import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { routes } from "../../functions/entry/request.ts";
import { toOpenApi } from "../../functions/openapi.ts";
import { accept } from "../../functions/request/accept.ts";
import { acceptedSchema, environmentSchema, problemSchema, runSchema } from "../../functions/request/answer-schema.ts";
import { freeze } from "../../functions/request/change-environment.ts";
import { viewEnvironment } from "../../functions/request/environments.ts";
import { toProblem } from "../../functions/request/problem.ts";
import { viewRun } from "../../functions/request/run-view.ts";
import { parseSpec } from "../../spec/load.ts";
import { exampleText } from "../spec/example.ts";
import { createTestInstallation, folders, hold, requestWith, type TestInstallation } from "./request/context.ts";

const written = JSON.parse(JSON.stringify(toOpenApi()));

describe("toOpenApi", () => {
  it("is what the published file contains", () => {
    expect(JSON.parse(readFileSync("docs/openapi.json", "utf8"))).toEqual(written);
  });

  it("describes every route once, under an id of its own", () => {
    const described = Object.entries<object>(written.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort());
    expect(new Set(routes.map(({ id }) => id)).size).toBe(routes.length);
  });

  it("refers to nothing that is not there", () => {
    const references = [...JSON.stringify(written).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(50);
    const dangling = references.filter(([, kind = "", name = ""]) => written.components[kind]?.[name] === undefined);
    expect(dangling.map(([reference]) => reference)).toEqual([]);
  });

  it("names a body wherever one is checked, and a problem document for every refusal", () => {
    for (const { method, path, body, refuses } of routes) {
      const operation = written.paths[path][method.toLowerCase()];
      expect([path, operation.requestBody !== undefined]).toEqual([path, body !== undefined]);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(refuses.map(String)));
    }
    for (const { content } of Object.values<{ content: object }>(written.components.responses)) {
      expect(Object.keys(content)).toEqual(["application/problem+json"]);
    }
  });

  it("tells of a schedule that is left out", () => {
    const { responses } = written.paths["/v1/requests"].post;
    expect(responses[200].content["application/json"].schema).toEqual({ $ref: "#/components/schemas/Skipped" });
    expect(written.components.schemas.Skipped.required).toEqual(["skipped"]);
  });

  it("is strict about what is sent, and open about what is answered", () => {
    const { Request, Run } = written.components.schemas;
    expect([Request.additionalProperties, Run.additionalProperties]).toEqual([false, undefined]);
  });
});

/** What goes over the wire. */
function sent(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe("what is answered", () => {
  let here: TestInstallation;
  let run: string;

  beforeAll(async () => {
    here = createTestInstallation();
    const accepted = await accept(requestWith({ action: "up", spec: exampleText, folders }), here.clients);
    acceptedSchema.parse(sent(accepted));
    run = accepted.run;
    await hold(here, accepted);
  });

  it("is a run as it is described", async () => {
    here.entries.push({
      jsonPayload: { alloyrun: "step", run, step: "network", state: "failed", at: 5, detail: { code: "INTERNAL" } },
    });
    const view = sent(await viewRun(run, here.clients));
    expect(runSchema.parse(view)).toEqual(view);
  });

  it("is an environment as it is described", async () => {
    await freeze("users", { body: { reason: "demo", duration: "8h" }, by: "ann@example.com", key: "k" }, here.clients);
    const view = sent(await viewEnvironment("users", here.clients));
    expect(environmentSchema.parse(view)).toEqual(view);
    expect(view).toMatchObject({ freeze: { reason: "demo" }, runs: [{ run }] });
  });

  it("is a problem as it is described", () => {
    const wrong = [() => parseSpec("kind: Thing\n"), () => JSON.parse("{")];
    for (const attempt of wrong) {
      const problem = sent(toProblem(caughtOf(attempt)));
      expect(problemSchema.parse(problem)).toEqual(problem);
    }
    expect.assertions(wrong.length);
  });
});

function caughtOf(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (caught) {
    return caught;
  }
}
