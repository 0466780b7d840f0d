import { describe, expect, it } from "@jest/globals";
import { exitCodes } from "../../cli/exit-code.ts";
import { explain } from "../../cli/explain.ts";
import { ProblemError } from "../../cli/request-client.ts";
import type { Problem } from "../../functions/api.ts";
import type { Code } from "../../google/code.ts";
import { ApiError } from "../../google/error.ts";
import { OperationError } from "../../google/operation.ts";

function explained(caught: unknown): { text: string; exitCode: number } {
  let text = "";
  const exitCode = explain(caught, { write: (part) => (text += part) });
  return { text, exitCode };
}

const place = { project: "my-project", region: "us-central1" };

function problem(fields: Partial<Problem>): ProblemError {
  return new ProblemError({ type: "about:blank", title: "Refused", status: 400, detail: "it is so", ...fields }, place);
}

function apiError(code: Code): ApiError {
  return new ApiError({ method: "alloydb.clusters.create", resource: "projects/p/c", code, text: "said Google" });
}

describe("explain", () => {
  it.each([
    [400, exitCodes.invalid],
    [401, exitCodes.unavailable],
    [403, exitCodes.unavailable],
    [404, exitCodes.unavailable],
    [409, exitCodes.busy],
    [422, exitCodes.invalid],
    [500, exitCodes.failed],
    [503, exitCodes.failed],
  ])("ends with the code of a problem of status %d", (status, exitCode) => {
    expect(explained(problem({ status }))).toEqual({ text: "Refused: it is so\n", exitCode });
  });

  it("says how an API that is off is turned on", () => {
    const off = {
      method: "cloudresourcemanager.projects.get",
      resource: "projects/p",
      code: "PERMISSION_DENIED",
    } as const;
    expect(explained(new ApiError({ ...off, text: "said Google", reason: "SERVICE_DISABLED" })).text).toContain(
      "\n  gcloud services enable cloudresourcemanager.googleapis.com --project=p\n",
    );
  });

  it.each([
    ["UNKNOWN_ENVIRONMENT", 404],
    ["UNKNOWN_RUN", 404],
    ["UNKNOWN_APPROVAL", 404],
    ["NOT_BUILT", 404],
    ["GONE", 410],
  ])("tells %s from an installation that is not there", (title, status) => {
    expect(explained(problem({ title, status }))).toEqual({
      text: `${title}: it is so\n`,
      exitCode: exitCodes.unknown,
    });
  });

  it("says who holds the environment, why, since when, how long it takes, and what to do", () => {
    const holder = {
      ...{ run: "run-0", status: "/v1/runs/run-0", requestedBy: "bob@example.com", why: "up" },
      ...{ since: "2030-01-01T06:00:00.000Z", expectedSeconds: 840 },
    };
    expect(explained(problem({ status: 409, title: "BUSY", holder }))).toEqual({
      text: [
        "BUSY: it is so",
        "  held by run-0: up, asked by bob@example.com",
        "  since 2030-01-01 06:00 UTC, expected to take 14 min",
        "Ask again with --on-busy queue, or follow it:",
        "  alloyrun watch run-0 --project my-project --region us-central1",
        "",
      ].join("\n"),
      exitCode: exitCodes.busy,
    });
  });

  it("tells a freeze from a wrong request", () => {
    expect(explained(problem({ status: 409, title: "FROZEN" })).exitCode).toBe(exitCodes.busy);
    // So answers an installation of before 409 was told.
    expect(explained(problem({ status: 400, title: "FROZEN" })).exitCode).toBe(exitCodes.busy);
    expect(explained(problem({ status: 409, title: "ALREADY_DECIDED" })).exitCode).toBe(exitCodes.invalid);
  });

  it("sends whoever meets an account of alloyrun's that lacks something to the doctor", () => {
    expect(explained(problem({ status: 503, title: "OWN_ACCOUNT_REFUSED" }))).toEqual({
      text: [
        "OWN_ACCOUNT_REFUSED: it is so",
        "What it lacks, and the command that gives it:",
        "  alloyrun doctor --project my-project --region us-central1",
        "",
      ].join("\n"),
      exitCode: exitCodes.failed,
    });
  });

  it("lists every problem of a refused spec once, with line and fix", () => {
    const issues = [
      { path: "spec.region", line: 6, message: "is no region", fix: "write asia-northeast1" },
      { path: "spec.project", line: 5, message: "is missing" },
    ];
    const detail =
      "the spec has 2 problems:\n6:3 spec.region is no region: write asia-northeast1\n5:3 spec.project is missing";
    expect(explained(problem({ title: "Invalid spec", detail, issues })).text.split("\n")).toEqual([
      "Invalid spec: the spec has 2 problems:",
      "  line 6, spec.region: is no region — write asia-northeast1",
      "  line 5, spec.project: is missing",
      "",
    ]);
  });

  it.each([
    ["UNAUTHENTICATED", /gcloud auth application-default login/],
    ["PERMISSION_DENIED", /lacks this permission/],
    ["UNAVAILABLE", /cannot be reached from here/],
  ] as const)("advises what to do about %s", (code, advice) => {
    const { text, exitCode } = explained(apiError(code));
    expect(exitCode).toBe(exitCodes.unavailable);
    expect(text).toContain(`alloydb.clusters.create projects/p/c: ${code}: said Google`);
    expect(text).toMatch(advice);
  });

  it("tells who may not bring folders into the bucket where the commands are that let them", () => {
    const at = { method: "storage.objects.insert", resource: "gs://b/seeds/1.tgz", text: "said Google" };
    const { text, exitCode } = explained(new ApiError({ ...at, code: "PERMISSION_DENIED" }));
    expect([text, exitCode]).toEqual([expect.stringContaining("docs/doors.md (People)"), exitCodes.unavailable]);
  });

  it("gives any other refusal of Google's as it is", () => {
    expect(explained(apiError("RESOURCE_EXHAUSTED"))).toEqual({
      text: "alloydb.clusters.create projects/p/c: RESOURCE_EXHAUSTED: said Google\n",
      exitCode: exitCodes.failed,
    });
  });

  it("names the operation that failed", () => {
    const { text, exitCode } = explained(
      new OperationError({ operation: "operations/7", code: "INTERNAL", text: "broke" }),
    );
    expect(text).toContain("operations/7");
    expect(exitCode).toBe(exitCodes.failed);
  });

  it("adds the causes of an error that says nothing itself, each once", () => {
    const refused = new Error("connect ECONNREFUSED 127.0.0.1:9");
    const cause = new Error("fetch failed", { cause: refused });
    expect(explained(new Error("reading: fetch failed", { cause })).text).toBe(
      "reading: fetch failed: connect ECONNREFUSED 127.0.0.1:9\n",
    );
  });

  it("shows no stack, whatever was thrown", () => {
    expect(explained(new TypeError("x is not a function")).text).toBe("x is not a function\n");
    expect(explained("only a text")).toEqual({ text: "only a text\n", exitCode: exitCodes.failed });
  });
});
