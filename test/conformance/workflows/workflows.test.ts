import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import type { HttpRequest } from "../../../local/http.ts";
import { runAlone } from "../../../local/workflows/alone/run-alone.ts";
import { buildProgram } from "../../../local/workflows/build.ts";
import { choices } from "../../../local/workflows/choices.ts";
import { loadConnectors } from "../../../local/workflows/connectors/connectors.ts";
import { connectorParameters } from "../../../local/workflows/connectors/parameters.ts";
import { DefinitionError } from "../../../local/workflows/definition-error.ts";
import { faultTags } from "../../../local/workflows/fault.ts";
import { standardLibrary } from "../../../local/workflows/stdlib/library.ts";
import { parseJson, stringifyJson } from "../../../local/workflows/value/json.ts";
import { isMap } from "../../../local/workflows/value/value.ts";
import { type ConformanceCase, caseFiles, type ExpectedRequest, readCases } from "./read-cases.ts";

const files = caseFiles().map((file) => ({ file, cases: readCases(file) }));

/** Every rule of the language that must have a case, by section; see `rows.yaml`. */
const sections: Readonly<Record<string, Readonly<Record<string, string>>>> = parse(
  readFileSync(new URL("rows.yaml", import.meta.url), "utf8"),
);

/** Rules that another test shows: its file and its name. */
const elsewhere: Readonly<Record<string, readonly [file: string, name: string]>> = parse(
  readFileSync(new URL("elsewhere.yaml", import.meta.url), "utf8"),
);

describe.each(files)("$file", ({ cases }) => {
  it.each(cases.map((conformanceCase) => [`${conformanceCase.row}: ${conformanceCase.name}`, conformanceCase]))(
    "%s",
    async (_, conformanceCase) => {
      if (typeof conformanceCase === "string") throw new Error("a case has a name and a body");
      if (conformanceCase.expect.refusal) checkRefusal(conformanceCase);
      else await checkRun(conformanceCase);
    },
  );
});

describe("the conformance suite", () => {
  const all = files.flatMap(({ cases }) => cases);

  it("has at least 400 cases, each with an expectation and a name of its own", () => {
    expect(all.length).toBeGreaterThanOrEqual(400);
    const vague = all.filter(({ expect: e }) => !(e.result || e.error || e.refusal));
    expect(vague.map(({ name }) => name)).toEqual([]);
    const names = all.map(({ row, name }) => `${row}: ${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("has a case for every row of the reference, every library function and every choice, and for nothing else", () => {
    const rows = Object.entries(sections).flatMap(([section, ids]) => Object.keys(ids).map((id) => `${section}.${id}`));
    const functions = [...standardLibrary.keys()].map((name) => `5.${name}`);
    const chosen = choices.map(({ id }) => `choice.${id}`);
    const wanted = [...rows, ...functions, ...chosen];
    const present = new Set(all.map(({ row }) => row));
    expect(wanted.filter((row) => !present.has(row))).toEqual([]);
    expect([...present].filter((row) => !wanted.includes(row))).toEqual([]);
  });
});

describe("the rows", () => {
  it("have every kind of error, and all that a connector can be told", () => {
    const rows = (section: string) => Object.keys(sections[section] ?? {}).map((id) => `${section}.${id}`);
    const present = [...rows("8"), ...rows("9"), ...Object.keys(elsewhere)];
    const errors = Object.keys(faultTags).map((tag) => `8.${tag}`);
    const parameters = [...connectorParameters].map((name) => `9.${name}`);
    expect([...errors, ...parameters].filter((row) => !present.includes(row))).toEqual([]);
  });

  it.each(Object.entries(elsewhere))("have a test for %s", (_, [file, name]) => {
    expect(readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8")).toContain(`("${name}"`);
  });
});

function checkRefusal({ definition, expect: { refusal } }: ConformanceCase): void {
  let refused: unknown;
  try {
    buildProgram(definition, loadConnectors());
  } catch (caught) {
    refused = caught;
  }
  if (!(refused instanceof DefinitionError)) throw refused ?? new Error("the definition builds");
  expect(refused.message).toContain(refusal?.text);
  if (refusal?.line !== undefined) expect(refused.position?.line).toBe(refusal.line);
  if (refusal?.column !== undefined) expect(refused.position?.column).toBe(refusal.column);
}

async function checkRun({ definition, args, stubs, expect: wanted }: ConformanceCase): Promise<void> {
  const run = await runAlone({ program: buildProgram(definition, loadConnectors()), argument: args, stubs });
  expect(run.unanswered?.url.href).toBeUndefined();
  if (wanted.result) {
    expect(run.outcome).toEqual({ state: "SUCCEEDED", result: stringifyJson(wanted.result.value) });
  }
  if (wanted.error) checkError(run.outcome, wanted.error);
  if (wanted.seconds !== undefined) expect((run.endMs - run.startMs) / 1000).toBeCloseTo(wanted.seconds, 6);
  if (wanted.log !== undefined) {
    const log = run.log.map(
      ({ severity, data }) =>
        new Map([
          ["severity", severity],
          ["data", data],
        ] as const),
    );
    expect(stringifyJson(log)).toBe(stringifyJson(wanted.log));
  }
  if (wanted.requests) {
    expect(run.requests.length).toBe(wanted.requests.length);
    for (const [index, request] of wanted.requests.entries()) checkRequest(run.requests[index], request);
  }
}

function checkError(
  outcome: Awaited<ReturnType<typeof runAlone>>["outcome"],
  wanted: NonNullable<ConformanceCase["expect"]["error"]>,
): void {
  if (outcome.state !== "FAILED") throw new Error(`did not fail: ${JSON.stringify(outcome)}`);
  const payload = parseJson(outcome.error.payload);
  if (wanted.tags !== undefined) expect(isMap(payload) && payload.get("tags")).toEqual(wanted.tags);
  if (wanted.payload !== undefined) expect(outcome.error.payload).toBe(stringifyJson(wanted.payload));
  if (wanted.text !== undefined) expect(outcome.error.context).toContain(wanted.text);
}

function checkRequest(request: HttpRequest | undefined, wanted: ExpectedRequest): void {
  if (!request) throw new Error("there is no such request");
  if (wanted.method !== undefined) expect(request.method).toBe(wanted.method);
  if (wanted.url !== undefined) expect(request.url.href).toBe(wanted.url);
  if (wanted.body !== undefined) expect(request.body.toString("utf8")).toBe(wanted.body);
  if (wanted.headers !== undefined && isMap(wanted.headers)) {
    for (const [name, value] of wanted.headers) expect([name, request.headers[name] ?? null]).toEqual([name, value]);
  }
}
