import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { createFolderReader } from "../cli/folders.ts";
import { makePlan, type Plan } from "../plan/plan.ts";
import { loadSpec } from "../spec/load.ts";
import { functionId } from "../spec/names.ts";
import { projectFolder } from "./command.ts";
import { spec } from "./local-environment.ts";

/** A call to a function, for `fetch`. */
export interface FirstCall {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const run = {
  id: "run-0",
  environment: "users",
  action: "plan",
  level: "app",
  planHash: "0",
  now: 1_900_000_000,
  databaseGeneration: 1,
};

/** The first call that each kind of function gets in a run; it changes nothing. */
export async function firstCallOf(id: string): Promise<FirstCall> {
  if (id === functionId("request")) return { method: "GET", path: "/v1/runs/run-0", headers: caller() };
  if (id === functionId("lock")) return post({ action: "read", bucket: "my-project-alloyrun", environment: "users" });
  if (id === functionId("record")) return post(recordBody());
  const { steps } = await planOfExample();
  const input = steps.find(({ name }) => functionId(name) === id)?.input ?? {};
  return post({ action: "plan", input, outputs: {}, run, failures: [] });
}

function post(body: object): FirstCall {
  return { method: "POST", path: "/", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** Cloud Run takes the signature from the token that it forwards, so nothing checks this one's. */
function caller(): Record<string, string> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { email: "ann@example.com", email_verified: true };
  return { authorization: `Bearer ${part({ alg: "RS256" })}.${part(claims)}.SIGNATURE_REMOVED_BY_GOOGLE` };
}

function recordBody(): object {
  const result = { run: run.id, environment: "users", action: "plan", state: "succeeded", failures: {} };
  return {
    bucket: "my-project-alloyrun",
    run,
    execution: "projects/my-project/locations/asia-northeast1/workflows/alloyrun-environment/executions/0",
    requestedBy: "ann@example.com",
    result: { ...result, remaining: {}, outputs: {}, startedAt: run.now, endedAt: run.now },
    reports: {},
  };
}

let planned: Promise<Plan> | undefined;

/** The example with a read pool, so that every step has an input. */
function planOfExample(): Promise<Plan> {
  planned ??= readPlan();
  return planned;
}

async function readPlan(): Promise<Plan> {
  const file = join(projectFolder, spec);
  const document = parseDocument(await readFile(file, "utf8"));
  document.setIn(["spec", "database", "readPool"], { name: "my-pool" });
  return makePlan(await loadSpec(document.toString(), createFolderReader(file)), {
    installation: "my-project-alloyrun",
    seedRunnerImage: "seed-runner@sha256:0",
    requestUrl: "https://alloyrun-request-1.asia-northeast1.run.app",
    source: `sources/${"0".repeat(64)}.tgz`,
    seed: `seeds/${"0".repeat(64)}.tgz`,
  });
}
